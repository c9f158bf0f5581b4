//! Where requests go as far as the scenario decides it: balancers that choose by keys or by the
//! order of their backends give these the shares that they make, and what a rule denies in any case
//! goes no further.

use std::collections::BTreeMap;

use super::traffic::shares_by_key;
use super::{Graph, Pair, Role};
use crate::id::NodeId;
use crate::screen::Ruling;

/// A backend that no key falls to may be asked when another is down: it counts as reached.
const LEAST: f64 = 1e-9;

/// Puts what is known into the calls of balancers and of nodes with rules.
pub(super) fn steer(graph: &mut Graph) {
    let pairs: Vec<Pair> = graph.served.calls.keys().copied().collect();
    for pair in pairs {
        if is_denied(graph, pair) {
            for (_, often) in graph.served.calls.get_mut(&pair).into_iter().flatten() {
                *often = 0.0;
            }
            continue;
        }
        let Some(shares) = shares(graph, pair) else { continue };
        for ((to, _), often) in graph.served.calls.get_mut(&pair).into_iter().flatten() {
            if *often > 0.0 {
                *often = shares.get(to).copied().unwrap_or(0.0).max(LEAST);
            }
        }
    }
}

/// The share of each node behind a balancer, where it is known.
fn shares(graph: &Graph, (balancer, endpoint): Pair) -> Option<BTreeMap<NodeId, f64>> {
    let Role::Balancer { plan, .. } = &graph.plans[balancer.index()].role else { return None };
    let mut shares = BTreeMap::new();
    for (backend, share) in plan.backends.iter().zip(shares_by_key(graph, balancer, endpoint)?) {
        *shares.entry(backend.node).or_insert(0.0) += share;
    }
    Some(shares)
}

/// Whether the rules of a node deny an endpoint to everybody at any time.
#[must_use]
pub fn is_denied(graph: &Graph, (node, endpoint): Pair) -> bool {
    let screen = graph.plans[node.index()].screen.as_ref();
    let Some(access) = screen.and_then(|screen| screen.access.as_ref()) else { return false };
    let matching = access.rules.iter().filter(|rule| {
        let named = rule.endpoints.get(endpoint.index()).or_else(|| rule.endpoints.last());
        named.copied().unwrap_or(false)
    });
    for rule in matching {
        let always = rule.shown.is_none() && rule.peers.is_none() && rule.during.is_none();
        match rule.ruling {
            Ruling::Allow => return false,
            Ruling::Deny if always => return true,
            Ruling::Deny => {}
        }
    }
    false
}
