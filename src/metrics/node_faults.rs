//! What faults do to a node, and what it takes to connect to it.

use super::{AtNode, Evidence, NodeMetric, Unit, number, share};
use crate::observe::{ConnectMeter, Outage};

const fn metric(
    name: &'static str,
    unit: Unit,
    evidence: Evidence,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit, about, evidence, read }
}

/// The metrics of this kind. They are about a node or a replica, not about one class.
pub(super) const METRICS: &[NodeMetric] = &[
    metric(
        "availability",
        Unit::Share,
        Evidence::Ended,
        "The share of time in which at least the `needed` replicas are up; told where faults \
         strike.",
        |at| super::availability(at.outage?.down, at.window),
    ),
    metric(
        "failures",
        Unit::Count,
        Evidence::Plain,
        "How often a replica broke down in the measured window; told where faults strike.",
        |at| Some(number(at.outage?.failures)),
    ),
    metric(
        "detection_time_mean",
        Unit::Millis,
        Evidence::Ended,
        "Mean time from a failure until the first balancer takes the replica out, over the \
         failures that one took notice of.",
        |at| found(at).map(|it| nanos(it.detection.0) / number(it.found)),
    ),
    metric(
        "detection_time_min",
        Unit::Millis,
        Evidence::Plain,
        "The shortest time from a failure until a balancer took the replica out in a run, on \
         average over the runs.",
        |at| found(at).map(|it| nanos(it.detection.1.into())),
    ),
    metric(
        "detection_time_max",
        Unit::Millis,
        Evidence::Plain,
        "The longest time from a failure until a balancer took the replica out in a run, on \
         average over the runs.",
        |at| found(at).map(|it| nanos(it.detection.2.into())),
    ),
    metric(
        "missed_per_failure",
        Unit::Count,
        Evidence::Ended,
        "Exchanges that come to a broken replica until a balancer takes it out, on average over \
         the failures that one took notice of.",
        |at| found(at).and_then(|it| share(it.missed, it.found)),
    ),
    metric(
        "connect_rate",
        Unit::PerSecond,
        Evidence::Ended,
        "Attempts to connect to the node over TCP that end per second.",
        |at| super::rate(at.connect?.attempts, at.window),
    ),
    metric(
        "syn_sent",
        Unit::PerSecond,
        Evidence::Ended,
        "SYNs that those attempts sent per second: divided by their rate, SYNs of an attempt.",
        |at| super::rate(at.connect?.syns, at.window),
    ),
    metric(
        "connected_ratio",
        Unit::Share,
        Evidence::Ended,
        "The share of attempts to connect that come to a connection.",
        |at| at.connect.and_then(|it| share(it.connected, it.attempts)),
    ),
    metric(
        "connected_at_once_ratio",
        Unit::Share,
        Evidence::Ended,
        "The share of attempts to connect that come to one with their first SYN.",
        |at| at.connect.and_then(|it| share(it.at_once, it.attempts)),
    ),
    metric(
        "connect_extra_mean",
        Unit::Millis,
        Evidence::Ended,
        "Mean time that connections come about later because SYNs had to be sent again.",
        |at| {
            let it: ConnectMeter = at.connect.filter(|it| it.connected > 0)?;
            Some(nanos(it.extra) / number(it.connected))
        },
    ),
];

/// What faults did, where at least one was noticed.
fn found(at: &AtNode<'_>) -> Option<Outage> {
    at.outage.filter(|outage| outage.found > 0)
}

/// Nanoseconds as seconds.
#[allow(clippy::cast_precision_loss, reason = "a length for statistics")]
const fn nanos(nanos: u128) -> f64 {
    nanos as f64 / 1e9
}
