//! How long exchanges are with nodes if nobody is in their way.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;

use super::super::demand::{Given, successors, work_of};
use super::super::reach::{Pair, pair_graph};
use super::super::steered::is_denied;
use super::{Graph, demand, programs};
use crate::endpoint::{Amount, Op};

/// Seconds that a visit for each pair lasts without queues: what is done there, and what it calls,
/// one after the other, with the way there and back.
///
/// Branches that are all waited for last as long as the longest of them does on average; of others
/// the first may be there at once. What a circle of calls comes back to counts as nothing. So this
/// is a lower bound.
#[must_use]
pub fn stays(graph: &Graph) -> BTreeMap<Pair, f64> {
    let (pairs, list) = pair_graph(&graph.served);
    let mut stays = BTreeMap::new();
    // Whom a pair calls comes before it: each is added up once, however many ways lead to it.
    for place in tarjan_scc(&pairs).into_iter().flatten() {
        let pair = list[place.index()];
        let stay = lasts(graph, pair, &|to| away(graph, pair, to, &stays));
        stays.insert(pair, stay);
    }
    stays
}

/// The same of one pair without the calls: how long a worker is kept that is given back during
/// them.
#[must_use]
pub fn own_work(graph: &Graph, pair: Pair) -> f64 {
    lasts(graph, pair, &|_| 0.0)
}

/// Seconds that a call lasts, on the way and there.
fn away(graph: &Graph, from: Pair, to: Pair, stays: &BTreeMap<Pair, f64>) -> f64 {
    let link = graph.fixed.topology.link(from.0, to.0);
    let latency = link.map_or(0.0, |it| graph.links[it.index()].latency.mean());
    2.0 * latency / 1e9 + stays.get(&to).copied().unwrap_or(0.0)
}

/// Seconds that a visit for a pair lasts if its calls last `called`.
fn lasts(graph: &Graph, pair: Pair, called: &dyn Fn(Pair) -> f64) -> f64 {
    let shape = graph.plans[pair.0.index()].shape.as_ref();
    let machine = shape.and_then(|shape| shape.machines.first());
    let factor = machine.filter(|it| it.cores > 0).map_or(0.0, |it| it.factor);
    if branches(graph, pair) {
        return if is_denied(graph, pair) { 0.0 } else { in_order(graph, pair, factor, called) };
    }
    let demand = demand(graph, pair, None);
    let mut sum = (demand.cpu.total * factor + demand.wait.total) / 1e9;
    for (to, often) in graph.served.calls.get(&pair).into_iter().flatten() {
        sum += often * called(*to);
    }
    sum
}

/// Whether a visit for a pair starts branches.
fn branches(graph: &Graph, pair: Pair) -> bool {
    let programs = programs(graph, pair);
    let mut ops = programs.iter().flat_map(|it| &graph.fixed.programs[usize::from(*it)].ops);
    ops.any(|op| matches!(op, Op::Fork(..)))
}

/// The same along the operations of its programs, where some start branches. Operations only lead
/// forward, so one pass from the last one to the first finds what follows each.
fn in_order(graph: &Graph, pair: Pair, factor: f64, called: &dyn Fn(Pair) -> f64) -> f64 {
    let mut sum = 0.0;
    for program in programs(graph, pair) {
        let ops = &graph.fixed.programs[usize::from(program)].ops;
        // A branch that fails ends the waiting for the others.
        let may_fail = ops.iter().any(|op| matches!(op, Op::Fail(..)));
        let mut left = vec![0.0; ops.len() + 1];
        for (place, op) in ops.iter().enumerate().rev() {
            let at = |place: usize| left.get(place).copied().unwrap_or(0.0);
            let longest =
                |starts: &[u16]| starts.iter().map(|it| at(usize::from(*it))).fold(0.0, f64::max);
            let then = |(to, share)| share * at(to);
            left[place] = if let Op::Fork(starts, needed) = op {
                let are_all_awaited = usize::from(*needed) == starts.len() && !may_fail;
                at(place + 1) + if are_all_awaited { longest(starts) } else { 0.0 }
            } else {
                let behind: f64 = successors(op, place).into_iter().map(then).sum();
                takes(op, factor, called) + behind
            };
        }
        sum += left[0];
    }
    sum
}

/// Seconds that an operation takes at least.
fn takes(op: &Op, factor: f64, called: &dyn Fn(Pair) -> f64) -> f64 {
    if let Op::Wait(amount, _) = op {
        Amount::mean(amount).unwrap_or(0.0) / 1e9
    } else if let Op::Call { to, endpoint, times, .. } = op {
        times.mean() * called((*to, *endpoint))
    } else {
        work_of(op, Given::default()).map_or(0.0, |it| it.share * it.mean * factor / 1e9)
    }
}
