//! What it costs.

use super::{Evidence, Metric, Unit, rate};

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "cost_per_hour",
        unit: Unit::PerHour,
        about: "What all machines of the scenario that are on, and the bytes over links with a \
                price, cost per hour.",
        evidence: Evidence::Price,
        read: |run| (run.cost_per_hour > 0.0).then_some(run.cost_per_hour),
    },
    Metric {
        name: "cost_per_million",
        unit: Unit::PerMillion,
        about: "What a million successful requests cost at the goodput that was measured.",
        evidence: Evidence::Mean,
        read: |run| {
            let goodput = rate(run.latency.count, run.window).filter(|rate| *rate > 0.0)?;
            (run.cost_per_hour > 0.0).then(|| run.cost_per_hour / 3_600.0 / goodput * 1e6)
        },
    },
];
