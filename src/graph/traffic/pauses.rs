//! Calls and waits between two pieces of work at the same cores, and which of them are over so soon
//! that what follows finds the line as it was: see [`super::super::stints`].

use std::collections::BTreeMap;

use super::super::reach::Pair;
use super::{Demand, Graph, gathered};
use crate::endpoint::{Op, Rule};

/// What a visit for a pair costs, where whom it calls stays so long.
pub(super) fn demand(
    graph: &Graph,
    pair: Pair,
    trace_service: Option<f64>,
    stays: &BTreeMap<Pair, f64>,
) -> Demand {
    let plain = super::demand(graph, pair, trace_service);
    let shape = graph.plans[pair.0.index()].shape.as_ref();
    let machine = shape.and_then(|it| it.machines.first()).filter(|machine| machine.cores > 0);
    let Some(machine) = machine.filter(|_| plain.cpu.total > 0.0) else { return plain };
    // What is left of a piece of work that is come upon, in nanoseconds.
    let left = machine.factor * plain.cpu.squares / plain.cpu.total / 2.0;
    let moves_on = left / f64::from(machine.cores);
    if !(moves_on > 0.0 && moves_on.is_finite()) {
        return plain;
    }
    let calls = graph.served.calls.get(&pair).map_or(&[][..], Vec::as_slice);
    let away = |(to, _): &(Pair, f64)| {
        let link = graph.fixed.topology.link(pair.0, to.0);
        let latency = link.map_or(0.0, |it| graph.links[it.index()].latency.mean());
        2.0 * latency + 1e9 * stays.get(to).copied().unwrap_or(0.0)
    };
    let often: f64 = calls.iter().map(|(_, often)| often).sum();
    let on_average = calls.iter().map(|call| call.1 * away(call)).sum::<f64>() / often;
    let pause = |op: &Op| match op {
        Op::Wait(amount, _) => amount.mean().unwrap_or(f64::INFINITY),
        Op::Call { to, endpoint, times, .. } => times.mean() * away(&((*to, *endpoint), 1.0)),
        Op::Forward | Op::Keep(_) | Op::Rule(Rule::Ask(..) | Rule::Password(_)) => on_average,
        Op::Cpu(..)
        | Op::CpuPerByte(_)
        | Op::Unless(..)
        | Op::Fork(..)
        | Op::Join
        | Op::Fail(..)
        | Op::Return
        | Op::Rule(_)
        | Op::Screen(_) => f64::INFINITY,
    };
    let soon = |op: &Op| {
        let pause = pause(op);
        if pause.is_finite() { libm::exp(-pause / moves_on) } else { 0.0 }
    };
    gathered(graph, pair, trace_service, &soon)
}
