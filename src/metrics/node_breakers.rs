//! What the circuit breakers before a node did.

use super::{AtNode, Evidence, NodeMetric, Unit};

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn count(at: &AtNode<'_>, which: usize) -> Option<f64> {
    let was_there = at.meter.breakers[0] > 0 && at.class.is_none() && !at.meter.is_replica;
    if was_there { Some(at.meter.breakers[which] as f64) } else { None }
}

const fn plain(
    name: &'static str,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit: Unit::Count, about, evidence: Evidence::Plain, read }
}

/// The metrics of this kind, told where a breaker has opened.
pub(super) const METRICS: &[NodeMetric] = &[
    plain("breaker_openings", "How often circuit breakers before the node opened.", |at| {
        count(at, 0)
    }),
    plain(
        "breaker_trips",
        "How often they opened from being closed, and not because a probe failed.",
        |at| count(at, 1),
    ),
];
