//! Single requests as spans, in forms that tools for traces of real systems read.
//!
//! A request is a span of its client's. Below it each exchange is two: one of the kind `CLIENT` at
//! its caller, from when it was made until its answer was back, and in that one of the kind
//! `SERVER` at its node. What their time went on is spans of the kind `INTERNAL` in them. Nothing
//! lies outside of what it is in, unless nobody waited for it, which an attribute says.

mod attributes;
mod build;
mod chrome;
mod otlp;

pub use build::spans;
pub use chrome::chrome;
pub use otlp::otlp;

use serde_json::Value;

use crate::fact::Place;
use crate::graph::Graph;
use crate::time::Time;

/// Whose requests they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceOrigin {
    /// The name of the scenario.
    pub scenario: String,
    /// The name of the variant.
    pub variant: String,
    /// The replication, from 1.
    pub replication: u32,
    /// The seed of the scenario.
    pub seed: u64,
}

/// What a span is to others, by the words of OpenTelemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// It stays where it is.
    Internal,
    /// It answers another.
    Server,
    /// It asks another.
    Client,
}

/// A span.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedSpan {
    /// Its number, which none else of its request has; never 0.
    pub id: u64,
    /// The number of the one that it is in; none for the request itself.
    pub parent: Option<u64>,
    /// What it is called.
    pub name: String,
    /// What it is to others.
    pub kind: SpanKind,
    /// The replica that it is at.
    pub at: Place,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub to: Time,
    /// What else is known of it: texts, whole numbers, and what is true.
    pub attributes: Vec<(&'static str, Value)>,
    /// Why it failed, if it did.
    pub failure: Option<&'static str>,
}

/// The name of a replica: that of its node, with its number from 1 if it is no client.
fn instance(graph: &Graph, at: Place) -> String {
    format!("{}/{}", graph.names[at.node.index()], u32::from(at.replica) + 1)
}
