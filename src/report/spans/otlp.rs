//! OTLP: an `ExportTraceServiceRequest` of OpenTelemetry in the JSON mapping of its protocol
//! buffers, as collectors, Jaeger and Tempo take it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{SpanKind, TraceOrigin, TracedSpan, instance, spans};
use crate::fact::Place;
use crate::graph::Graph;
use crate::observe::RequestTrace;
use crate::rng::{Key, mix};

/// The requests as one message, by the replicas that their spans are at. Times are nanoseconds of
/// simulated time from an epoch of 0; 64-bit numbers are texts, as the mapping wants them.
#[must_use]
pub fn otlp(graph: &Graph, origin: &TraceOrigin, traces: &[RequestTrace]) -> String {
    let mut places: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
    for trace in traces {
        let id = trace_id(trace.asked.key);
        for span in spans(graph, trace) {
            places.entry(span.at).or_default().push(message(&id, &span));
        }
    }
    let resources = places.into_iter().map(|(at, spans)| {
        let scope = json!({ "name": "lindley", "version": env!("CARGO_PKG_VERSION") });
        json!({
            "resource": { "attributes": attributes(&resource(graph, origin, at)) },
            "scopeSpans": [{ "scope": scope, "spans": spans }],
        })
    });
    let resources = resources.map(|it| it.to_string()).collect::<Vec<_>>().join(",\n");
    format!("{{\"resourceSpans\":[\n{resources}\n]}}\n")
}

/// The 16 bytes that tell a request from all others.
fn trace_id(key: Key) -> String {
    format!("{:016x}{:016x}", mix(key.0 ^ 1).max(1), key.0)
}

/// Who a replica is.
fn resource(graph: &Graph, origin: &TraceOrigin, at: Place) -> Vec<(&'static str, Value)> {
    vec![
        ("service.name", graph.names[at.node.index()].as_str().into()),
        ("service.instance.id", instance(graph, at).into()),
        ("lindley.scenario", origin.scenario.as_str().into()),
        ("lindley.variant", origin.variant.as_str().into()),
        ("lindley.replication", origin.replication.into()),
        ("lindley.seed", origin.seed.to_string().into()),
    ]
}

fn message(trace_id: &str, span: &TracedSpan) -> Value {
    let kind = match span.kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
    };
    // 0 is "unset", which is how OpenTelemetry says that nothing failed.
    let status = span.failure.map_or_else(|| json!({}), |why| json!({ "code": 2, "message": why }));
    let mut message = json!({
        "traceId": trace_id,
        "spanId": format!("{:016x}", span.id),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": span.from.0.to_string(),
        "endTimeUnixNano": span.to.0.to_string(),
        "attributes": attributes(&span.attributes),
        "status": status,
    });
    if let Some(parent) = span.parent {
        message["parentSpanId"] = format!("{parent:016x}").into();
    }
    message
}

fn attributes(all: &[(&'static str, Value)]) -> Value {
    let one = |(name, value): &(&'static str, Value)| {
        let value = match value {
            Value::Bool(_) => json!({ "boolValue": value }),
            Value::Number(number) => json!({ "intValue": number.to_string() }),
            Value::String(_) => json!({ "stringValue": value }),
            Value::Null | Value::Array(_) | Value::Object(_) => json!({}),
        };
        json!({ "key": name, "value": value })
    };
    all.iter().map(one).collect()
}
