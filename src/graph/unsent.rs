//! What browsers do not send: what another origin would have to allow first, and by what the
//! scenario says of its nodes never does.

use std::collections::BTreeSet;

use super::{Graph, Pair, Role};
use crate::endpoint::Op;
use crate::id::{EndpointId, NodeId};
use crate::net::{Asking, CrossOrigin, OriginId, PolicyId};
use crate::nodes::client::ClientPlan;

/// What is never sent leaves this much, so that what it was for counts as reached.
const LEAST: f64 = 1e-9;

/// Takes from the calls of every client what its preflights do not allow.
pub(super) fn withhold(graph: &mut Graph) {
    let clients: Vec<Pair> = graph.served.calls.keys().copied().collect();
    for (node, endpoint) in clients {
        let Role::Client(client) = &graph.plans[node.index()].role else { continue };
        let share = unsent(graph, client, endpoint);
        if share <= 0.0 {
            continue;
        }
        for (_, often) in graph.served.calls.get_mut(&(node, endpoint)).into_iter().flatten() {
            *often *= (1.0 - share).max(LEAST);
        }
    }
}

/// The share of what a client asks for at an endpoint that is never sent, since its preflight is
/// refused.
#[must_use]
pub fn unsent(graph: &Graph, client: &ClientPlan, endpoint: EndpointId) -> f64 {
    let Some(plan) = graph.fixed.cross_origin.as_deref() else { return 0.0 };
    let is_unsent = |from: OriginId| {
        let asking = plan.asking(from, endpoint).filter(|asking| asking.is_asked_before());
        let mut seen = BTreeSet::new();
        asking
            .is_some_and(|asking| refuses(graph, plan, asking, (client.node, endpoint), &mut seen))
    };
    let (mut all, mut refused, mut below) = (0.0, 0.0, 0.0);
    let mut count = |often: f64, from: OriginId| {
        all += often;
        refused += if is_unsent(from) { often } else { 0.0 };
    };
    for (number, (end, asked)) in client.mix.iter().enumerate() {
        if *asked == endpoint {
            count(end - below, client.from);
        }
        for part in client.pages.get(number).map_or(&[][..], |page| &page.parts) {
            if part.endpoint == endpoint {
                count((end - below) * f64::from(part.count), part.from);
            }
        }
        below = *end;
    }
    if all > 0.0 { refused / all } else { 0.0 }
}

/// Whether whoever answers a preflight that comes to a node never allows what it asks for.
fn refuses(
    graph: &Graph,
    plan: &CrossOrigin,
    asking: &Asking,
    (node, endpoint): Pair,
    seen: &mut BTreeSet<NodeId>,
) -> bool {
    let policy = plan.by_node.get(node.index()).copied().unwrap_or(PolicyId::NONE);
    let role = &graph.plans[node.index()].role;
    if policy == PolicyId::NONE {
        // A server without a policy knows no preflights; all others hand them on.
        if matches!(role, Role::Answering(_)) || !seen.insert(node) {
            return matches!(role, Role::Answering(_));
        }
        let calls = graph.served.calls.get(&(node, endpoint)).into_iter().flatten();
        let next: Vec<Pair> = calls.filter(|(_, often)| *often > 0.0).map(|(to, _)| *to).collect();
        let is_all = next.iter().all(|to| refuses(graph, plan, asking, *to, seen));
        return is_all && !next.is_empty();
    }
    let program = plan.policies.get(usize::from(policy.0)).map(|policy| policy.program);
    let ops = program.map(|it| &graph.fixed.programs[usize::from(it)].ops);
    let fails = |op: &Op| matches!(op, Op::Fail(share, ..) if share.get() >= 1.0);
    ops.is_some_and(|ops| ops.iter().any(fails)) || asking.verdicts(policy).preflight.is_err()
}
