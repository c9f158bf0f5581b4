//! How long exchanges wait and stay at a node.

use super::{AtNode, Evidence, NodeMetric, Unit, share};

const fn mean(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit, about, evidence: Evidence::Mean, read }
}

macro_rules! quantiles {
    ($of:ident, $($name:literal $q:literal $about:literal)*) => {
        [$(NodeMetric {
            name: $name,
            unit: Unit::Millis,
            about: $about,
            evidence: Evidence::Quantile($q),
            read: |at| at.$of.quantile($q),
        }),*]
    };
}

const WAITS: [NodeMetric; 5] = quantiles!(wait,
    "wait_p50" 0.5 "Half of the answered exchanges wait at most this."
    "wait_p90" 0.9 "90 % of the answered exchanges wait at most this."
    "wait_p95" 0.95 "95 % of the answered exchanges wait at most this."
    "wait_p99" 0.99 "99 % of the answered exchanges wait at most this."
    "wait_p999" 0.999 "99.9 % of the answered exchanges wait at most this."
);

const SOJOURNS: [NodeMetric; 5] = quantiles!(sojourn,
    "sojourn_p50" 0.5 "Half of the answered exchanges stay at most this."
    "sojourn_p90" 0.9 "90 % of the answered exchanges stay at most this."
    "sojourn_p95" 0.95 "95 % of the answered exchanges stay at most this."
    "sojourn_p99" 0.99 "99 % of the answered exchanges stay at most this."
    "sojourn_p999" 0.999 "99.9 % of the answered exchanges stay at most this."
);

/// The metrics of this kind. Waits are for a worker or a core, not for further nodes; stays last
/// from arrival to answer, with the calls to further nodes.
pub(super) const METRICS: &[NodeMetric] = &[
    mean(
        "wait_mean",
        Unit::Millis,
        "Mean wait for a worker or a core of the exchanges that were answered.",
        |at| at.wait.mean(),
    ),
    mean("wait_std", Unit::Millis, "The standard deviation of those waits.", |at| {
        at.wait.deviation()
    }),
    WAITS[0],
    WAITS[1],
    WAITS[2],
    WAITS[3],
    WAITS[4],
    mean("wait_probability", Unit::Share, "The share of answered exchanges that waited.", |at| {
        share(at.wait.positive, at.wait.count)
    }),
    mean(
        "wait_all_mean",
        Unit::Millis,
        "Mean wait of all that were not refused, those who left unserved included.",
        wait_all,
    ),
    mean(
        "sojourn_mean",
        Unit::Millis,
        "Mean stay of the exchanges that were answered, from arrival to answer.",
        |at| at.sojourn.mean(),
    ),
    mean("sojourn_std", Unit::Millis, "The standard deviation of those stays.", |at| {
        at.sojourn.deviation()
    }),
    SOJOURNS[0],
    SOJOURNS[1],
    SOJOURNS[2],
    SOJOURNS[3],
    SOJOURNS[4],
];

#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
fn wait_all(at: &AtNode<'_>) -> Option<f64> {
    let (count, sum) = at.meter.wait_all;
    (at.class.is_none() && count > 0).then(|| sum as f64 / count as f64 / 1e9)
}
