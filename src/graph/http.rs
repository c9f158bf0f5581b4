//! What is said in HTTP: the heads of answers and what requests say, read once before the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::Build;
use super::cors::{has_cookie, sends_token};
use crate::endpoint::{Endpoint, EndpointSpec, Reply, replies};
use crate::http::{Head, Method, Question, Vary, date};
use crate::net::{HeadId, Http, ReplyPlan, TracedQuestions};
use crate::nodes::KindSpec;
use crate::trace::Trace;

/// What is said in HTTP, if some part of the scenario reads it.
pub(super) fn http(build: &mut Build<'_>, traces: &[Option<Arc<Trace>>]) -> Option<Box<Http>> {
    let mut http = Http { phase: build.model.run.clock.phase, ..Http::default() };
    let endpoints = build.endpoints.clone();
    for (name, spec) in &endpoints {
        let list = match replies(&spec.response, &spec.answers) {
            Ok(list) => list,
            Err((place, why)) => {
                let at = build.model.endpoints[*name].at(&place);
                build.error(&at, format!("endpoint `{name}`: {why}"));
                Vec::new()
            }
        };
        let plans = list.into_iter().map(|reply| plan(&mut http, reply)).collect();
        http.replies.push(plans);
    }
    let shown: Vec<_> = endpoints.iter().map(|(_, spec)| shown(build, spec)).collect();
    http.questions = shown.iter().map(|shown| question(shown, None, &[])).collect();
    let is_read = has_cache(build) || endpoints.iter().any(|(_, spec)| !spec.answers.is_empty());
    if !is_read {
        return None;
    }
    http.failures = u32::try_from(http.heads.len()).unwrap_or(u32::MAX);
    http.heads.extend((400..=599).map(|status| Head { status, ..Head::default() }));
    http.vary = vary(&http, &endpoints);
    for trace in traces {
        http.traced.push(trace.as_ref().map(|trace| traced(trace, &shown)));
    }
    Some(Box::new(http))
}

fn plan(http: &mut Http, reply: Reply) -> ReplyPlan {
    let head = HeadId(u32::try_from(http.heads.len()).unwrap_or(u32::MAX));
    http.heads.push(reply.head);
    ReplyPlan { from: reply.from, head, closed: reply.closed }
}

/// Whether some node has a cache.
fn has_cache(build: &Build<'_>) -> bool {
    build.nodes.iter().any(|(_, node, _)| match &node.kind {
        KindSpec::ForwardProxy(it) => it.caching.cache().is_some(),
        KindSpec::ReverseProxy(it) => it.caching.cache().is_some(),
        KindSpec::Client(it) => it.browser.as_ref().is_some_and(|it| it.cache().is_some()),
        KindSpec::Attacker(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Cache(_)
        | KindSpec::Database(_)
        | KindSpec::AuthServer(_)
        | KindSpec::SessionStore(_) => false,
    })
}

/// What a request for an endpoint says by itself: its method, and its headers by their names in
/// lower case.
type Shown<'a> = (Method, BTreeMap<String, &'a str>);

/// The headers of an endpoint, and what shows who asks: a token or a password stands in
/// `Authorization`, a session in a cookie.
fn shown<'a>(build: &Build<'_>, spec: &'a EndpointSpec) -> Shown<'a> {
    let own = spec.headers.iter();
    let mut headers: BTreeMap<_, _> =
        own.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    if sends_token(build, spec) {
        headers.entry("authorization".to_owned()).or_insert("Bearer");
    }
    if spec.auth && has_cookie(build) {
        headers.entry("cookie".to_owned()).or_insert("session");
    }
    (spec.method, headers)
}

/// What requests for an endpoint say, with the method and the headers of a trace's row, which
/// stand for those of the endpoint of the same name.
fn question(shown: &Shown<'_>, method: Option<Method>, row: &[(&str, &str)]) -> Question {
    let (usual, headers) = shown;
    let mut headers = headers.clone();
    for (name, value) in row {
        headers.insert((*name).to_owned(), value);
    }
    let headers = headers.iter().map(|(name, value)| (name.as_str(), *value));
    Question::read(method.unwrap_or(*usual), headers, date)
}

/// What the requests of a trace say, for each endpoint that they can be for.
fn traced(trace: &Trace, endpoints: &[Shown<'_>]) -> TracedQuestions {
    let sets: Vec<_> = trace.header_sets().chain([Vec::new()]).collect();
    let methods: Vec<_> = trace.methods().iter().map(|name| Method::from_name(name)).collect();
    let of_endpoint = |shown: &Shown<'_>| {
        let mut questions = Vec::with_capacity(sets.len() * (methods.len() + 1));
        for set in &sets {
            let of_row = methods.iter().copied().chain([None]);
            questions.extend(of_row.map(|method| question(shown, method, set)));
        }
        questions.into()
    };
    TracedQuestions {
        questions: endpoints.iter().map(of_endpoint).collect(),
        methods: methods.len(),
        headers: sets.len() - 1,
    }
}

/// What the answers for the path of each endpoint depend on: of all endpoints of that path, and of
/// all answers that these give, together.
fn vary(http: &Http, endpoints: &[(&str, &EndpointSpec)]) -> Vec<Vary> {
    let mut named: BTreeMap<u64, Vec<Box<str>>> = BTreeMap::new();
    for ((_, spec), replies) in endpoints.iter().zip(&http.replies) {
        let names = named.entry(Endpoint::uri_of(spec)).or_default();
        for reply in replies {
            if let Some(Vary::On(more)) = http.head(reply.head).map(|head| &head.vary) {
                names.extend(more.iter().cloned());
            }
        }
    }
    let of_endpoint = |(_, spec): &(&str, &EndpointSpec)| {
        let names = named.get(&Endpoint::uri_of(spec)).cloned().unwrap_or_default();
        Vary::parse(&names.join(","))
    };
    endpoints.iter().map(of_endpoint).collect()
}
