//! What the traffic equations leave out, for people: preflights, and that screens stop some of what
//! comes to them.

use super::text::number;
use crate::graph::{Graph, NodePlan, Role, Traffic};
use crate::id::{EndpointId, NodeId};
use crate::net::OriginId;
use crate::nodes::client::ClientPlan;

/// One line for each client whose pages ask other origins for what needs to be asked about first.
pub(super) fn preflights(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let line = |(id, rate): (NodeId, f64)| {
        let Role::Client(client) = &graph.plans[id.index()].role else { return None };
        let most = rate * asked_before(graph, client);
        (most > 0.0).then(|| {
            format!(
                "  {}: up to {} preflights/s come before its requests, one each where no browser \
                 remembers another; they are not in the loads above",
                graph.names[id.index()],
                number(most)
            )
        })
    };
    traffic.clients.iter().map(|client| (client.node, client.rate)).filter_map(line).collect()
}

/// One line for each client of whose requests some are never sent.
pub(super) fn unsent(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let line = |id: NodeId| {
        let Role::Client(client) = &graph.plans[id.index()].role else { return None };
        let own = graph.served.calls.keys().filter(|(node, _)| *node == id);
        let refused =
            own.filter(|(_, endpoint)| crate::graph::unsent(graph, client, *endpoint) > 0.0);
        let names: Vec<String> =
            refused.map(|(_, it)| format!("`{}`", graph.endpoint_name(*it))).collect();
        (!names.is_empty()).then(|| {
            format!(
                "  {}: what scripts of other origins ask for at {} is not sent, since its \
                 preflights are refused; it is not in the arrivals and loads above",
                graph.names[id.index()],
                names.join(", ")
            )
        })
    };
    traffic.clients.iter().filter_map(|client| line(client.node)).collect()
}

/// One line for each node that stops some of what comes to it.
pub(super) fn stopped(graph: &Graph) -> impl Iterator<Item = String> {
    let stops = |plan: &&NodePlan| {
        let screen = plan.screen.as_ref();
        plan.limit.is_some()
            || screen.is_some_and(|it| {
                it.access.is_some() || it.knows.is_some() || it.waf.is_some() || it.login.is_some()
            })
    };
    let plans = graph.names.iter().zip(&graph.plans);
    plans.filter(move |(_, plan)| stops(plan)).map(|(name, plan)| {
        let has_rules = plan.screen.as_ref().is_some_and(|screen| screen.access.is_some());
        let but = if has_rules { ", but for what is denied to everybody" } else { "" };
        format!(
            "  {name}: what it stops by its rules and limits is in the loads, as if it went on{but}"
        )
    })
}

/// How many of a client's requests, on average for each that it makes, have to be asked about.
pub(super) fn asked_before(graph: &Graph, client: &ClientPlan) -> f64 {
    let Some(plan) = graph.fixed.cross_origin.as_deref() else { return 0.0 };
    let needs = |from: OriginId, endpoint: EndpointId| {
        plan.asking(from, endpoint).is_some_and(crate::net::Asking::is_asked_before)
    };
    let (mut sum, mut below) = (0.0, 0.0);
    for (number, (end, endpoint)) in client.mix.iter().enumerate() {
        let share = end - below;
        sum += if needs(client.from, *endpoint) { share } else { 0.0 };
        for part in client.pages.get(number).map_or(&[][..], |page| &page.parts) {
            if needs(part.from, part.endpoint) {
                sum += share * f64::from(part.count);
            }
        }
        below = *end;
    }
    sum
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    #[test]
    fn what_another_origin_is_asked_for_with_a_preflight_is_counted_and_what_is_simple_is_not() {
        let said = |method: &str, origin: &str| {
            let scenario = format!(
                "[endpoint.api]\norigin = 'https://api.example'\nmethod = '{method}'\n\
                 [node.users]\nkind = 'client'\norigin = '{origin}'\nmix = {{ api = 1 }}\n\
                 arrivals = {{ poisson = '12/s' }}\n\
                 [node.app]\nkind = 'server'\nservice = '1ms'\n[link.users.app]\n"
            );
            let (graph, checked, _) = checked(&scenario);
            text("base", &graph, &checked)
        };
        let line = "users: up to 12 preflights/s";
        assert!(said("PUT", "https://shop.example").contains(line));
        assert!(!said("GET", "https://shop.example").contains("preflights"));
        assert!(!said("PUT", "https://api.example").contains("preflights"));
    }

    #[test]
    fn what_a_preflight_refuses_does_not_arrive() {
        let said = |cors: &str| {
            let scenario = format!(
                "[endpoint.api]\norigin = 'https://api.example'\nmethod = 'PUT'\n\
                 [node.users]\nkind = 'client'\norigin = 'https://shop.example'\n\
                 mix = {{ api = 1 }}\narrivals = {{ poisson = '12/s' }}\n\
                 [node.edge]\nkind = 'reverse-proxy'\n[node.app]\nkind = 'server'\ncores = 1\n\
                 service = '10ms'\n{cors}\n[link.users.edge]\n[link.edge.app]\n"
            );
            let (graph, checked, _) = checked(&scenario);
            let app = graph.node("app").expect("a node");
            let load = checked.traffic.nodes[app.index()].load();
            (text("base", &graph, &checked), load)
        };
        let line = "users: what scripts of other origins ask for at `api` is not sent";
        for refusing in
            ["", "cors = { origins = ['https://shop.example'] }", "cors = { methods = ['PUT'] }"]
        {
            let (text, load) = said(refusing);
            assert!(text.contains(line) && load < 1e-6, "{refusing}: {load}\n{text}");
        }
        let allowed = "cors = { origins = ['https://shop.example'], methods = ['PUT'] }";
        let (text, load) = said(allowed);
        assert!(!text.contains(line) && (load - 0.12).abs() < 1e-9, "{load}\n{text}");
    }

    #[test]
    fn what_a_limit_may_stop_is_said_to_be_in_the_loads() {
        let said = |limit: &str| {
            let scenario = format!(
                "[endpoint.page]\n[node.users]\nkind = 'client'\nmix = {{ page = 1 }}\n\
                 arrivals = {{ poisson = '12/s' }}\n\
                 [node.app]\nkind = 'server'\nservice = '1ms'\n{limit}\n[link.users.app]\n"
            );
            let (graph, checked, _) = checked(&scenario);
            text("base", &graph, &checked)
        };
        let line = "app: what it stops by its rules and limits";
        assert!(said("rate_limit = { rate = '5/s', burst = 5 }").contains(line));
        assert!(!said("").contains("what it stops"));
    }
}
