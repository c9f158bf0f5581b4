//! What is said of a span beside its times: by the names that OpenTelemetry has, where it has one.

use serde_json::Value;

use crate::fact::{CacheStatus, Exit};
use crate::graph::{Graph, Role};
use crate::id::EndpointId;
use crate::observe::{CallTrace, RequestTrace, Stretch};
use crate::outcome::{Answer, Reason, Status};
use crate::report::requests::status_read;

/// Attributes in the making.
pub(super) type Attributes = Vec<(&'static str, Value)>;

/// Nobody waited for it any more, so that it may lie outside of what it is in.
pub(super) const ABANDONED: &str = "lindley.abandoned";
/// Nobody ever waited for it, so that it may lie outside of what it is in.
pub(super) const BACKGROUND: &str = "lindley.background";
/// How many nanoseconds of it the user waited for.
pub(super) const CRITICAL: &str = "lindley.critical_ns";

/// What is asked for.
pub(super) fn of_endpoint(graph: &Graph, trace: &RequestTrace, id: EndpointId) -> Attributes {
    let Some(endpoint) = graph.fixed.endpoints.get(id.index()) else { return Vec::new() };
    let mut path = endpoint.path.clone();
    if let Some(object) = trace.asked.object {
        let name = graph.fixed.object_name(object);
        let name = name.map_or_else(|| object.0.to_string(), str::to_owned);
        path = path.replace("{object}", &name);
    }
    let method = endpoint.method.name();
    let mut all: Attributes =
        vec![("http.request.method", method.into()), ("url.path", path.into())];
    if endpoint.objects.is_some() {
        all.push(("http.route", endpoint.path.as_str().into()));
    }
    all
}

/// Who asked, and how it ended.
pub(super) fn of_request(graph: &Graph, trace: &RequestTrace) -> Attributes {
    let asked = &trace.asked;
    let mut all = of_endpoint(graph, trace, asked.endpoint);
    all.extend(status(trace.answer));
    all.extend(trace.answer.failure.map(|reason| ("error.type", reason.word().into())));
    all.push(("lindley.client", graph.names[asked.client.index()].as_str().into()));
    all.push(("lindley.user", asked.user.into()));
    all.push(("lindley.request", asked.ordinal.into()));
    all.push(("lindley.attempts", trace.attempts.into()));
    all.extend(cache(trace.cache));
    all
}

/// An exchange as its caller sees it, and why that takes it for a failure.
pub(super) fn of_call(
    graph: &Graph,
    trace: &RequestTrace,
    number: usize,
) -> (Attributes, Option<&'static str>) {
    let call = &trace.calls[number];
    let mut all = of_endpoint(graph, trace, call.endpoint);
    all.push(("server.address", graph.names[call.at.node.index()].as_str().into()));
    if call.is_preflight {
        all.push(("lindley.preflight", true.into()));
    }
    let earlier = earlier_tries(graph, trace, number);
    if let Some(again) = u64::try_from(earlier.len()).ok().filter(|count| *count > 0) {
        all.push(("http.request.resend_count", again.into()));
        let is_open = |other: &CallTrace| other.end(trace.run_end) > call.sent;
        if earlier.into_iter().any(is_open) {
            all.push(("lindley.hedged", true.into()));
        }
    }
    let failure = match call.returned {
        Some((_, answer)) => {
            all.extend(status(answer).filter(|_| is_http(graph, call)));
            answer.failure.map(Reason::word)
        }
        None if call.is_timed_out => Some(time_out(trace, number).word()),
        None => None,
    };
    all.extend(failure.map(|word| ("error.type", word.into())));
    (all, failure)
}

/// An exchange as its node sees it, and why that takes it for a failure: what the caller did wrong
/// is none.
pub(super) fn of_work(
    graph: &Graph,
    trace: &RequestTrace,
    call: &CallTrace,
) -> (Attributes, Option<&'static str>) {
    let mut all = of_endpoint(graph, trace, call.endpoint);
    all.push(("lindley.kind", graph.plans[call.at.node.index()].kind.into()));
    all.extend(cache(call.cache));
    let (exit, answer) = match call.left {
        Some((_, exit, answer)) => (Some(exit), answer),
        None => (None, None),
    };
    let word = match exit {
        Some(Exit::Answered) | None => answer.and_then(|answer| answer.failure).map(Reason::word),
        Some(Exit::Refused) => Some("refused"),
        Some(Exit::Dropped) => Some("queue_timeout"),
        Some(Exit::Cancelled) => Some("cancelled"),
        Some(Exit::Crashed) => Some("crashed"),
    };
    all.extend(answer.and_then(status).filter(|_| is_http(graph, call)));
    all.extend(word.map(|word| ("error.type", word.into())));
    if exit.is_none() && call.freed.is_none() {
        all.push(("lindley.unfinished", true.into()));
    }
    let is_callers = answer.is_some_and(|it| (400..500).contains(&it.status));
    (all, word.filter(|_| !is_callers))
}

/// Earlier calls of the same caller for the same: a client and a balancer ask again, or several at
/// once, where others make calls one after another.
fn earlier_tries<'a>(graph: &Graph, trace: &'a RequestTrace, number: usize) -> Vec<&'a CallTrace> {
    let call = &trace.calls[number];
    let repeats = call.parent.is_none_or(|parent| {
        let at = trace.calls[parent as usize].at.node;
        matches!(graph.plans[at.index()].role, Role::Balancer { .. })
    });
    let is_same = |other: &&CallTrace| {
        let who = (other.parent, other.kind, other.is_preflight, other.is_beside);
        who == (call.parent, call.kind, call.is_preflight, call.is_beside)
    };
    let earlier = trace.calls[..number].iter().filter(is_same);
    earlier.filter(|_| repeats && !call.is_preflight && !call.is_beside).collect()
}

/// Which time-out of a caller was over: it has one for the connection, and one for the answer.
fn time_out(trace: &RequestTrace, number: usize) -> Reason {
    use crate::net::Part;
    let is_its = |stretch: &&Stretch| stretch.call as usize == number;
    let last = trace.stretches.iter().rfind(is_its).map(|stretch| stretch.part);
    let waits =
        trace.calls[number].entered.is_none() && matches!(last, Some(Part::Connect | Part::Tls));
    if waits { Reason::ConnectTimeout } else { Reason::ReadTimeout }
}

/// Whether it asks for an endpoint: what databases and stores are asked has no status of HTTP.
fn is_http(graph: &Graph, call: &CallTrace) -> bool {
    call.endpoint.index() < graph.fixed.endpoints.len()
}

fn status(answer: Answer) -> Option<(&'static str, Value)> {
    status_read(answer).map(|code: Status| ("http.response.status_code", code.into()))
}

fn cache(status: Option<CacheStatus>) -> Option<(&'static str, Value)> {
    status.map(|status| ("lindley.cache", status.word().into()))
}
