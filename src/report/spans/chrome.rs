//! The trace-event format of Chrome, which Perfetto reads: each request is a process, each replica
//! that it comes to a thread, or several where its spans there do not nest.

use serde_json::{Map, Value, json};

use super::{TraceOrigin, TracedSpan, instance, spans};
use crate::fact::Place;
use crate::graph::Graph;
use crate::observe::RequestTrace;
use crate::time::Time;

/// The requests as events, one a line. Times are microseconds of simulated time with the
/// nanoseconds as decimals.
#[must_use]
pub fn chrome(graph: &Graph, origin: &TraceOrigin, traces: &[RequestTrace]) -> String {
    let TraceOrigin { scenario, variant, replication, seed } = origin;
    let about = json!({
        "program": "lindley",
        "scenario": scenario,
        "variant": variant,
        "replication": replication,
        // Readers of JSON keep 53 bits of a number.
        "seed": seed.to_string(),
    });
    let requests = (1..).zip(traces).flat_map(|(pid, trace)| events(graph, pid, trace));
    let events = requests.collect::<Vec<_>>().join(",\n");
    format!("{{\"displayTimeUnit\":\"ms\",\"otherData\":{about},\"traceEvents\":[\n{events}\n]}}\n")
}

/// The events of a request: its name, those of its threads, and its spans.
fn events(graph: &Graph, pid: u64, trace: &RequestTrace) -> Vec<String> {
    let spans = spans(graph, trace);
    let (lanes, of_span) = lanes(&spans);
    let latency = microseconds(trace.end.since(trace.asked.started).0);
    let endpoint = graph.endpoint_name(trace.asked.endpoint);
    let name = format!("{endpoint} {:016x}, {latency} us", trace.asked.key.0);
    let meta = |tid: usize, what: &str, args: Value| {
        json!({ "ph": "M", "pid": pid, "tid": tid, "name": what, "args": args }).to_string()
    };
    let mut events = vec![
        meta(0, "process_name", json!({ "name": name })),
        meta(0, "process_sort_index", json!({ "sort_index": pid })),
    ];
    for (tid, lane) in (1..).zip(&lanes) {
        let name = instance(graph, lane.at);
        let name = if lane.turn > 1 { format!("{name} ({})", lane.turn) } else { name };
        events.push(meta(tid, "thread_name", json!({ "name": name })));
        events.push(meta(tid, "thread_sort_index", json!({ "sort_index": tid })));
    }
    for (span, lane) in spans.iter().zip(of_span) {
        events.push(event(graph, pid, lane + 1, span));
    }
    events
}

fn event(graph: &Graph, pid: u64, tid: usize, span: &TracedSpan) -> String {
    let mut args: Map<String, Value> =
        span.attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    args.insert("service.instance.id".to_owned(), instance(graph, span.at).into());
    let kind = match span.kind {
        super::SpanKind::Internal => "internal",
        super::SpanKind::Server => "server",
        super::SpanKind::Client => "client",
    };
    // The numbers have more digits than a float keeps, so they are written as they are.
    format!(
        "{{\"ph\":\"X\",\"pid\":{pid},\"tid\":{tid},\"ts\":{},\"dur\":{},\"name\":{},\
         \"cat\":\"{kind}\",\"args\":{}}}",
        microseconds(span.from.0),
        microseconds(span.to.since(span.from).0),
        Value::from(span.name.as_str()),
        Value::from(args),
    )
}

/// One thread: the replica, and which of its threads this is.
struct Lane {
    at: Place,
    turn: usize,
    /// The ends of the spans that are open.
    open: Vec<Time>,
}

/// The threads of a request, and of each span the number of its own: in a thread, spans nest.
fn lanes(spans: &[TracedSpan]) -> (Vec<Lane>, Vec<usize>) {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|span| (spans[*span].from, std::cmp::Reverse(spans[*span].to), *span));
    let (mut lanes, mut of_span): (Vec<Lane>, _) = (Vec::new(), vec![0; spans.len()]);
    for place in order {
        let span = &spans[place];
        let fits = |lane: &mut Lane| {
            while lane.open.last().is_some_and(|end| *end <= span.from && *end < span.to) {
                lane.open.pop();
            }
            lane.at == span.at && lane.open.last().is_none_or(|end| *end >= span.to)
        };
        let lane = lanes.iter_mut().position(fits).unwrap_or_else(|| {
            let turn = lanes.iter().filter(|lane| lane.at == span.at).count() + 1;
            lanes.push(Lane { at: span.at, turn, open: Vec::new() });
            lanes.len() - 1
        });
        lanes[lane].open.push(span.to);
        of_span[place] = lane;
    }
    in_order_of_spans(lanes, of_span)
}

/// Numbers the threads as the request comes to them, its client's first: work that nobody waited
/// for to its end may be longer than the request.
fn in_order_of_spans(lanes: Vec<Lane>, mut of_span: Vec<usize>) -> (Vec<Lane>, Vec<usize>) {
    let mut order: Vec<usize> = (0..lanes.len()).collect();
    order.sort_by_key(|lane| of_span.iter().position(|other| other == lane));
    let mut number_of = vec![0; lanes.len()];
    for (number, lane) in order.into_iter().enumerate() {
        number_of[lane] = number;
    }
    of_span.iter_mut().for_each(|lane| *lane = number_of[*lane]);
    let mut numbered: Vec<(usize, Lane)> = number_of.into_iter().zip(lanes).collect();
    numbered.sort_by_key(|(number, _)| *number);
    (numbered.into_iter().map(|(_, lane)| lane).collect(), of_span)
}

/// Microseconds with the nanoseconds as decimals, exactly.
fn microseconds(nanos: u64) -> String {
    format!("{}.{:03}", nanos / 1_000, nanos % 1_000)
}
