//! Errands of identity that come to somebody else than the issuer, who alone can run them.

use std::collections::BTreeSet;

use crate::auth::AuthPlan;
use crate::graph::{Graph, Pair, Role, Traffic};
use crate::id::{EndpointId, NodeId};
use crate::model::Model;
use crate::scenario::{Diagnostic, Diagnostics};

/// Warns of log-ins, renewals and log-outs that are answered without being done.
pub(super) fn strayed(
    model: &Model,
    graph: &Graph,
    traffic: &Traffic,
    diagnostics: &mut Diagnostics,
) {
    let (Some(spec), Some(plan)) = (&model.auth, &graph.fixed.auth) else { return };
    let plan: &AuthPlan = plan;
    let errands =
        [("login", plan.login), ("refresh", plan.refresh), ("logout", plan.logout)].into_iter();
    for (key, endpoint) in errands.filter_map(|(key, it)| Some((key, it?))) {
        let issuer = &graph.names[plan.issuer.index()];
        for node in answered_by_others(graph, traffic, plan.issuer, endpoint) {
            let message = format!(
                "`{}` comes to `{}`, which answers it and does nothing: `auth.{key}` is done by \
                 the issuer `{issuer}`",
                graph.endpoint_name(endpoint),
                graph.names[node.index()],
            );
            let help = format!("lead it to `{issuer}`, by a route or by a call of its work");
            diagnostics.push(Diagnostic::warning(spec.at(key), message).help(&help));
        }
    }
}

/// Who answers an endpoint of clients without that it comes to the issuer.
fn answered_by_others(
    graph: &Graph,
    traffic: &Traffic,
    issuer: NodeId,
    endpoint: EndpointId,
) -> BTreeSet<NodeId> {
    let asking = traffic.clients.iter().filter(|client| {
        client.visits.get(&(client.node, endpoint)).is_some_and(|often| *often > 0.0)
    });
    let mut open: Vec<Pair> = asking.map(|client| (client.node, endpoint)).collect();
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    while let Some(pair) = open.pop() {
        if pair.0 == issuer || !seen.insert(pair) {
            continue;
        }
        match &graph.plans[pair.0.index()].role {
            Role::Answering(_) if !comes_to(graph, pair, (issuer, endpoint)) => {
                found.insert(pair.0);
            }
            Role::Answering(_) => {}
            Role::Client(_) | Role::Proxy { .. } | Role::Balancer { .. } => {
                open.extend(called(graph, pair));
            }
        }
    }
    found
}

/// Whether a visit for a pair can cause one for another.
fn comes_to(graph: &Graph, from: Pair, to: Pair) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(pair) = open.pop() {
        if pair == to {
            return true;
        }
        if seen.insert(pair) {
            open.extend(called(graph, pair));
        }
    }
    false
}

fn called(graph: &Graph, pair: Pair) -> impl Iterator<Item = Pair> {
    let calls = graph.served.calls.get(&pair).into_iter().flatten();
    calls.filter(|(_, often)| *often > 0.0).map(|(to, _)| *to)
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// The warnings about visitors whose errands an edge leads to `app`, but for what `routes` say.
    fn warnings(routes: &str, work: &str) -> String {
        checked(&format!(
            "study = 'terminating'\n[endpoint.page]\npath = '/p'\nwork = [{{ cpu = '2ms' }}]\n\
             [endpoint.login]\npath = '/login'\n{work}\n[endpoint.logout]\npath = '/logout'\n\
             [page.any]\nendpoint = 'page'\n\
             [visit.usual]\npages = {{ any = 1 }}\nlength = 4\nthink = '1s'\nlogin = 1.0\n\
             logout = 0.5\n\
             [auth]\nscheme = 'session'\nat = 'app'\nissuer = 'idp'\nlogin = 'login'\n\
             logout = 'logout'\n[auth.session]\nstore = 'redis'\n\
             [node.people]\nkind = 'client'\n\
             arrivals = {{ visits = {{ poisson = '2/s' }}, visit = 'usual' }}\n\
             [node.edge]\nkind = 'reverse-proxy'\nroutes = [{routes} {{ to = 'app' }}]\n\
             [node.app]\nkind = 'server'\ncores = 2\n[node.idp]\nkind = 'auth-server'\ncores = 4\n\
             [node.redis]\nkind = 'session-store'\ncores = 1\nservice = '1ms'\n\
             [link.people.edge]\n[link.edge.app]\n[link.edge.idp]\n[link.app.idp]\n\
             [link.app.redis]\n[link.idp.redis]\n"
        ))
        .2
    }

    #[test]
    fn errands_that_come_to_another_than_the_issuer_are_told_and_others_are_not() {
        let (login, logout) =
            ("{ path = '/login', to = 'idp' },", "{ path = '/logout', to = 'idp' },");
        let said = warnings(login, "");
        let line = "`logout` comes to `app`, which answers it and does nothing: `auth.logout` is \
                    done by the issuer `idp`";
        assert!(said.contains(line) && !said.contains("`login` comes"), "{said}");
        assert!(warnings(logout, "").contains("`login` comes to `app`"));
        assert!(!warnings(&format!("{login}{logout}"), "").contains("comes to `app`"));
        // A server that asks the issuer itself is a way to it.
        let work = "work = [{ call = 'idp', endpoint = 'login' }]";
        assert!(!warnings(logout, work).contains("comes to `app`"));
    }
}
