//! Room at a node that is never filled: callers with pools of connections bring only so much at
//! once, and what is more waits for a connection, so that nothing is refused.

use crate::graph::{Graph, LinkPlan, Role, passes_on};
use crate::id::NodeId;
use crate::net::Mode;
use crate::nodes::client::ClientPlan;

use super::resources::addresses;

/// The places of a replica of a node, if their number is limited and they can be filled.
pub(super) fn room(graph: &Graph, id: NodeId) -> Option<u64> {
    let shape = graph.plans[id.index()].shape.as_ref().filter(|it| it.queue != u32::MAX)?;
    let places = u64::from(shape.workers) + u64::from(shape.queue);
    Some(places).filter(|places| most_at_once(graph, id).is_none_or(|most| most > *places))
}

/// How many requests its callers can have at a replica of a node at once; none if nothing limits
/// them, or if they may leave work behind.
fn most_at_once(graph: &Graph, id: NodeId) -> Option<u64> {
    let leaves = |client: &ClientPlan| client.timeout.is_some();
    let gives_up =
        graph.plans.iter().any(|plan| matches!(&plan.role, Role::Client(client) if leaves(client)));
    if gives_up || !graph.faults.is_empty() {
        return None;
    }
    let ends = graph.fixed.topology.links.iter().zip(&graph.links);
    let mut into = ends.filter(|(ends, _)| ends.to == id).peekable();
    into.peek()?;
    into.map(|(ends, link)| most_over(graph, ends.from, link)).sum()
}

/// How many requests come over a link to one replica at once.
fn most_over(graph: &Graph, from: NodeId, link: &LinkPlan) -> Option<u64> {
    let transport = link.transport.as_ref()?;
    let is_pool = transport.mode == Mode::Pool && transport.max != u32::MAX;
    if !is_pool || passes_on(graph, from) || transport.per_user.is_some() || link.waits.is_some() {
        return None;
    }
    let each = u64::from(transport.max).saturating_mul(u64::from(transport.streams));
    Some(owners(graph, from)?.saturating_mul(each))
}

/// How many pools of connections to one place a node has, of those that are none of its users'.
pub(super) fn owners(graph: &Graph, from: NodeId) -> Option<u64> {
    let owners = match &graph.plans[from.index()].role {
        Role::Client(client) => addresses(client)?,
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => {
            f64::from(graph.fixed.topology.nodes[from.index()].replicas)
        }
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of callers"
    )]
    let owners = owners as u64;
    Some(owners)
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a server with room for six, before which a pool has so many connections.
    fn told(rate: u32, connection: &str, client: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '5ms' }} }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '{rate}/s' }}\nmix = {{ p = 1 }}\n{client}\n\
             [node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'\ncores = 1\n\
             workers = 1\nqueue = 5\n[link.u.edge]\n[link.edge.app]\n{connection}\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn what_a_pool_is_too_small_for_never_comes_to_be_refused() {
        let pool = |max: u32| format!("connection = {{ mode = 'pool', max = {max} }}");
        for max in [1, 5, 6] {
            let (said, _) = told(160, &pool(max), "");
            assert!(said.contains("M/M/1 (approximation)  at most 20 ms"), "{max}: {said}");
            assert!(!said.contains("refuses"), "{max}: {said}");
        }
        let (_, warnings) = told(220, &pool(5), "");
        assert!(warnings.contains("grows without limit"), "{warnings}");
        let (_, warnings) = told(220, &pool(7), "");
        assert!(warnings.contains("of it fails"), "{warnings}");
        // Where the room can be filled, and where work may be left behind, it is what limits.
        for (connection, client) in
            [(pool(7), ""), (String::new(), ""), (pool(5), "timeout = { total = '9s' }")]
        {
            let (said, _) = told(160, &connection, client);
            assert!(said.contains("M/M/1/6, refuses 6.63 %"), "{connection}: {said}");
        }
    }
}
