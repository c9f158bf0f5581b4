//! What is written and does nothing: `check` and `run` warn of it alike.

use super::alone::alone;
use super::anonymous::anonymous;
use super::capped::capped;
use super::connecting::connecting;
use super::grounds::kept_shakers;
use super::identity::slow_hash;
use super::idle::idle;
use super::never::never;
use super::parameters::parameters;
use super::per_origin::per_origin;
use super::probed::probed;
use super::scaled::too_short;
use super::seats::seats;
use super::shorter::shorter;
use super::strangers::{comes_again, strangers};
use super::strayed::strayed;
use super::too_large::too_large;
use super::unpriced::unpriced;
use super::unseen::unseen;
use super::unsettled::unsettled;
use super::untimed::untimed;
use super::untraced::untraced;
use super::weighed::weighed;
use super::workers::circles;
use super::writes::scattered;
use crate::graph::{Graph, Traffic, demand};
use crate::id::{EndpointId, NodeId};
use crate::model::{Model, Protocol};
use crate::nodes::KindSpec;
use crate::nodes::answering::AnsweringSpec;
use crate::scenario::{Diagnostic, Diagnostics, Span};

/// Warns of work at nodes of `graph` that have no cores, and of errands that nobody runs. Returns
/// the warnings of what has no effect in `model`, from which `graph` was built, and may have in
/// another variant: they are for [`unused`](super::unused).
pub fn ineffective(
    model: &Model,
    graph: &Graph,
    traffic: &Traffic,
    diagnostics: &mut Diagnostics,
) -> Vec<Diagnostic> {
    without_cores(model, graph, traffic, diagnostics);
    strayed(model, graph, traffic, diagnostics);
    untraced(model, graph, traffic, diagnostics);
    unsettled(model, graph, diagnostics);
    too_short(model, graph, diagnostics);
    probed(model, graph, diagnostics);
    shorter(model, graph, diagnostics);
    too_large(model, graph, diagnostics);
    capped(model, graph, diagnostics);
    per_origin(model, diagnostics);
    slow_hash(model, graph, diagnostics);
    unseen(model, graph, diagnostics);
    unpriced(model, diagnostics);
    circles(model, graph, diagnostics);
    scattered(model, graph, diagnostics);
    let mut found = Vec::new();
    sticky(model, graph, &mut found);
    roles(model, &mut found);
    keys(model, &mut found);
    services(model, graph, &mut found);
    compressible(model, &mut found);
    never(model, graph, &mut found);
    connecting(model, graph, &mut found);
    weighed(model, graph, &mut found);
    strangers(model, graph, &mut found);
    alone(model, graph, &mut found);
    parameters(model, graph, &mut found);
    untimed(model, graph, &mut found);
    seats(model, graph, &mut found);
    idle(model, graph, &mut found);
    anonymous(model, &mut found);
    found
}

pub(super) fn warning(span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::warning(span, message).help(help)
}

/// Work that takes no time, since nothing does it: of handshakes as well.
fn without_cores(model: &Model, graph: &Graph, traffic: &Traffic, diagnostics: &mut Diagnostics) {
    let shakers = kept_shakers(graph);
    for (id, name) in (0..).map(NodeId).zip(&graph.names) {
        let (plan, node) = (&graph.plans[id.index()], &traffic.nodes[id.index()]);
        let machines = plan.shape.iter().flat_map(|shape| &shape.machines);
        let has_work = node.cpu.total > 0.0 || node.rate > 0.0 && shakers.contains(&id);
        if has_work && machines.map(|it| it.cores).max().unwrap_or(0) == 0 {
            // Work that nobody wrote is looked for in vain.
            let work = if has_only_handshakes(graph, id, node.cpu.total) {
                "CPU work, that of TLS handshakes,"
            } else {
                "CPU work"
            };
            let message = format!("`{name}` has {work} but no cores: the work takes no time there");
            let span = model.nodes[name].place.clone();
            diagnostics.push(warning(span, message, "give it `cores` or a `machine`"));
        }
    }
}

/// Whether the CPU work at a node, on average for what comes, is that of handshakes alone.
fn has_only_handshakes(graph: &Graph, id: NodeId, work: f64) -> bool {
    let endpoints = (0..).map(EndpointId).take(graph.fixed.endpoints.len());
    let of_requests = |endpoint| demand(graph, (id, endpoint), None).cpu.total;
    work <= 0.0 || endpoints.map(of_requests).all(|it| it <= 0.0)
}

/// Cookies that name a backend where nobody comes twice.
fn sticky(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    if comes_again(graph) {
        return;
    }
    for (name, node) in &model.nodes {
        if let KindSpec::LoadBalancer(balancer) = &node.spec.kind
            && balancer.backends.sticky.is_some()
        {
            let message =
                format!("`sticky` of `{name}` does nothing: every request comes from somebody new");
            let help = "who comes again has a session: `users`, arrivals of `visits`, or a trace \
                        with sessions";
            found.push(warning(node.at("sticky"), message, help));
        }
    }
}

/// Roles that nobody is asked for.
fn roles(model: &Model, found: &mut Vec<Diagnostic>) {
    if model.auth.is_some() {
        return;
    }
    for (name, endpoint) in &model.endpoints {
        if endpoint.spec.role.is_some() {
            let message = format!("the `role` of endpoint `{name}` is asked of nobody");
            let help = "who somebody is, is asked with a table `[auth]`";
            found.push(warning(endpoint.at("role"), message, help));
        }
    }
}

/// Resumed handshakes where there are no keys to agree on.
fn keys(model: &Model, found: &mut Vec<Diagnostic>) {
    for ((from, to), link) in &model.links {
        let connection = &link.spec.connection;
        if connection.tls.is_some() || connection.protocol == Protocol::H3 {
            continue;
        }
        let written =
            [("resumed", connection.resumed.get() > 0.0), ("early_data", connection.early_data)];
        for (key, _) in written.into_iter().filter(|(_, is_written)| *is_written) {
            let message = format!("`{key}` does nothing on the link from `{from}` to `{to}`");
            let help = "only handshakes of TLS are resumed: give the connection `tls`";
            found.push(warning(link.at(&format!("connection.{key}")), message, help));
        }
    }
}

/// Costs of what has no work of its own, where everything has.
fn services(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        let Some(id) = graph.node(name).filter(|_| answers(&node.spec.kind).is_some()) else {
            continue;
        };
        let mut asked = graph.served.calls.keys().filter(|(node, _)| *node == id).peekable();
        let has_work = |endpoint: &str| {
            model.endpoints.get(endpoint).is_some_and(|it| !it.spec.work.is_empty())
        };
        if asked.peek().is_some() && asked.all(|(_, it)| has_work(graph.endpoint_name(*it))) {
            let message = format!(
                "the `service` of `{name}` is never done: all it is asked has `work` of its own"
            );
            let help = "`service` is what a call without an endpoint costs, or with one that has \
                        no `work`";
            found.push(warning(node.at("service"), message, help));
        }
    }
}

/// What a server or a database costs for what has no work of its own, if that is written.
fn answers(kind: &KindSpec) -> Option<&AnsweringSpec> {
    let answering = match kind {
        KindSpec::Server(server) => &server.answering,
        KindSpec::Database(database) => &database.answering,
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::ForwardProxy(_)
        | KindSpec::ReverseProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Cache(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => return None,
    };
    Some(answering).filter(|it| it.service.is_some())
}

/// Answers that could be made smaller, and nobody does it.
fn compressible(model: &Model, found: &mut Vec<Diagnostic>) {
    let compresses = |kind: &KindSpec| match kind {
        KindSpec::ReverseProxy(proxy) => proxy.screen.compress().is_some(),
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::ForwardProxy(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Database(_)
        | KindSpec::Cache(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => false,
    };
    if model.nodes.values().any(|node| compresses(&node.spec.kind)) {
        return;
    }
    for (name, endpoint) in &model.endpoints {
        if endpoint.spec.response.compressible {
            let message = format!("no node compresses the answers of endpoint `{name}`");
            let help = "a reverse proxy does, with `compress`";
            found.push(warning(endpoint.at("response.compressible"), message, help));
        }
    }
}
