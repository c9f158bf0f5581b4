//! Requests that are followed on their way: their spans nest, and what lies on the way of a request
//! is its latency.

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use lindley::graph::Graph;
use lindley::net::{Part, Parts};
use lindley::observe::{CallKind, Kept, RequestTrace, way};
use lindley::report::{SpanKind, TracedSpan, spans};
use lindley::study::{TracedRun, Variant, WantedTraces, trace_requests};
use lindley::time::Span;

/// What marks a span that may lie outside of the one that it is in.
const OUTSIDE: [&str; 2] = ["lindley.abandoned", "lindley.background"];

fn traced(graph: &Graph, kept: Kept, from: Option<Span>, to: Option<Span>) -> TracedRun {
    let variant = Variant { name: "base".to_owned(), graph: Arc::new(graph.clone()) };
    let wanted = WantedTraces { replication: 0, kept, from, to };
    trace_requests(&variant, wanted, &()).expect("nothing stops it")
}

fn sample(graph: &Graph, count: usize) -> Vec<RequestTrace> {
    traced(graph, Kept::Sample(count), None, None).requests
}

/// The small scenarios by name, and of each a sample that has slow requests in it, too.
fn with_samples() -> Vec<(&'static str, Graph, Vec<RequestTrace>)> {
    let all = support::scenarios::all().into_iter().map(|(name, text)| {
        let graph = support::graph(&text);
        let mut requests = sample(&graph, 100);
        requests.extend(traced(&graph, Kept::Slowest(30), None, None).requests);
        (name, graph, requests)
    });
    all.collect()
}

fn has(span: &TracedSpan, names: &[&str]) -> bool {
    span.attributes.iter().any(|(name, _)| names.contains(name))
}

fn critical(span: &TracedSpan) -> u64 {
    let of_name = |(name, _): &&(&str, _)| *name == "lindley.critical_ns";
    span.attributes.iter().find(of_name).map_or(0, |(_, value)| value.as_u64().expect("a count"))
}

#[test]
fn spans_nest_unless_nobody_waited_and_parents_come_before_their_children() {
    for (name, graph, requests) in with_samples() {
        for request in requests {
            let spans = spans(&graph, &request);
            let mut seen: BTreeMap<u64, &TracedSpan> = BTreeMap::new();
            for span in &spans {
                assert!(span.from <= span.to, "{name}: {span:?}");
                match span.parent {
                    None => assert!(seen.is_empty(), "{name}: a request is one tree"),
                    Some(parent) => {
                        let outer = seen[&parent];
                        let is_inside = outer.from <= span.from && span.to <= outer.to;
                        assert!(is_inside || has(span, &OUTSIDE), "{name}: {span:?} in {outer:?}");
                    }
                }
                assert!(seen.insert(span.id, span).is_none(), "{name}: a number is one span's");
            }
        }
    }
}

#[test]
fn what_lies_on_the_way_of_a_request_sums_to_its_latency() {
    for (name, graph, requests) in with_samples() {
        assert!(!requests.is_empty(), "{name}");
        for request in requests {
            let sum: u64 = spans(&graph, &request).iter().map(critical).sum();
            let latency = request.end.since(request.asked.started).0;
            assert_eq!(sum, latency, "{name}: {:?}", request.asked);
        }
    }
}

/// The way by parts. What identity cost is a share of other parts.
fn by_part(parts: &Parts) -> [u64; 6] {
    let at = |part: Part| parts.0[part as usize];
    let work = at(Part::Service) + at(Part::Auth) + at(Part::Downstream);
    [at(Part::Network), at(Part::Connect), at(Part::Tls), at(Part::Queue), at(Part::Backoff), work]
}

/// The parts of the way as the spans have them, and whether all of them are known.
fn parts_of_way(request: &RequestTrace) -> (Parts, bool) {
    let (mut parts, mut is_known) = (Parts::default(), true);
    for piece in way(request) {
        let is_below = piece.call.is_some_and(|call| request.calls[call as usize].below);
        let part = match piece.stretch.map(|stretch| request.stretches[stretch].part) {
            Some(_) if is_below => Part::Downstream,
            Some(part) => part,
            None if request.cache.is_some() => Part::Service,
            None => Part::Backoff,
        };
        is_known &= piece.stretch.is_some() || piece.call.is_none();
        parts.0[part as usize] += piece.to.since(piece.from).0;
    }
    (parts, is_known)
}

#[test]
fn the_way_goes_through_what_the_run_has_put_down_for_the_request() {
    let mut count = 0;
    for (name, _, requests) in with_samples() {
        for request in requests {
            // A copy that is sent later counts what was under way until then for the other one.
            let has_copies = request.calls.iter().any(|call| call.given_up.is_some());
            let (parts, is_known) = parts_of_way(&request);
            assert!(is_known, "{name}: {request:#?}");
            if !has_copies {
                count += 1;
                assert_eq!(by_part(&parts), by_part(&request.parts), "{name}: {request:#?}");
            }
        }
    }
    assert!(count > 1_000, "{count}");
}

#[test]
fn a_sample_has_the_requests_of_the_log_with_the_same_outcomes() {
    for (name, text) in support::scenarios::all() {
        let graph = support::graph(&text);
        let wanted = lindley::study::Wanted { strict: true, requests: Some(Some(40)) };
        let run = lindley::study::replicate(&graph, 0, lindley::time::Time::ZERO, wanted);
        let rows = run.unwrap_or_else(|fault| panic!("{fault}")).requests;
        let mut requests = sample(&graph, 40);
        requests.sort_by_key(|it| (it.asked.client, it.asked.user, it.asked.ordinal));
        let of_rows: Vec<_> =
            rows.iter().map(|it| (it.asked, it.end, it.answer, it.attempts)).collect();
        let of_traces: Vec<_> =
            requests.iter().map(|it| (it.asked, it.end, it.answer, it.attempts)).collect();
        assert_eq!(of_rows, of_traces, "{name}");
    }
}

/// A user, a server and a database that nobody else asks.
const BY_HAND: &str = "
duration = '1s'
warmup = '0s'
[endpoint.page]
path = '/p'
method = 'POST'
work = [{ cpu = '5ms' }, { call = 'db' }]
[node.users]
kind = 'client'
users = 1
think = '100ms'
mix = { page = 1 }
[node.app]
kind = 'server'
cores = 1
[node.db]
kind = 'database'
cores = 1
service = '3ms'
[link.users.app]
latency = '2ms'
[link.app.db]
latency = '1ms'
";

/// Spans as `name kind from to` in milliseconds.
fn lines(graph: &Graph, request: &RequestTrace) -> Vec<String> {
    let spans = spans(graph, request);
    let line = |span: &TracedSpan| {
        let kind = match span.kind {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
        };
        let node = &graph.names[span.at.node.index()];
        format!(
            "{node}: {} ({kind}) {} {}",
            span.name,
            span.from.0 / 1_000_000,
            span.to.0 / 1_000_000
        )
    };
    spans.iter().map(line).collect()
}

#[test]
fn the_spans_of_a_request_are_those_that_a_hand_draws() {
    let graph = support::graph(BY_HAND);
    let requests = traced(&graph, Kept::Slowest(1), None, Some(Span::from_millis(200))).requests;
    assert_eq!(
        lines(&graph, &requests[0]),
        [
            "users: page (internal) 100 114",
            "users: POST /p (client) 100 114",
            "app: POST /p (server) 102 112",
            "app: db (client) 107 112",
            "db: db (server) 108 111",
            "users: network (internal) 100 102",
            "app: service (internal) 102 107",
            "app: network (internal) 107 108",
            "db: service (internal) 108 111",
            "app: network (internal) 111 112",
            "users: network (internal) 112 114",
        ]
    );
}

#[test]
fn attempts_are_numbered_and_the_pause_between_them_is_a_span() {
    let text = "
duration = '10s'
[endpoint.page]
work = [{ cpu = '5ms' }, { fail = 0.5, status = 503 }]
[node.users]
kind = 'client'
users = 1
think = '100ms'
mix = { page = 1 }
retry = { attempts = 3, backoff = '50ms' }
[node.app]
kind = 'server'
cores = 1
[link.users.app]
latency = '2ms'
";
    let graph = support::graph(text);
    let requests = sample(&graph, 40);
    let request = requests.iter().find(|it| it.attempts > 1).expect("half of them fail");
    let spans = spans(&graph, request);
    let calls: Vec<&TracedSpan> =
        spans.iter().filter(|span| span.kind == SpanKind::Client).collect();
    assert_eq!(calls.len(), request.attempts as usize);
    let of_name = |span: &TracedSpan, wanted: &str| {
        let found = span.attributes.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.to_string())
    };
    assert_eq!(of_name(calls[0], "http.request.resend_count"), None);
    assert_eq!(of_name(calls[1], "http.request.resend_count").as_deref(), Some("1"));
    assert_eq!(of_name(calls[0], "http.response.status_code").as_deref(), Some("503"));
    assert_eq!(calls[0].failure, Some("status"));
    let pauses: Vec<_> = spans.iter().filter(|span| span.name == "backoff").collect();
    assert_eq!(pauses.len(), calls.len() - 1);
    assert_eq!((pauses[0].from, pauses[0].to), (calls[0].to, calls[1].from));
}

#[test]
fn a_caller_that_gives_up_leaves_work_behind_that_is_marked() {
    let text = "
duration = '10s'
[endpoint.page]
work = [{ cpu = '50ms' }]
[node.users]
kind = 'client'
users = 1
think = '200ms'
mix = { page = 1 }
timeout = { total = '20ms' }
[node.app]
kind = 'server'
cores = 1
[link.users.app]
latency = '2ms'
";
    let graph = support::graph(text);
    let request = &sample(&graph, 1)[0];
    let spans = spans(&graph, request);
    assert_eq!(spans[0].failure, Some("timeout"));
    let length = |span: &TracedSpan| span.to.since(span.from);
    let [call, work] = [SpanKind::Client, SpanKind::Server]
        .map(|kind| spans.iter().find(|span| span.kind == kind).expect("a span"));
    assert_eq!(length(call), Span::from_millis(20));
    assert_eq!(length(work), Span::from_millis(50));
    assert!(has(call, &OUTSIDE[..1]) && has(work, &OUTSIDE[..1]));
    assert_eq!(request.calls[0].kind, CallKind::Call);
}

/// A user who asks every 100 ms, with these keys and these nodes behind.
fn behind_a_user(endpoint: &str, nodes: &str) -> Graph {
    support::graph(&format!(
        "duration = '10s'\n[endpoint.page]\n{endpoint}\n[node.users]\nkind = 'client'\nusers = 1\n\
         think = '100ms'\nmix = {{ page = 1 }}\n{nodes}"
    ))
}

#[test]
fn a_copy_is_told_from_another_attempt_and_the_one_that_lost_is_abandoned() {
    let nodes = "
[node.lb]
kind = 'load-balancer'
hedge = { after = '4ms' }
[node.app]
kind = 'server'
cores = 1
replicas = 2
[link.users.lb]
[link.lb.app]
";
    let graph = behind_a_user("work = [{ cpu = '10ms' }]", nodes);
    let request = &sample(&graph, 1)[0];
    let spans = spans(&graph, request);
    let copies: Vec<&TracedSpan> = spans
        .iter()
        .filter(|it| it.kind == SpanKind::Client && graph.names[it.at.node.index()] == "lb")
        .collect();
    let marks = |span: &TracedSpan| {
        [&["lindley.hedged"][..], &OUTSIDE[..1], &["http.request.resend_count"]]
            .map(|names| has(span, names))
    };
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[1].from.since(copies[0].from), Span::from_millis(4));
    assert_eq!(marks(copies[0]), [false, false, false]);
    assert_eq!(marks(copies[1]), [true, true, true]);
    assert_eq!(copies[0].to, copies[1].to);
}

#[test]
fn a_cache_says_what_it_did_at_the_exchange_that_came_to_it() {
    let nodes = "
[node.edge]
kind = 'reverse-proxy'
cache = { capacity = '1MiB' }
[node.app]
kind = 'server'
cores = 1
[link.users.edge]
[link.edge.app]
";
    let endpoint = "response = { cache_control = 'max-age=60' }\nwork = [{ cpu = '10ms' }]";
    let graph = behind_a_user(endpoint, nodes);
    let mut requests = sample(&graph, 1_000);
    requests.sort_by_key(|request| request.asked.started);
    let said = |request: &RequestTrace| -> Vec<String> {
        let values = spans(&graph, request).into_iter().flat_map(|span| {
            let node = graph.names[span.at.node.index()].clone();
            let said = span.attributes.into_iter().filter(|(name, _)| *name == "lindley.cache");
            said.map(move |(_, value)| format!("{node} {value}"))
        });
        values.collect()
    };
    assert_eq!(said(&requests[0]), ["edge \"miss\""]);
    assert_eq!(said(&requests[1]), ["edge \"hit\""]);
}
