//! Workers that are kept for more than what the cores do: while others answer, through times
//! without a core, or because there are fewer of them than cores.

#![allow(clippy::cast_precision_loss, reason = "counts of workers are far below 2^53")]

use std::collections::{BTreeMap, BTreeSet};

use super::resources::{Of, Resource, visits};
use crate::graph::{Graph, Pair, Traffic, own_work};
use crate::id::NodeId;
use crate::model::Model;
use crate::nodes::station::Shape;
use crate::scenario::{Diagnostic, Diagnostics};

/// The cores of the largest machine of a node.
fn cores(shape: &Shape) -> u32 {
    shape.machines.iter().map(|machine| machine.cores).max().unwrap_or(0)
}

/// Whether the load of a node is that of its workers, since it has no cores.
pub(super) fn are_its_load(graph: &Graph, traffic: &Traffic, id: NodeId) -> bool {
    let plan = &graph.plans[id.index()];
    plan.shape.as_ref().is_some_and(|shape| {
        cores(shape) == 0 && (shape.is_async || traffic.nodes[id.index()].calls <= 0.0)
    })
}

/// The workers of a node, if it has only so many and its cores are not all that they are kept for:
/// Little's law says how many are, without a queue anywhere. An `async` node keeps none while
/// others answer.
pub(super) fn workers(
    graph: &Graph,
    traffic: &Traffic,
    id: NodeId,
    stays: &BTreeMap<Pair, f64>,
) -> Option<Resource> {
    let shape = graph.plans[id.index()].shape.as_ref()?;
    let node = &traffic.nodes[id.index()];
    let waits = node.calls > 0.0 && !shape.is_async || node.wait.total > 0.0;
    if shape.workers == u32::MAX || !(waits || shape.workers < cores(shape)) {
        return None;
    }
    let kept = |pair: &Pair| match shape.is_async {
        true => own_work(graph, *pair),
        false => stays.get(pair).copied().unwrap_or(0.0),
    };
    Some(Resource {
        of: Of::Workers(id),
        name: graph.names[id.index()].clone(),
        needed: visits(traffic, id).map(|(pair, rate)| rate * kept(&pair)).sum(),
        there: f64::from(shape.workers) * shape.machines.len() as f64,
        unit: "workers",
    })
}

/// Warns of nodes whose workers wait for calls that come back to them: when all are kept so, none
/// is left for what they wait for.
pub(super) fn circles(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    for id in circled(graph) {
        let name = &graph.names[id.index()];
        let count = in_circle(graph, id).unwrap_or_default();
        let message = format!(
            "the workers of `{name}` are kept by calls that come back to `{name}`: when all \
             {count} of a replica wait so, none is left to answer them, and nothing moves any more"
        );
        let help = "give what comes back a node of its own, or callers a time-out; `async = true` \
                    keeps no worker during a call";
        let place = model.nodes[name].place.clone();
        diagnostics.push(Diagnostic::warning(place, message).help(help));
    }
}

/// The nodes whose workers may all wait for one another.
pub fn circled(graph: &Graph) -> impl Iterator<Item = NodeId> + '_ {
    let nodes = (0..).map(NodeId).take(graph.plans.len());
    nodes.filter(|id| in_circle(graph, *id).is_some())
}

/// How many workers of a replica may all wait for calls that come back to them, if they may.
fn in_circle(graph: &Graph, id: NodeId) -> Option<u32> {
    let shape = graph.plans[id.index()].shape.as_ref();
    let shape = shape.filter(|it| it.workers != u32::MAX && !it.is_async)?;
    comes_back(graph, id).then_some(shape.workers)
}

/// Whether workers of any node may all wait for one another, so that nobody knows what a run needs.
pub(super) fn may_halt(graph: &Graph) -> bool {
    circled(graph).next().is_some()
}

/// Whether what a node is asked for may cause a visit to the same node.
fn comes_back(graph: &Graph, id: NodeId) -> bool {
    let calls = |pair: &Pair| graph.served.calls.get(pair).into_iter().flatten();
    let mut open: Vec<Pair> = graph.served.calls.keys().filter(|it| it.0 == id).copied().collect();
    let mut seen = BTreeSet::new();
    while let Some(pair) = open.pop() {
        for (to, _) in calls(&pair).filter(|(_, often)| *often > 0.0) {
            if to.0 == id {
                return true;
            }
            if seen.insert(*to) {
                open.push(*to);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::{fullest, text};

    /// What is told of a server `a`, the warnings, and what is fullest.
    fn told(rate: u32, work: &str, node: &str, more: &str) -> (String, String, Option<String>) {
        let (graph, checked, warnings) = checked(&format!(
            "duration = '100s'\n[endpoint.p]\nwork = [{work}]\n[endpoint.q]\n\
             work = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '{rate}/s' }}\nmix = {{ p = 1 }}\n[node.a]\n\
             kind = 'server'\n{node}\n[link.u.a]\n{more}\n"
        ));
        let fullest = fullest(&graph).map(|it| it.text);
        (text("base", &graph, &checked), warnings, fullest)
    }

    #[test]
    fn workers_that_are_kept_without_a_core_have_a_load() {
        for (work, workers) in [
            ("{ wait = { exp = '10ms' } }", "2.4"),
            ("{ cpu = '1ms' }, { wait = '9ms' }", "2.4"),
            ("{ parallel = [{ wait = '10ms' }, { wait = '5ms' }] }", "2.4"),
            ("{ parallel = [[{ wait = '1ms' }, { wait = '9ms' }], { wait = '5ms' }] }", "2.4"),
        ] {
            let (said, warnings, fullest) = told(240, work, "cores = 2\nworkers = 2", "");
            let line = format!("a: {workers} of 2 workers are needed on average: a load of 1.2");
            assert!(said.contains(&line), "{said}");
            assert!(!said.contains("that is enough") && !said.contains("G/G"), "{said}");
            assert!(warnings.contains("`a` needs 2.4 workers") || warnings.contains("a needs 2.4"));
            let text = format!("a, where {workers} of 2 workers are needed");
            assert_eq!(fullest.as_deref(), Some(text.as_str()));
            let (said, warnings, _) = told(190, work, "cores = 2\nworkers = 2", "");
            assert!(said.contains("a load of 0.95"), "{said}");
            assert!(!warnings.contains("needs"), "{warnings}");
        }
        // The first of two branches may be there at once, and what fails ends the waiting.
        let first = "{ parallel = [{ wait = '10ms' }, { wait = '5ms' }], wait_for = 'first' }";
        assert!(!told(240, first, "cores = 2\nworkers = 2", "").0.contains("are needed"));
    }

    #[test]
    fn fewer_workers_than_cores_are_what_is_short() {
        let (said, warnings, _) = told(240, "{ cpu = '10ms' }", "cores = 20\nworkers = 2", "");
        assert!(said.contains("a: 2.4 of 2 workers are needed"), "{said}");
        assert!(warnings.contains("a needs 2.4 workers"), "{warnings}");
        assert!(!said.contains("that is enough"), "{said}");
        let (said, ..) = told(240, "{ cpu = '1ms' }", "cores = 2\nworkers = 2", "");
        assert!(!said.contains("workers are needed"), "{said}");
        let (.., fullest) = told(150, "{ wait = '10ms' }", "workers = 2", "");
        assert_eq!(fullest.as_deref(), Some("a, where 1.5 of 2 workers are needed"));
    }

    #[test]
    fn an_async_node_keeps_no_worker_during_calls() {
        let db = "[node.b]\nkind = 'database'\ncores = 99\nservice = '50ms'\n[link.a.b]";
        let work = "{ wait = '10ms' }, { call = 'b' }";
        let (said, ..) = told(100, work, "cores = 1\nworkers = 2\nasync = true", db);
        assert!(said.contains("a: 1 of 2 workers are needed"), "{said}");
        let (said, ..) = told(100, work, "cores = 1\nworkers = 2", db);
        assert!(said.contains("a: 6 of 2 workers are needed"), "{said}");
        let (said, ..) = told(100, work, "cores = 1\nworkers = 2\nasync = true", db);
        assert!(!said.contains("its workers let so much pass"), "{said}");
        assert!(!said.contains("is kept through"), "{said}");
    }

    #[test]
    fn workers_that_wait_for_calls_which_come_back_to_them_are_warned_of() {
        let circle = "[endpoint.back]\nwork = [{ cpu = '1ms' }, { call = 'a', endpoint = 'q' }]\n\
                      [node.b]\nkind = 'server'\ncores = 1\n[link.a.b]\n[link.b.a]";
        let work = "{ call = 'b', endpoint = 'back' }";
        let warnings = |node: &str| told(50, work, node, circle).1;
        let said = "the workers of `a` are kept by calls that come back to `a`: when all 4";
        assert!(!told(50, work, "cores = 1\nworkers = 4", circle).0.contains("is enough"));
        assert!(told(50, work, "cores = 1", circle).0.contains("A 1 % interval"));
        assert!(warnings("cores = 1\nworkers = 4").contains(said));
        for node in ["cores = 1", "cores = 1\nworkers = 4\nasync = true"] {
            assert!(!warnings(node).contains("come back"), "{node}");
        }
        let plain = "[node.b]\nkind = 'server'\ncores = 1\n[link.a.b]";
        let work = "{ call = 'b', endpoint = 'q' }";
        assert!(!told(50, work, "cores = 1\nworkers = 4", plain).1.contains("come back"));
    }
}
