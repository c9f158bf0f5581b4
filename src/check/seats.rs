//! Limits on the connections that a node has, beside the pools of those who call it.

use super::ineffective::warning;
use super::room::owners;
use crate::graph::{Graph, LinkPlan, passes_on};
use crate::id::NodeId;
use crate::model::Model;
use crate::net::Mode;
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn seats(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let Some(id) = graph.node(name) else { continue };
        let Some(most) = graph.fixed.topology.nodes[id.index()].most_connections else { continue };
        let (at, opened) = (node.at("max_connections"), opened(graph, id));
        if opened == Some(0) {
            let message = format!(
                "`max_connections` of `{name}` does nothing: no connection to it is ever opened \
                 over TCP"
            );
            let help = "it needs links with `connection = { mode = … }`";
            found.push(warning(at, message, help));
        } else if let Some(opened) = opened.filter(|opened| *opened > u64::from(most)) {
            let message = format!(
                "the pools of those who call `{name}` have room for {opened} connections to a \
                 replica, which takes {most}: more are refused"
            );
            let help = "lower `max` of the pools, or let their owners share a node between with \
                        a pool of its own";
            found.push(warning(at, message, help));
        }
    }
}

/// Whether a replica of a node can be asked for more connections than it takes.
pub(super) fn may_run_out(graph: &Graph, id: NodeId) -> bool {
    let most = graph.fixed.topology.nodes[id.index()].most_connections;
    most.is_some_and(|most| opened(graph, id).is_none_or(|opened| opened > u64::from(most)))
}

/// How many connections its callers can have with a replica of a node at once; none if nothing
/// limits them.
fn opened(graph: &Graph, id: NodeId) -> Option<u64> {
    let ends = graph.fixed.topology.links.iter().zip(&graph.links);
    let into = ends.filter(|(ends, _)| ends.to == id);
    into.map(|(ends, link)| opened_over(graph, ends.from, link)).sum()
}

/// How many there can be over a link.
fn opened_over(graph: &Graph, from: NodeId, link: &LinkPlan) -> Option<u64> {
    let Some(transport) = link.transport.as_ref().filter(|it| it.has_tcp) else { return Some(0) };
    if passes_on(graph, from) {
        // They are those of who calls the balancer.
        return None;
    }
    match transport.mode {
        Mode::Warm => Some(0),
        Mode::Pool if transport.max != u32::MAX && transport.per_user.is_none() => {
            Some(owners(graph, from)?.saturating_mul(u64::from(transport.max)))
        }
        Mode::Pool | Mode::PerRequest | Mode::PerSession => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told, and warned of, of three servers whose pools have `max` connections each to a
    /// database that takes 20.
    fn told(link: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.page]\nwork = [{{ call = 'db' }}]\n[node.users]\nkind = 'client'\n\
             arrivals = {{ poisson = '100/s' }}\nmix = {{ page = 1 }}\n[node.app]\n\
             kind = 'server'\nreplicas = 3\n[node.db]\nkind = 'database'\ncores = 2\n\
             service = {{ exp = '2ms' }}\nmax_connections = 20\n[link.users.app]\n\
             [link.app.db]\n{link}\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn pools_with_room_for_more_connections_than_a_database_takes_are_warned_of() {
        let (said, warnings) = told("connection = { mode = 'pool', max = 7 }");
        assert!(warnings.contains("have room for 21 connections to a replica"), "{warnings}");
        assert!(said.contains("db: a connection more than it takes is refused"), "{said}");
        let (said, warnings) = told("connection = { mode = 'pool', max = 6 }");
        assert!(!warnings.contains("connection"), "{warnings}");
        assert!(!said.contains("a connection more"), "{said}");
    }

    #[test]
    fn a_limit_that_nothing_reaches_says_so_and_one_that_may_be_reached_is_a_bound() {
        let (_, warnings) = told("connection = { mode = 'pool', protocol = 'h3' }");
        assert!(warnings.contains("`max_connections` of `db` does nothing"), "{warnings}");
        let (said, warnings) = told("");
        assert!(warnings.contains("`max_connections` of `db` does nothing"), "{warnings}");
        assert!(!said.contains("a connection more"), "{said}");
        let (said, warnings) = told("connection = { mode = 'per-request' }");
        assert!(!warnings.contains("connection"), "{warnings}");
        assert!(said.contains("a connection more") && said.contains("at most 100"), "{said}");
    }
}
