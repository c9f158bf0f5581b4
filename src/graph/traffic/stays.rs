//! How long exchanges are with nodes if nobody is in their way.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;

use super::super::reach::{Pair, pair_graph};
use super::{Graph, demand, programs};
use crate::endpoint::Op;

/// Seconds that a visit for each pair lasts without queues: what is done there, and what it calls,
/// one after the other, with the way there and back.
///
/// What starts branches counts as nothing, since these are side by side; neither does what a circle
/// of calls comes back to. So this is a lower bound.
#[must_use]
pub fn stays(graph: &Graph) -> BTreeMap<Pair, f64> {
    let (pairs, list) = pair_graph(&graph.served);
    let mut stays = BTreeMap::new();
    // Whom a pair calls comes before it: each is added up once, however many ways lead to it.
    for place in tarjan_scc(&pairs).into_iter().flatten() {
        let pair = list[place.index()];
        let stay = if branches(graph, pair) { 0.0 } else { of_one(graph, pair, &stays) };
        stays.insert(pair, stay);
    }
    stays
}

fn of_one(graph: &Graph, pair: Pair, stays: &BTreeMap<Pair, f64>) -> f64 {
    let demand = demand(graph, pair, None);
    let shape = graph.plans[pair.0.index()].shape.as_ref();
    let machine = shape.and_then(|shape| shape.machines.first());
    let factor = machine.filter(|it| it.cores > 0).map_or(0.0, |it| it.factor);
    let mut sum = (demand.cpu.total * factor + demand.wait.total) / 1e9;
    for (to, often) in graph.served.calls.get(&pair).into_iter().flatten() {
        let link = graph.fixed.topology.link(pair.0, to.0);
        let latency = link.map_or(0.0, |it| graph.links[it.index()].latency.mean());
        sum += often * (2.0 * latency / 1e9 + stays.get(to).copied().unwrap_or(0.0));
    }
    sum
}

/// Whether a visit for a pair starts branches.
fn branches(graph: &Graph, pair: Pair) -> bool {
    let programs = programs(graph, pair);
    let mut ops = programs.iter().flat_map(|it| &graph.fixed.programs[usize::from(*it)].ops);
    ops.any(|op| matches!(op, Op::Fork(..)))
}
