//! The traffic equations: how many requests each node gets, and how much work that is.
//!
//! Jackson, "Networks of waiting lines", Operations Research 1957: what arrives at a node is what
//! comes from outside and what other nodes pass on. They hold for any laws, so long as every
//! request is answered; what queues do to the moments of arrival is another matter.

mod bound;
mod hashed;
mod pauses;
mod replicas;
mod shakes;
mod stays;

use std::collections::BTreeMap;

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};

pub use hashed::{bound_on_loads, is_hashed, shares_by_key};
pub use replicas::{ReplicaTraffic, writes};
pub use shakes::{handshake, passes_on, shakers};
pub use stays::{own_work, stays};

use super::chores::chores;
use super::demand::{Demand, Given, Visits};
use super::identified::errands;
use super::reach::{Pair, pair_graph};
use super::steered::is_denied;
use super::stints::{Rest, Soon, Stints};
use super::{Graph, Role};
use crate::endpoint::Amount;
use crate::id::NodeId;
use crate::nodes::client::{ClientPlan, Demand as Asked};
use replicas::Arriving;

/// Passes over a cyclic graph at most: a cycle that is returned to with probability 0.999 has
/// converged to a millionth by then.
const MAX_PASSES: usize = 20_000;

/// What arrives at every node.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// The groups of clients.
    pub clients: Vec<ClientTraffic>,
    /// The nodes, in their order.
    pub nodes: Vec<NodeTraffic>,
}

/// What a group of clients asks.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientTraffic {
    /// The client.
    pub node: NodeId,
    /// Requests per second.
    pub rate: f64,
    /// What is known of the rate.
    pub origin: Origin,
    /// How often each pair is visited per request.
    pub visits: BTreeMap<Pair, f64>,
}

/// Where the rate of a client comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The scenario gives it: the mean over the run.
    Given,
    /// It follows from what the scenario gives, but for the time that answers take.
    About,
    /// A closed loop's rate depends on the answers: it is at most this.
    AtMost,
    /// A closed loop's rate, solved.
    Solved,
}

impl Origin {
    /// Whether it is the rate of a closed loop.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::AtMost | Self::Solved)
    }
}

/// What arrives at a node.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeTraffic {
    /// Exchanges per second, over all replicas.
    pub rate: f64,
    /// The visits to the cores' queues of a second, over all replicas, at speed 1.
    pub cpu: Visits,
    /// The same in stints.
    pub stints: Stints,
    /// The times without a core of a second, over all replicas.
    pub wait: Visits,
    /// Handshakes per second that are exchanges of their own, over all replicas: those of
    /// connections for one request.
    pub shakes: f64,
    /// Exchanges per second that go on from here to other nodes.
    pub calls: f64,
    /// The replicas.
    pub replicas: Vec<ReplicaTraffic>,
}

impl Traffic {
    /// The traffic of `graph`; closed loops ask at the highest rate that they can.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        Self::with(graph, &[])
    }

    /// The traffic of `graph` when closed loops ask at these rates, requests per second.
    #[must_use]
    pub fn with(graph: &Graph, solved: &[(NodeId, f64)]) -> Self {
        let mut clients = Vec::new();
        for (place, plan) in (0..).zip(&graph.plans) {
            let Role::Client(client) = &plan.role else { continue };
            let visits = visits(graph, NodeId(place), client);
            clients.push(client_traffic(graph, client, visits, solved));
        }
        let nodes = nodes(graph, &clients);
        Self { clients, nodes }
    }
}

impl Traffic {
    /// The same traffic if these clients asked for nothing.
    #[must_use]
    pub fn without(graph: &Graph, traffic: &Self, quiet: &[NodeId]) -> Self {
        let mut clients = traffic.clients.clone();
        for client in clients.iter_mut().filter(|client| quiet.contains(&client.node)) {
            client.rate = 0.0;
        }
        let nodes = nodes(graph, &clients);
        Self { clients, nodes }
    }
}

impl NodeTraffic {
    /// Exchanges per second, handshakes among them, as runs count them.
    #[must_use]
    pub fn exchanges(&self) -> f64 {
        self.rate + self.shakes
    }

    /// The work that is offered to all replicas, in erlangs.
    #[must_use]
    pub fn load(&self) -> f64 {
        self.replicas.iter().map(|replica| replica.load).sum()
    }

    /// How many can be served at once, over all replicas.
    #[must_use]
    pub fn servers(&self) -> u64 {
        self.replicas.iter().map(|replica| u64::from(replica.servers)).sum()
    }

    /// The utilisation per core over all replicas; none if the node has no queue.
    #[must_use]
    pub fn utilisation(&self) -> Option<f64> {
        let servers = self.servers();
        #[allow(clippy::cast_precision_loss, reason = "a count of cores is far below 2^53")]
        (servers > 0).then(|| self.load() / servers as f64)
    }

    /// The utilisation of the busiest replica; none if the node has no queue.
    #[must_use]
    pub fn busiest(&self) -> Option<f64> {
        let has_servers = self.replicas.iter().filter(|replica| replica.servers > 0);
        has_servers.map(ReplicaTraffic::utilisation).reduce(f64::max)
    }
}

/// How often each pair is visited for each request of a client.
fn visits(graph: &Graph, client: NodeId, plan: &ClientPlan) -> BTreeMap<Pair, f64> {
    let (pairs, list) = pair_graph(&graph.served);
    let mut outside = vec![0.0; list.len()];
    let mut below = 0.0;
    for (number, (end, endpoint)) in plan.mix.iter().enumerate() {
        if let Ok(place) = list.binary_search(&(client, *endpoint)) {
            outside[place] += end - below;
        }
        for part in plan.pages.get(number).map_or(&[][..], |page| &page.parts) {
            if let Ok(place) = list.binary_search(&(client, part.endpoint)) {
                outside[place] += (end - below) * f64::from(part.count);
            }
        }
        below = *end;
    }
    for (endpoint, often) in errands(graph, plan) {
        if let Ok(place) = list.binary_search(&(client, endpoint)) {
            outside[place] += often;
        }
    }
    let often = match toposort(&pairs, None) {
        Ok(order) => in_order(&pairs, outside, &order),
        Err(_) => by_iteration(&pairs, &outside),
    };
    list.into_iter().zip(often).filter(|(_, often)| *often > 0.0).collect()
}

/// The exact solution of an acyclic graph: every caller before whom it calls.
fn in_order(pairs: &DiGraph<Pair, f64>, mut often: Vec<f64>, order: &[NodeIndex]) -> Vec<f64> {
    use petgraph::visit::EdgeRef;
    for node in order {
        for edge in pairs.edges(*node) {
            often[edge.target().index()] += often[node.index()] * edge.weight();
        }
    }
    often
}

/// The solution of a cyclic graph: what comes back goes round once more, until nothing is left.
fn by_iteration(pairs: &DiGraph<Pair, f64>, outside: &[f64]) -> Vec<f64> {
    use petgraph::visit::EdgeRef;
    let (mut often, mut moving) = (outside.to_vec(), outside.to_vec());
    for _ in 0..MAX_PASSES {
        let mut next = vec![0.0; moving.len()];
        for edge in pairs.edge_references() {
            next[edge.target().index()] += moving[edge.source().index()] * edge.weight();
        }
        for (sum, more) in often.iter_mut().zip(&next) {
            *sum += more;
        }
        moving = next;
        if moving.iter().all(|left| *left < 1e-12) {
            break;
        }
    }
    often
}

fn client_traffic(
    graph: &Graph,
    plan: &ClientPlan,
    visits: BTreeMap<Pair, f64>,
    solved: &[(NodeId, f64)],
) -> ClientTraffic {
    let duration = graph.run.duration;
    let node = plan.node;
    let (rate, origin) = match &plan.demand {
        Asked::Open(arrivals) => (arrivals.mean_rate(duration).unwrap_or(0.0), Origin::Given),
        Asked::Renewal(law) => (1e9 / law.mean(), Origin::Given),
        Asked::Visits(plan) => {
            let visits = plan.arrivals.mean_rate(duration).unwrap_or(0.0);
            let origin = if plan.stay.is_some() { Origin::About } else { Origin::Given };
            (visits * plan.mean_pages() * f64::from(plan.devices), origin)
        }
        Asked::Replayed(trace) => (trace.mean_rate(duration), Origin::Given),
        Asked::Closed(users, think) => match solved.iter().find(|(client, _)| *client == node) {
            Some((_, rate)) => (*rate, Origin::Solved),
            None => (bound::bound(graph, plan, (*users, think.mean()), &visits), Origin::AtMost),
        },
        Asked::ClosedTrace(trace) => {
            #[allow(clippy::cast_precision_loss, reason = "a count of rows is below 2^53")]
            let rows = trace.rows().len() as f64;
            (rows / duration.as_secs_f64(), Origin::AtMost)
        }
    };
    ClientTraffic { node, rate, origin, visits }
}

/// Nanoseconds of a request that nobody queues for: links in both directions, and waits.
#[must_use]
pub fn delay(graph: &Graph, visits: &BTreeMap<Pair, f64>) -> f64 {
    let mut sum = 0.0;
    for (pair, often) in visits {
        sum += often * demand(graph, *pair, None).wait.total;
        for (to, calls) in graph.served.calls.get(pair).into_iter().flatten() {
            if let Some(link) = graph.fixed.topology.link(pair.0, to.0) {
                sum += often * calls * 2.0 * graph.links[link.index()].latency.mean();
            }
        }
    }
    sum
}

/// The programs that a visit for a pair goes through, one after the other: the check of who it is,
/// if there is one, and the work. A client has none.
#[must_use]
pub fn programs(graph: &Graph, (node, endpoint): Pair) -> Vec<u16> {
    let asked = graph.fixed.endpoints.get(endpoint.index());
    let program = match &graph.plans[node.index()].role {
        Role::Client(_) => return Vec::new(),
        Role::Proxy { program, .. } | Role::Balancer { program, .. } => *program,
        Role::Answering(own) => asked.and_then(|asked| asked.program).unwrap_or(*own),
    };
    let auth = graph.fixed.auth.as_ref();
    match auth.and_then(|auth| Some((auth, auth.program(node, endpoint, false)?))) {
        Some((auth, check)) if check == auth.programs.check => vec![check, program],
        Some((_, own)) => vec![own],
        None => vec![program],
    }
}

/// What a visit for a pair costs; `trace_service` is what the client's trace has for a mean.
#[must_use]
pub fn demand(graph: &Graph, pair: Pair, trace_service: Option<f64>) -> Demand {
    gathered(graph, pair, trace_service, &|_| 0.0)
}

/// The same where pauses that are over `soon` end only some of the stints.
fn gathered(
    graph: &Graph,
    (node, endpoint): Pair,
    trace_service: Option<f64>,
    soon: Soon<'_>,
) -> Demand {
    let asked = graph.fixed.endpoints.get(endpoint.index());
    let plan = &graph.plans[node.index()];
    // What a server denies to everybody it does no work for.
    if matches!(plan.role, Role::Answering(_)) && is_denied(graph, (node, endpoint)) {
        return Demand::default();
    }
    let programs = programs(graph, (node, endpoint));
    let (checks, program) = match programs.as_slice() {
        [] => return Demand { calls: 1.0, ..Demand::default() },
        [program] => (None, *program),
        [check, program, ..] => (Some(*check), *program),
    };
    let size = asked.and_then(|asked| asked.response_bytes.as_ref());
    let response = size.and_then(Amount::mean).unwrap_or(0.0);
    let program = &graph.fixed.programs[usize::from(program)];
    let given =
        chores(graph, (node, endpoint), Given { trace_service, response, ..Given::default() });
    let mut demand = Demand::within(program, given, soon, (Rest::default(), checks.is_none()));
    if let Some(check) = checks {
        let check = &graph.fixed.programs[usize::from(check)];
        let check = Demand::within(check, Given::default(), soon, (demand.first, true));
        demand.first = check.first;
        demand.cpu = demand.cpu.and(&check.cpu, 1.0);
        demand.stints = demand.stints.and(&check.stints, 1.0);
        demand.wait = demand.wait.and(&check.wait, 1.0);
        demand.calls += check.calls;
    }
    if let Some(cache) = graph.cache(node) {
        // What the cache answers goes nowhere, and takes the time of a hit.
        let calls = graph.served.calls.get(&(node, endpoint)).into_iter().flatten();
        demand.calls = calls.map(|(_, often)| often).sum();
        if let Some((law, _)) = &cache.hit {
            demand.wait.add(1.0 - demand.calls, &Amount::Drawn(law.clone()), Given::default());
        }
    }
    demand
}

/// The mean service of the rows of a client's trace, in nanoseconds, if it replays one.
fn trace_service(graph: &Graph, client: NodeId) -> Option<f64> {
    let trace = graph.fixed.traces.get(client.index())?.as_ref()?;
    let services = trace.rows().iter().filter_map(|row| row.service());
    #[allow(clippy::cast_precision_loss, reason = "a mean of durations")]
    let (sum, count) =
        services.fold((0.0, 0.0), |(sum, count), span| (sum + span.0 as f64, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// What arrives at the nodes when clients ask at their rates.
fn nodes(graph: &Graph, clients: &[ClientTraffic]) -> Vec<NodeTraffic> {
    let mut nodes = vec![NodeTraffic::default(); graph.plans.len()];
    let mut arriving = vec![Arriving::default(); graph.plans.len()];
    let stays = stays(graph);
    for client in clients {
        let service = trace_service(graph, client.node);
        let demand = |pair: &Pair| (*pair, pauses::demand(graph, *pair, service, &stays));
        let demands: BTreeMap<Pair, Demand> = client.visits.keys().map(demand).collect();
        for (pair, often) in &client.visits {
            let (rate, node) = (often * client.rate, &mut nodes[pair.0.index()]);
            let demand = &demands[pair];
            node.rate += rate;
            node.cpu = node.cpu.and(&demand.cpu, rate);
            node.stints = node.stints.and(&demand.stints, rate);
            node.wait = node.wait.and(&demand.wait, rate);
            node.calls += rate * demand.calls;
            for (to, calls) in graph.served.calls.get(pair).into_iter().flatten() {
                let Some(demand) = demands.get(to) else { continue };
                arriving[to.0.index()].call(graph, *pair, to.1, (demand, rate * calls));
            }
            for (to, shake, often) in shakes::shakes(graph, *pair) {
                let node: &mut NodeTraffic = &mut nodes[to.index()];
                node.shakes += rate * often;
                node.cpu = node.cpu.and(&shake.cpu, rate * often);
                node.stints = node.stints.and(&shake.stints, rate * often);
                arriving[to.index()].shake(&shake, rate * often);
            }
        }
    }
    for (place, (node, arriving)) in (0..).zip(nodes.iter_mut().zip(&arriving)) {
        node.replicas = arriving.replicas(graph, NodeId(place), node.rate);
    }
    nodes
}

#[cfg(test)]
mod tests;
