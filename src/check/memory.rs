//! How much memory nodes need on average: what comes times how long it stays (Little), and what is
//! taken from the start.

#![allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]

use super::resources::visits;
use super::suspicion::Watch;
use super::text::number;
use crate::auth::{AuthPlan, Keep};
use crate::endpoint::{Op, Rule};
use crate::graph::{Graph, Pair, Traffic, programs, stays};
use crate::id::NodeId;
use crate::model::Study;
use crate::nodes::host::MemoryPlan;

/// What the memory of a node is needed for, without queues, on average over its replicas.
#[derive(Debug, Clone, PartialEq)]
struct Need {
    node: NodeId,
    /// How much the smallest replica has.
    there: u64,
    /// How many hashes are computed at once, and what each takes.
    hashes: (f64, u64),
    /// How many exchanges are there, and what each takes.
    exchanges: (f64, u64),
    /// How many sessions there are, if each is idle to its end, and what each takes.
    sessions: (f64, u64),
    /// What is taken from the start: by a cache, and by a pool.
    reserved: [u64; 2],
}

impl Need {
    fn of(graph: &Graph, traffic: &Traffic, node: NodeId, plan: &MemoryPlan) -> Option<Self> {
        let MemoryPlan { sizes, cache, pool, hash, session, exchange, when_full: _ } = plan;
        let there = *sizes.iter().min()?;
        let replicas = f64::from(graph.fixed.topology.nodes[node.index()].replicas);
        let auth = graph.fixed.auth.as_deref();
        let (stays, hashing) = (stays(graph), auth.map(|auth| seconds_of_hash(graph, auth)));
        let idle = auth.map_or(0.0, |auth| auth.sessions.idle.as_secs_f64());
        let is_copied = auth.is_some_and(|auth| auth.sessions.keep == Keep::Replicated);
        let keepers = if is_copied { 1.0 } else { replicas };
        let (mut hashed, mut present, mut sessions) = (0.0, 0.0, 0.0);
        for (pair, rate) in visits(traffic, node) {
            hashed += rate * rules(graph, pair, &[Rule::Room]) * hashing.unwrap_or(0.0) / replicas;
            let made = rules(graph, pair, &[Rule::Grant, Rule::Settle]);
            sessions += rate * made * idle / keepers;
            present += rate * stays.get(&pair).copied().unwrap_or(0.0) / replicas;
        }
        let (hashes, exchanges) = ((hashed, *hash), (present, *exchange));
        let (sessions, reserved) = ((sessions, *session), [*cache, *pool]);
        Some(Self { node, there, hashes, exchanges, sessions, reserved })
    }

    /// Bytes that are needed on average.
    fn bytes(&self) -> f64 {
        let of = |(count, each): (f64, u64)| count * each as f64;
        let reserved: u64 = self.reserved.iter().fold(0, |sum, it| sum.saturating_add(*it));
        of(self.hashes) + of(self.exchanges) + of(self.sessions) + reserved as f64
    }

    /// What it is needed for, in words.
    fn parts(&self) -> String {
        let several = |(count, each): (f64, u64), what: &str| {
            (each > 0).then(|| format!("{} {what} of {} each", number(count), size(each as f64)))
        };
        let whole = |bytes: u64, what: &str| {
            (bytes > 0).then(|| format!("{} for {what}", size(bytes as f64)))
        };
        let [cache, pool] = self.reserved;
        let parts = [
            several(self.hashes, "hashes"),
            several(self.exchanges, "exchanges"),
            several(self.sessions, "sessions idle to their end"),
            whole(cache, "its cache"),
            whole(pool, "the workers of its pool"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "nothing takes any".to_owned() } else { parts.join(", ") }
    }
}

/// How long a hash takes on a core of the issuer's first machine.
fn seconds_of_hash(graph: &Graph, auth: &AuthPlan) -> f64 {
    let shape = graph.plans[auth.issuer.index()].shape.as_ref();
    let machine = shape.and_then(|shape| shape.machines.first()).filter(|it| it.cores > 0);
    machine.map_or(0.0, |machine| auth.demands.hash * machine.factor / 1e9)
}

/// How many of these rules there are in what a node does for an endpoint.
fn rules(graph: &Graph, pair: Pair, wanted: &[Rule]) -> f64 {
    let numbers = programs(graph, pair);
    let ops = numbers.iter().flat_map(|it| &graph.fixed.programs[usize::from(*it)].ops);
    ops.filter(|op| matches!(op, Op::Rule(rule) if wanted.contains(rule))).count() as f64
}

/// A size for people.
fn size(bytes: f64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit = units.iter().find(|(_, bits)| bytes >= (1_u64 << bits) as f64);
    match unit {
        Some((name, bits)) => format!("{} {name}", number(bytes / (1_u64 << bits) as f64)),
        None => format!("{} B", number(bytes)),
    }
}

fn needs(graph: &Graph, traffic: &Traffic) -> Vec<Need> {
    let plans = (0..).map(NodeId).zip(&graph.plans);
    let limited = plans.filter_map(|(id, plan)| plan.memory.as_ref().map(|memory| (id, memory)));
    limited.filter_map(|(id, memory)| Need::of(graph, traffic, id, memory)).collect()
}

/// A line for each node whose memory is limited.
pub(super) fn lines(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let line = |need: &Need| {
        format!(
            "  {}: {} of {} memory are needed at a replica on average, without queues: {}",
            graph.names[need.node.index()],
            size(need.bytes()),
            size(need.there as f64),
            need.parts()
        )
    };
    needs(graph, traffic).iter().map(line).collect()
}

impl Watch<'_> {
    /// Nodes that need more memory on average than they have, in a steady-state study.
    pub(super) fn memory(&mut self) {
        if self.graph.run.study == Study::Terminating {
            return;
        }
        let open = self.open();
        for need in needs(self.graph, &open).iter().filter(|it| it.bytes() >= it.there as f64) {
            let name = &self.graph.names[need.node.index()];
            let message = format!(
                "`{name}` needs {} of memory on average and has {}: {}",
                size(need.bytes()),
                size(need.there as f64),
                need.parts()
            );
            let node = &self.model.nodes[name];
            let is_own = node.spec.station().is_some_and(|station| station.memory.is_some());
            let span = if is_own { node.at("memory") } else { node.place.clone() };
            self.warn(span, message, "give it more memory, or let something take less");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a server that hashes 20 times a second for 100 ms.
    fn told(keys: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[auth]\nscheme = 'credentials'\nat = 'app'\nissuer = 'app'\n[auth.password]\n\
             time = '100ms'\n[endpoint.page]\nwork = [{{ cpu = '50ms' }}]\n[node.users]\n\
             kind = 'client'\narrivals = {{ poisson = '20/s' }}\nmix = {{ page = 1 }}\n[node.app]\n\
             kind = 'server'\ncores = 9\n{keys}\n[link.users.app]\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn what_is_needed_is_what_comes_times_how_long_it_stays() {
        let (said, warnings) = told("memory = '1GiB'\nmemory_per_exchange = '10MiB'");
        let line = "app: 68 MiB of 1 GiB memory are needed at a replica on average, without \
                    queues: 2 hashes of 19 MiB each, 3 exchanges of 10 MiB each";
        assert!(said.contains(line), "{said}");
        assert!(!warnings.contains("memory"), "{warnings}");
        assert!(!told("").0.contains("memory"));
    }

    #[test]
    fn too_little_on_average_is_told() {
        let (_, warnings) = told("memory = '60MiB'\nmemory_per_exchange = '10MiB'");
        assert!(
            warnings.contains("`app` needs 68 MiB of memory on average and has 60 MiB"),
            "{warnings}"
        );
    }
}
