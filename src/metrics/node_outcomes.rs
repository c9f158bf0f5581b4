//! How exchanges leave a node.

use super::{AtNode, Evidence, NodeMetric, Unit, share};
use crate::fact::Exit;

const fn ratio(
    name: &'static str,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit: Unit::Share, about, evidence: Evidence::Ended, read }
}

fn left(at: &AtNode<'_>, exit: Exit) -> Option<f64> {
    let all: u64 = at.meter.left.iter().sum();
    if at.class.is_some() {
        return None;
    }
    share(at.meter.left[exit as usize - 1], all)
}

/// The metrics of this kind, as shares of the exchanges that left the node or were refused by it.
pub(super) const METRICS: &[NodeMetric] = &[
    ratio("refused_ratio", "The share of exchanges that found the queue full.", |at| {
        left(at, Exit::Refused)
    }),
    ratio(
        "dropped_ratio",
        "The share of exchanges that were dropped after waiting too long unserved.",
        |at| left(at, Exit::Dropped),
    ),
    ratio("abandoned_ratio", "The share of exchanges that their caller took back.", |at| {
        left(at, Exit::Cancelled)
    }),
    ratio("success_ratio", "The share of answered exchanges that succeeded.", |at| {
        if at.class.is_some() {
            return None;
        }
        share(at.meter.succeeded, at.meter.left[Exit::Answered as usize - 1])
    }),
];
