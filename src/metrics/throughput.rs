//! How much gets through.

use super::{Evidence, Metric, Unit, average, outcome, rate, share};

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "offered_rate",
        unit: Unit::PerSecond,
        about: "Requests issued per second of the measured window.",
        evidence: Evidence::Ended,
        read: |run| rate(run.sum(|class| class.issued), run.window),
    },
    Metric {
        name: "throughput",
        unit: Unit::PerSecond,
        about: "Requests that ended per second, with success or not.",
        evidence: Evidence::Ended,
        read: |run| rate(run.ended(), run.window),
    },
    Metric {
        name: "goodput",
        unit: Unit::PerSecond,
        about: "Requests that succeeded per second.",
        evidence: Evidence::Ended,
        read: |run| rate(run.latency.count, run.window),
    },
    outcome("success_ratio", "The share of ended requests that succeeded.", |run| {
        share(run.latency.count, run.ended())
    }),
    Metric {
        name: "attempts_mean",
        unit: Unit::Count,
        about: "Attempts per ended request, the first one included.",
        evidence: Evidence::Ended,
        read: |run| share(run.sum(|class| class.attempts), run.ended()),
    },
    Metric {
        name: "late_ratio",
        unit: Unit::Share,
        about: "The share of successes that came after their user had given up: work for nobody.",
        evidence: Evidence::Ended,
        read: |run| {
            let late = run.sum(|class| class.late);
            share(late, late + run.latency.count)
        },
    },
    Metric {
        name: "in_system_mean",
        unit: Unit::Count,
        about: "Requests present on average, from intent to outcome, those of attackers included.",
        evidence: Evidence::Ended,
        read: |run| average(run.meters.present.area(), run.window),
    },
];
