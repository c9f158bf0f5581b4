//! Who is asked for what: the pairs of node and endpoint that requests can reach, and the calls
//! between them.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use toml::Spanned;

use super::build::Build;
use super::program::{mean_times, store};
use crate::arrivals::Arrivals;
use crate::auth::Scheme;
use crate::endpoint::{Action, Step};
use crate::id::{EndpointId, LinkId, NodeId};
use crate::nodes::KindSpec;
use crate::scenario::{Diagnostic, Span};

/// A node that is asked for an endpoint.
pub type Pair = (NodeId, EndpointId);

/// What requests reach.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// The link that each node hands each endpoint on by, if it hands on by routes; the last
    /// entry is for what has no endpoint.
    pub routes: Vec<Vec<Option<LinkId>>>,
    /// The pairs that are reached, and how often each asks each other per visit on average.
    pub calls: BTreeMap<Pair, Vec<(Pair, f64)>>,
}

/// Follows every endpoint of every client to where it is answered, and on along the calls.
pub(super) fn served(build: &mut Build<'_>) -> Served {
    let endpoints = build.endpoints.len();
    let mut served = Served {
        routes: vec![vec![None; endpoints + 1]; build.nodes.len()],
        calls: BTreeMap::new(),
    };
    let mut open: Vec<Pair> = Vec::new();
    for (place, (_, node, _)) in build.nodes.clone().into_iter().enumerate() {
        let Some(client) = node.kind.asks() else { continue };
        let Ok(place) = u16::try_from(place) else { continue };
        if let Some(Arrivals::Visits { visit, .. }) = &client.arrivals {
            let pages = build.model.visits.get(visit).map(|visit| &visit.spec.pages);
            let named = pages.into_iter().flatten().map(|(page, _)| page.get_ref());
            for page in named.filter_map(|page| build.model.pages.get(page)) {
                let endpoint = &page.spec.endpoint;
                if let Some(endpoint) = build.endpoint(endpoint.get_ref(), &endpoint.span()) {
                    open.push((NodeId(place), endpoint));
                }
                for part in &page.spec.resources {
                    let name = &part.endpoint;
                    let endpoint = build.endpoint(name.get_ref(), &name.span());
                    open.extend(endpoint.map(|endpoint| (NodeId(place), endpoint)));
                }
            }
        }
        for name in client.mix.keys() {
            if let Some(endpoint) = build.endpoint(name.get_ref(), &name.span()) {
                open.push((NodeId(place), endpoint));
            }
        }
    }
    let errands = build.model.auth.as_ref().filter(|it| it.spec.scheme != Scheme::None);
    let errands = errands.map(|it| [&it.spec.login, &it.spec.refresh, &it.spec.logout]);
    let forged = build.model.csrf.as_ref().map(|it| &it.spec.endpoint);
    let ridden = build.model.xss.as_ref().and_then(|it| it.spec.rides.as_ref());
    let clients: Vec<NodeId> = open.iter().map(|(client, _)| *client).collect();
    for name in errands.into_iter().flatten().flatten().chain(forged).chain(ridden) {
        if let Some(endpoint) = build.endpoint(name.get_ref(), &name.span()) {
            open.extend(clients.iter().map(|client| (*client, endpoint)));
        }
    }
    while let Some(pair) = open.pop() {
        if served.calls.contains_key(&pair) {
            continue;
        }
        let calls = calls_of(build, pair, &mut served);
        open.extend(calls.iter().map(|(to, _)| *to));
        served.calls.insert(pair, calls);
    }
    if !build.diagnostics.has_errors() {
        check_cycles(build, &served);
    }
    served
}

/// Whom a node asks when it is asked for an endpoint, and how often on average.
fn calls_of(build: &mut Build<'_>, pair: Pair, served: &mut Served) -> Vec<(Pair, f64)> {
    let (id, endpoint) = pair;
    let (name, node, span) = build.nodes[id.index()].clone();
    match &node.kind {
        KindSpec::LoadBalancer(balancer) => {
            let levels = build.levels(id, &span, balancer);
            let mut shares: BTreeMap<NodeId, f64> = BTreeMap::new();
            for backend in levels.map_or_else(Vec::new, |(backends, ..)| backends) {
                let share = balancer.balance.share_of(backend.weight);
                *shares.entry(backend.node).or_insert(0.0) += share;
            }
            let total = shares.values().sum::<f64>().max(f64::MIN_POSITIVE);
            shares.into_iter().map(|(to, share)| ((to, endpoint), share / total)).collect()
        }
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::ForwardProxy(_)
        | KindSpec::ReverseProxy(_) => {
            let link = route(build, id, endpoint, name, &span);
            let place = endpoint.index().min(build.endpoints.len());
            if link.is_some() {
                served.routes[id.index()][place] = link;
            }
            let to = link.map(|link| build.topology.links[link.index()].to);
            to.map(|to| ((to, endpoint), 1.0)).into_iter().collect()
        }
        KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => {
            let Some((_, spec)) = build.endpoints.get(endpoint.index()).copied() else {
                return Vec::new();
            };
            // Who issues logs people in and out, instead of what the endpoints' work says.
            let auth = build.model.auth.as_ref().map(|auth| &auth.spec);
            let auth = auth.filter(|auth| auth.scheme != Scheme::None);
            let is = |one: &Option<Spanned<String>>, other: &str| {
                one.as_ref().is_some_and(|it| it.get_ref() == other)
            };
            let issues = auth.is_some_and(|auth| {
                let asked = build.endpoints[endpoint.index()].0;
                is(&auth.issuer, name)
                    && [&auth.login, &auth.refresh, &auth.logout].iter().any(|it| is(it, asked))
            });
            if issues {
                return Vec::new();
            }
            let mut calls = Vec::new();
            step_calls(build, id, &spec.work.0, 1.0, &mut calls);
            calls
        }
    }
}

/// The link that a node hands an endpoint on by.
fn route(
    build: &mut Build<'_>,
    id: NodeId,
    endpoint: EndpointId,
    name: &str,
    span: &Span,
) -> Option<LinkId> {
    let (_, node, _) = build.nodes[id.index()].clone();
    let outgoing = build.topology.nodes[id.index()].outgoing.clone();
    let Some((asked, spec)) = build.endpoints.get(endpoint.index()).copied() else {
        // A call without an endpoint carries nothing that a route could match.
        if let [only] = outgoing.as_slice() {
            return Some(*only);
        }
        build.error(span, format!("`{name}` hands on calls, which needs exactly one link"));
        return None;
    };
    if node.common.routes.is_empty() {
        return match outgoing.as_slice() {
            [only] => Some(*only),
            [] => {
                let message = format!("`{name}` has no link, so `{asked}` goes nowhere");
                let error = Diagnostic::error(span.clone(), message);
                build.diagnostics.push(error.help(format!("add [link.{name}.NAME]")));
                None
            }
            _ => {
                let error = Diagnostic::error(
                    span.clone(),
                    format!("`{name}` has several links and no `routes`: where does `{asked}` go?"),
                );
                let help = "give it `routes`, or put a load balancer between";
                build.diagnostics.push(error.help(help));
                None
            }
        };
    }
    let Some(found) = node.common.routes.iter().find(|route| route.matches(spec)) else {
        let error = Diagnostic::error(
            build.at_node(name, "routes"),
            format!("no route of `{name}` takes endpoint `{asked}`"),
        );
        let help = format!(
            "its path is {}; a last route with `to` alone takes all that is left",
            spec.path
        );
        build.diagnostics.push(error.help(help));
        return None;
    };
    let to = build.node(found.to.get_ref(), &found.to.span())?;
    linked(build, id, to, &found.to.span())
}

/// The link between two nodes, or a diagnostic at `span`.
fn linked(build: &mut Build<'_>, from: NodeId, to: NodeId, span: &Span) -> Option<LinkId> {
    let link = build.topology.link(from, to);
    if link.is_none() {
        let (from, to) = (build.nodes[from.index()].0, build.nodes[to.index()].0);
        let error =
            Diagnostic::error(span.clone(), format!("there is no link from `{from}` to `{to}`"));
        build.diagnostics.push(error.help(format!("add [link.{from}.{to}]")));
    }
    link
}

/// The calls of some steps, each with how often it is made on average. Returns how often the
/// steps are survived.
fn step_calls(
    build: &mut Build<'_>,
    id: NodeId,
    steps: &[Step],
    factor: f64,
    calls: &mut Vec<(Pair, f64)>,
) {
    let mut alive = factor;
    for step in steps {
        let often = alive * step.probability.map_or(1.0, |p| p.get());
        match &step.action {
            Action::Cpu(_) | Action::Wait(_) => {}
            Action::Fail { probability, .. } => {
                alive *= 1.0 - probability.get() * often / alive.max(f64::MIN_POSITIVE)
            }
            // What is looked up and not there is the upper limit of what can be asked for.
            Action::Lookup { node, miss, .. } => {
                store_calls(build, id, node, 2.0 * often, calls);
                step_calls(build, id, miss, often, calls);
            }
            Action::Forget { node, .. } => store_calls(build, id, node, often, calls),
            Action::Parallel { branches, .. } => {
                for branch in branches {
                    step_calls(build, id, &branch.0, often, calls);
                }
            }
            Action::Call { node, endpoint, times } => {
                let to = build.node(node.get_ref(), &node.span());
                let endpoint = match endpoint {
                    Some(name) => build.endpoint(name.get_ref(), &name.span()),
                    None => Some(EndpointId::NONE),
                };
                if let (Some(to), Some(endpoint)) = (to, endpoint)
                    && linked(build, id, to, &node.span()).is_some()
                {
                    calls.push(((to, endpoint), often * mean_times(times)));
                }
            }
        }
    }
}

/// The messages to a store beside a server.
fn store_calls(
    build: &mut Build<'_>,
    id: NodeId,
    node: &Spanned<String>,
    often: f64,
    calls: &mut Vec<(Pair, f64)>,
) {
    if let Some(to) = store(build, node)
        && linked(build, id, to, &node.span()).is_some()
    {
        calls.push(((to, EndpointId::NONE), often));
    }
}

/// Refuses cycles that never end: those in which a visit causes one visit or more of itself.
fn check_cycles(build: &mut Build<'_>, served: &Served) {
    let (graph, pairs) = pair_graph(served);
    for component in tarjan_scc(&graph) {
        let is_cycle = component.len() > 1
            || component.iter().any(|node| graph.find_edge(*node, *node).is_some());
        if !is_cycle {
            continue;
        }
        // A visit to the first member causes so many further visits to it; 1 or more never ends.
        let mut often: BTreeMap<NodeIndex, f64> = BTreeMap::from([(component[0], 1.0)]);
        let mut returns = 0.0;
        for _ in 0..component.len() * 64 {
            let mut next = BTreeMap::new();
            for (node, visits) in &often {
                for edge in graph.edges(*node) {
                    use petgraph::visit::EdgeRef;
                    if component.contains(&edge.target()) {
                        let more = visits * edge.weight();
                        if edge.target() == component[0] {
                            returns += more;
                        } else {
                            *next.entry(edge.target()).or_insert(0.0) += more;
                        }
                    }
                }
            }
            often = next;
        }
        if returns > 0.999_999 {
            let mut names: Vec<&str> =
                component.iter().map(|node| build.nodes[pairs[node.index()].0.index()].0).collect();
            names.reverse();
            names.push(names[0]);
            let (_, _, span) = build.nodes[pairs[component[0].index()].0.index()].clone();
            let message = format!("a cycle without an end: {}", names.join(" → "));
            let error = Diagnostic::error(span, message);
            let help = "every visit causes another one: give a call a `probability` below 1";
            build.diagnostics.push(error.help(help));
        }
    }
}

/// The pairs as a graph, with the numbers of its nodes.
pub(super) fn pair_graph(served: &Served) -> (DiGraph<Pair, f64>, Vec<Pair>) {
    let mut graph = DiGraph::new();
    let pairs: Vec<Pair> = served.calls.keys().copied().collect();
    for pair in &pairs {
        graph.add_node(*pair);
    }
    for (from, (_, calls)) in served.calls.iter().enumerate() {
        for (to, often) in calls {
            if let Ok(to) = pairs.binary_search(to) {
                graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), *often);
            }
        }
    }
    (graph, pairs)
}
