//! What faults do to the whole.

use super::{Evidence, Metric, Unit, availability};

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[Metric {
    name: "availability",
    unit: Unit::Share,
    about: "The share of time in which every node that faults strike has the replicas up that it \
            needs.",
    evidence: Evidence::Ended,
    read: |run| availability(run.outages?.any(), run.window),
}];
