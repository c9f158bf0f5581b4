//! From a client's specification to its plan.

use std::sync::Arc;

use super::build::Build;
use super::cache_plan::may_be_stored;
use super::visits::{pages, parts, visit_of, visits};
use crate::arrivals::Arrivals;
use crate::dist::Dist;
use crate::id::{EndpointId, LinkId, NodeId};
use crate::net::OriginId;
use crate::nodes::client::{BrowserPlan, ClientPlan, ClientSpec, Demand};
use crate::nodes::timeouts::TimeoutSpec;
use crate::resilience::Retry;
use crate::rng::hash_name;
use crate::scenario::{Diagnostic, Span};
use crate::time::Span as Length;
use crate::trace::Trace;

/// The plan of a client, and the trace that it replays, if it does.
pub(super) fn client_plan(
    build: &mut Build<'_>,
    id: NodeId,
    name: &str,
    client: &ClientSpec,
    span: &Span,
    routes: &[Vec<Option<LinkId>>],
) -> (Option<ClientPlan>, Option<Arc<Trace>>) {
    let visit = visit_of(build, name, client);
    let page_parts = visit.as_ref().map_or_else(Vec::new, |visit| parts(build, visit));
    let mix = match visit {
        Some(visit) => pages(build, &visit),
        None => mix(build, name, client, span),
    };
    let no_time =
        |it: &TimeoutSpec| it.connect.is_none() && it.read.is_none() && it.total.is_none();
    if client.timeout.as_ref().is_some_and(no_time) {
        let at = build.at_node(name, "timeout");
        build.error(&at, "a time-out needs a time: `connect`, `read` or `total`");
    }
    let total = client.timeout.as_ref().and_then(|it| Some((it.total.as_ref()?, it.late)));
    let timeout = total.map(|(total, late)| {
        let at = build.at_node(name, "timeout.total");
        (build.law(total, &at), late)
    });
    if client.addresses.as_ref().is_some_and(|it| it.count == 0) {
        let at = build.at_node(name, "addresses.count");
        build.error(&at, "a client has at least 1 address");
    }
    let Some((demand, trace)) = demand(build, name, client, span) else { return (None, None) };
    let profile = client.browser.clone().unwrap_or_default().profile;
    let plan = ClientPlan {
        node: id,
        name_hash: hash_name(name),
        routes: routes[id.index()].clone(),
        mix,
        demand,
        addresses: client.addresses.as_ref().map_or(u32::MAX, |it| it.count).into(),
        timeout,
        retry: retry(build, name, client),
        class: client.priority.unwrap_or(0),
        browser: browser(build, name, client, trace.as_deref()),
        pages: page_parts,
        from: origin(build, client),
        preflights: build.crosses.then(|| profile.preflight_cap()),
    };
    (Some(plan), trace)
}

/// What the browsers of a client's people keep.
fn browser(
    build: &mut Build<'_>,
    name: &str,
    client: &ClientSpec,
    trace: Option<&Trace>,
) -> Option<BrowserPlan> {
    let cache = client.browser.as_ref()?.cache()?;
    let has_names = |trace: &Trace| !trace.sessions().is_empty() || !trace.clients().is_empty();
    let is_visited = matches!(client.arrivals, Some(Arrivals::Visits { .. }));
    let is_closed = client.users.is_some() || client.trace.is_some();
    if !is_visited && !is_closed && !trace.is_some_and(has_names) {
        let at = build.at_node(name, "browser.cache");
        let message = format!("nobody asks twice at client `{name}`: its browsers keep nothing");
        let help = "a browser's cache needs people who come again: `users`, arrivals of `visits`, \
                    or a trace with a column `session` or `client_ip`";
        build.diagnostics.push(Diagnostic::error(at, message).help(help));
    }
    let hit = cache.hit.as_ref().map(|dist| {
        let at = build.at_node(name, "browser.cache.hit");
        build.law(dist, &at)
    });
    let is_traced = trace.is_some();
    Some(BrowserPlan {
        capacity: cache.capacity,
        hit,
        remember: cache.remember.unwrap_or(if is_traced { u32::MAX } else { 0 }),
        endpoints: build
            .endpoints
            .iter()
            .map(|(name, spec)| may_be_stored(build, name, spec))
            .collect(),
    })
}

/// The origin of the page whose scripts make a client's requests.
fn origin(build: &Build<'_>, client: &ClientSpec) -> OriginId {
    let own = client.origin.as_deref();
    let visit = if let Some(Arrivals::Visits { visit, .. }) = &client.arrivals {
        build.model.visits.get(visit).and_then(|visit| visit.spec.origin.as_deref())
    } else {
        None
    };
    build.origins.id(visit.or(own))
}

/// When a client tries again.
fn retry(build: &mut Build<'_>, name: &str, client: &ClientSpec) -> Option<Retry> {
    let spec = client.retry.as_ref()?;
    let made = Retry::new(spec, &mut |path| build.files.text(path));
    made.inspect_err(|sentence| {
        let at = build.at_node(name, "retry.backoff");
        build.error(&at, sentence.clone());
    })
    .ok()
}

/// Endpoints with the upper ends of their shares.
fn mix(
    build: &mut Build<'_>,
    name: &str,
    client: &ClientSpec,
    span: &Span,
) -> Vec<(f64, EndpointId)> {
    if client.mix.is_empty() {
        let names: Vec<&str> = build.endpoints.iter().take(3).map(|(name, _)| *name).collect();
        let error = Diagnostic::error(span.clone(), format!("client `{name}` asks for nothing"));
        let example = names.first().copied().unwrap_or("page");
        build.diagnostics.push(error.help(format!("give it mix = {{ {example} = 1.0 }}")));
    }
    let mut shares = Vec::new();
    for (key, share) in &client.mix {
        if !share.is_finite() || *share < 0.0 {
            let at = build.at_node(name, &format!("mix.{}", key.get_ref()));
            build.error(&at, format!("a share is a number from 0 on, not {share}"));
        } else if let Some(endpoint) = build.endpoint(key.get_ref(), &key.span()) {
            shares.push((*share, endpoint));
        }
    }
    let is_whole = shares.len() == client.mix.len();
    if is_whole && !client.mix.is_empty() && shares.iter().all(|(share, _)| *share <= 0.0) {
        let at = build.at_node(name, "mix");
        build.error(&at, format!("the shares of client `{name}` sum to 0"));
    }
    upper_ends(shares)
}

/// Shares as the upper ends of their parts of the unit interval.
pub(super) fn upper_ends(mut shares: Vec<(f64, EndpointId)>) -> Vec<(f64, EndpointId)> {
    let total: f64 = shares.iter().map(|(share, _)| share).sum();
    let mut end = 0.0;
    for (share, _) in &mut shares {
        end += *share / total;
        *share = end;
    }
    shares
}

/// How requests come about, and the trace that they come from.
fn demand(
    build: &mut Build<'_>,
    name: &str,
    client: &ClientSpec,
    span: &Span,
) -> Option<(Demand, Option<Arc<Trace>>)> {
    let ways = [client.arrivals.is_some(), client.users.is_some(), client.trace.is_some()];
    if ways.iter().filter(|is_given| **is_given).count() != 1 {
        let message =
            format!("client `{name}` needs exactly one of `arrivals`, `users` and `trace`");
        let help = "open loop: arrivals = { poisson = \"100/s\" }; closed loop: users = 50, \
                    think = { exp = \"1s\" }";
        build.diagnostics.push(Diagnostic::error(span.clone(), message).help(help));
        return None;
    }
    if client.think.is_some() && client.users.is_none() {
        let at = build.at_node(name, "think");
        build.error(&at, "`think` belongs to a closed loop, with `users`");
    }
    if let Some(users) = client.users {
        if !(1..=10_000_000).contains(&users) {
            let at = build.at_node(name, "users");
            build.error(&at, "`users` is from 1 to 10000000");
        }
        let think = client.think.clone().unwrap_or(Dist::Constant(Length::ZERO));
        let at = build.at_node(name, "think");
        return Some((Demand::Closed(users, build.law(&think, &at)), None));
    }
    let path = match (&client.arrivals, &client.trace) {
        (Some(Arrivals::Trace { trace }), _) | (None, Some(trace)) => trace,
        (Some(Arrivals::Interval { interval }), _) => {
            let at = build.at_node(name, "arrivals.interval");
            return Some((Demand::Renewal(build.law(interval, &at)), None));
        }
        (Some(arrivals @ Arrivals::Visits { .. }), _) => {
            return visits(build, name, arrivals).map(|plan| (Demand::Visits(plan), None));
        }
        (Some(arrivals), _) => return Some((Demand::Open(Box::new(arrivals.clone())), None)),
        (None, None) => return None,
    };
    let key = if client.trace.is_some() { "trace" } else { "arrivals.trace" };
    let at = build.at_node(name, key);
    match build.files.trace(path) {
        Ok(trace) if trace.is_closed() == client.trace.is_some() => {
            let demand = if trace.is_closed() {
                Demand::ClosedTrace(Arc::clone(&trace))
            } else {
                Demand::Replayed(Arc::clone(&trace))
            };
            Some((demand, Some(trace)))
        }
        Ok(trace) => {
            let (is, wanted) = if trace.is_closed() {
                ("a closed loop's", "trace = \"…\"")
            } else {
                ("an open loop's", "arrivals = { trace = \"…\" }")
            };
            build.error(&at, format!("`{path}` is {is} trace: it is given as {wanted}"));
            None
        }
        Err(sentence) => {
            build.error(&at, sentence);
            None
        }
    }
}
