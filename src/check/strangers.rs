//! Open loops in which nobody comes twice: each request has an address of its own, so what goes by
//! addresses does nothing, whether it is a limit of each or a pool of connections of each.

use std::collections::BTreeSet;

use super::ineffective::warning;
use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::limit::LimitKey;
use crate::model::Model;
use crate::net::Mode;
use crate::nodes::client::{ClientPlan, Demand};
use crate::scenario::Diagnostic;

/// Whether somebody has a session, so that a cookie can know who comes again.
pub(super) fn comes_again(graph: &Graph) -> bool {
    let has_sessions = |role: &Role| match role {
        Role::Client(client) => !matches!(client.demand, Demand::Open(_) | Demand::Renewal(_)),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => false,
    };
    graph.plans.iter().any(|plan| has_sessions(&plan.role))
}

/// Whether every message of a client comes from an address that no other has: further attempts and
/// preflights have that of their request.
fn is_stranger(client: &ClientPlan) -> bool {
    let is_nobody = matches!(client.demand, Demand::Open(_) | Demand::Renewal(_));
    let is_once = client.retry.is_none() && client.preflights.is_none();
    is_nobody && is_once && client.addresses == u64::from(u32::MAX)
}

/// Whether connections over the links of a node are for one message each, whatever their mode,
/// since a client has a pool for each of its addresses.
pub(super) fn asks_once(graph: &Graph, from: NodeId) -> bool {
    match &graph.plans[from.index()].role {
        Role::Client(client) => is_stranger(client),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => false,
    }
}

/// Whether every address that a node sees is there once.
pub(super) fn sees_strangers(graph: &Graph, node: NodeId) -> bool {
    let (mut open, mut seen) = (vec![node], BTreeSet::from([node]));
    let mut is_asked = false;
    while let Some(at) = open.pop() {
        let calls = graph.served.calls.iter();
        let callers =
            calls.filter(|(_, to)| to.iter().any(|((to, _), often)| *to == at && *often > 0.0));
        for ((from, _), _) in callers {
            is_asked = true;
            match &graph.plans[from.index()].role {
                Role::Client(client) if is_stranger(client) => {}
                Role::Client(_) | Role::Answering(_) => return false,
                Role::Proxy { hides_callers: true, .. } => return false,
                Role::Proxy { .. } | Role::Balancer { .. } => {
                    open.extend(seen.insert(*from).then_some(*from));
                }
            }
        }
    }
    is_asked
}

/// Adds the warnings.
pub(super) fn strangers(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    let help = "give the client `addresses = { count = … }`, or `users`";
    for (name, node) in &model.nodes {
        let Some(id) = graph.node(name) else { continue };
        let limit = graph.plans[id.index()].limit.as_ref();
        if limit.is_some_and(|it| it.key == LimitKey::Address) && sees_strangers(graph, id) {
            let message = format!(
                "the `rate_limit` of `{name}` stops nothing: it is one for each address, and every \
                 request comes from an address of its own"
            );
            let help = format!("{help}, or the limit key = \"all\"");
            found.push(warning(node.at("rate_limit"), message, &help));
        }
    }
    for ((from, to), link) in &model.links {
        let spec = &link.spec.connection;
        let is_pool = spec.mode == Mode::Pool && spec.per_origin.is_none();
        if is_pool && graph.node(from).is_some_and(|id| asks_once(graph, id)) {
            let message = format!(
                "connections from `{from}` to `{to}` are never used again: there is a pool for \
                 each address, and every request comes from an address of its own"
            );
            found.push(warning(link.at("connection.mode"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a client, a balancer and a server, and the warnings.
    fn told(client: &str, balancer: &str, link: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n[node.u]\n\
             kind = 'client'\narrivals = {{ poisson = '50/s' }}\nmix = {{ p = 1 }}\n{client}\n\
             [node.lb]\nkind = 'load-balancer'\nalgorithm = 'random'\n{balancer}\n\
             [node.app]\nkind = 'server'\ncores = 1\nreplicas = 2\n\
             [link.u.lb]\n{link}\n[link.lb.app]\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    const LIMIT: &str = "rate_limit = { rate = '5/s' }";
    const POOL: &str = "connection = { mode = 'pool', max = 1 }";
    const FEW: &str = "addresses = { count = 9 }";

    #[test]
    fn a_limit_of_each_address_stops_nobody_where_nobody_comes_twice() {
        let (said, warnings) = told("", LIMIT, "");
        assert!(warnings.contains("the `rate_limit` of `lb` stops nothing"), "{warnings}");
        assert!(!said.contains("turns away") && said.contains("(exact)"), "{said}");
        for (client, limit) in [
            (FEW, LIMIT.to_owned()),
            ("", LIMIT.replace(" }", ", key = 'all' }")),
            ("retry = {}", LIMIT.to_owned()),
        ] {
            let (said, warnings) = told(client, &limit, "");
            assert_eq!(warnings, "", "{client} {limit}");
            assert!(said.contains("turns away"), "{said}");
        }
    }

    #[test]
    fn a_pool_of_each_address_keeps_nothing_where_nobody_comes_twice() {
        let (said, warnings) = told("", "", &format!("latency = '1ms'\n{POOL}"));
        assert!(warnings.contains("connections from `u` to `lb` are never used"), "{warnings}");
        assert!(!said.contains("4294967295") && !said.contains("limited number"), "{said}");
        assert!(said.contains("every request waits"), "{said}");
        let (said, warnings) = told(FEW, "", POOL);
        assert_eq!(warnings, "");
        assert!(said.contains("of 9 connections are needed"), "{said}");
    }

    #[test]
    fn cookies_and_connections_that_nobody_has_twice_bring_no_backend_more_than_its_share() {
        let (said, warnings) = told("", "sticky = { cookie = 'at' }", "");
        assert!(warnings.contains("`sticky` of `lb` does nothing"), "{warnings}");
        assert!(!said.contains("more than its share") && said.contains("(exact)"), "{said}");
        let (said, _) = told("", "layer = 4", "connection = { mode = 'pool' }");
        assert!(!said.contains("more than its share") && said.contains("(exact)"), "{said}");
        let (said, _) = told(FEW, "layer = 4", "connection = { mode = 'pool' }");
        assert!(said.contains("more than its share") && !said.contains("(exact)"), "{said}");
    }

    #[test]
    fn users_have_as_many_addresses_as_there_are_of_them() {
        let (graph, checked, _) = checked(
            "[endpoint.p]\nwork = [{ cpu = '10ms' }]\n[node.u]\nkind = 'client'\nusers = 4\n\
             think = '1s'\nmix = { p = 1 }\n[node.app]\nkind = 'server'\ncores = 1\n\
             [link.u.app]\nconnection = { mode = 'pool', max = 2 }\n",
        );
        let said = text("base", &graph, &checked);
        assert!(said.contains("of 8 connections are needed"), "{said}");
    }
}
