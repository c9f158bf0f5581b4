//! How many connections nodes have that take only so many, and what they refuse.

use super::{Evidence, Metric, NodeMetric, Unit, average, errors, number, outcome};
use crate::outcome::Reason;

/// The one that is read end to end.
pub(super) const METRICS: &[Metric] = &[outcome(
    "errors_too_many_connections",
    "The share of ended requests for which a node with `max_connections` took no connection more.",
    |run| errors::of(run, Reason::TooManyConnections),
)];

/// Those that are read at nodes and replicas.
pub(super) const AT_NODE: &[NodeMetric] = &[
    NodeMetric {
        name: "connections_mean",
        unit: Unit::Count,
        about: "Connections that the node has, idle ones included, on average; told where \
                `max_connections` limits them.",
        evidence: Evidence::Ended,
        read: |at| average(at.connections?.area(), at.window),
    },
    NodeMetric {
        name: "connections_max",
        unit: Unit::Count,
        about: "The most connections that the node had at once in a run, on average over the runs.",
        evidence: Evidence::Plain,
        read: |at| Some(number(at.connections?.max())),
    },
];
