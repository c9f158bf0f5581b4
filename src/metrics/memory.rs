//! How much of the memory of nodes is taken, and what found no room: told where it is limited.

use super::{AtNode, Evidence, Metric, NodeMetric, Unit, average, errors, number, outcome, share};
use crate::fact::Taker;
use crate::outcome::Reason;

/// Those that are read end to end.
pub(super) const METRICS: &[Metric] = &[outcome(
    "errors_out_of_memory",
    "The share of ended requests that a node had no memory for.",
    |run| errors::of(run, Reason::OutOfMemory),
)];

const fn metric(
    name: &'static str,
    unit: Unit,
    evidence: Evidence,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit, about, evidence, read }
}

/// Those that are read at nodes and replicas.
pub(super) const AT_NODE: &[NodeMetric] = &[
    metric(
        "memory_mean",
        Unit::Bytes,
        Evidence::Ended,
        "Memory that is taken by hashes, exchanges, sessions and caches, on average; told where it \
         is limited.",
        |at| average(at.memory?.taken.area(), at.window),
    ),
    metric(
        "memory_max",
        Unit::Bytes,
        Evidence::Plain,
        "The most memory that was taken at once in a run, on average over the runs.",
        |at| Some(number(at.memory?.taken.max())),
    ),
    metric(
        "hashes_without_memory",
        Unit::Share,
        Evidence::Ended,
        "The share of exchanges that were refused because there was no memory for their hash.",
        |at| share(at.memory?.refused(Taker::Hash), at.meter.arrived),
    ),
    metric(
        "exchanges_without_memory",
        Unit::Share,
        Evidence::Ended,
        "The share of exchanges that were refused because there was no memory for them.",
        |at| share(at.memory?.refused(Taker::Exchange), at.meter.arrived),
    ),
    metric(
        "sessions_without_memory",
        Unit::Share,
        Evidence::Ended,
        "The share of exchanges that were refused because there was no memory for the session of \
         a log-in.",
        |at| share(at.memory?.refused(Taker::Session), at.meter.arrived),
    ),
];
