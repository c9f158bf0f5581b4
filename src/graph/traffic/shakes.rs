//! The work of handshakes: with one connection a request each request brings one.

use super::demand;
use crate::graph::demand::{Demand, Given, Visits};
use crate::graph::reach::Pair;
use crate::graph::{Graph, Role};
use crate::id::{EndpointId, NodeId};
use crate::net::{Mode, Transport};

/// The handshakes that a visit for a pair causes at the nodes that it calls: where, which work,
/// and how often. Only connections for one request are counted: how often others are opened is not
/// known before a run.
pub(super) fn shakes(graph: &Graph, pair: Pair) -> Vec<(NodeId, Demand, f64)> {
    let mut all = Vec::new();
    if passes_on(graph, pair.0) {
        return all;
    }
    for (to, calls) in graph.served.calls.get(&pair).into_iter().flatten() {
        let Some(link) = graph.fixed.topology.link(pair.0, to.0) else { continue };
        let link = &graph.links[link.index()];
        let transport = link.transport.as_ref();
        let Some(transport) = transport.filter(|it| it.mode == Mode::PerRequest) else { continue };
        if !has_keys(transport, to.1) {
            continue;
        }
        for (program, share) in
            transport.programs.into_iter().zip([1.0 - transport.resumed, transport.resumed])
        {
            let shake = Demand::of(&graph.fixed.programs[usize::from(program)], Given::default());
            for (node, often) in shakers(graph, *to) {
                let whole = (node == to.0).then(|| soon(graph, *to, shake, link.latency.mean()));
                all.push((node, whole.unwrap_or(shake), calls * often * share));
            }
        }
    }
    all
}

/// A handshake and the request that it is for, which comes after a round trip. By then the line is
/// another one if that is long. Of a line that takes exponential times of mean m to move on, a
/// share e^(-t/m) is as it was after t: so many handshakes are taken to be one stint with the work
/// of their requests.
fn soon(graph: &Graph, asked: Pair, shake: Demand, latency: f64) -> Demand {
    let first = demand(graph, asked, None).first;
    let shape = graph.plans[asked.0.index()].shape.as_ref();
    let factor = shape.and_then(|it| it.machines.first()).map_or(1.0, |machine| machine.factor);
    let together = factor * (shake.cpu.total + first.total);
    let share = if together > 0.0 { libm::exp(-2.0 * latency / together) } else { 0.0 };
    Demand { stints: shake.stints.followed_by(first, share), ..shake }
}

/// Whether a node passes connections on with their keys, so that its own have none.
#[must_use]
pub fn passes_on(graph: &Graph, node: NodeId) -> bool {
    match &graph.plans[node.index()].role {
        Role::Balancer { plan, .. } => plan.treats.layer == 4,
        Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => false,
    }
}

/// The work of a handshake of these connections in full and resumed; none if it costs nothing.
#[must_use]
pub fn handshake(graph: &Graph, transport: &Transport) -> [Visits; 2] {
    let program = |number: u16| &graph.fixed.programs[usize::from(number)];
    transport.programs.map(|number| Demand::of(program(number), Given::default()).cpu)
}

/// Which nodes end the handshakes of connections to a node, and how often each: what works at
/// layer 4 hands them on.
#[must_use]
pub fn shakers(graph: &Graph, pair: Pair) -> Vec<(NodeId, f64)> {
    match &graph.plans[pair.0.index()].role {
        Role::Balancer { plan, .. } if plan.treats.layer == 4 => {
            let calls = graph.served.calls.get(&pair).into_iter().flatten();
            calls.map(|((node, _), often)| (*node, *often)).collect()
        }
        Role::Client(_) | Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => {
            vec![(pair.0, 1.0)]
        }
    }
}

/// Whether connections for an endpoint are encrypted up to the node that is called.
fn has_keys(transport: &Transport, endpoint: EndpointId) -> bool {
    let origins = transport.origins.as_ref();
    let is_encrypted =
        origins.is_none_or(|origins| origins.get(endpoint.index()).copied().unwrap_or(0) != 0);
    transport.tls.is_some() && !transport.is_to_tunnel && is_encrypted
}
