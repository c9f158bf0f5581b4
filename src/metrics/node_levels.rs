//! What is present at a node, averaged over time.

use super::{AtNode, Evidence, NodeMetric, Unit, average, number, rate};
use crate::observe::Level;

const fn level(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit, about, evidence: Evidence::Ended, read }
}

/// The metrics of this kind. They are about a node or a replica, not about one class.
pub(super) const METRICS: &[NodeMetric] = &[
    level(
        "arrival_rate",
        Unit::PerSecond,
        "Exchanges that arrive per second, the refused ones included.",
        |at| whole(at).and_then(|()| rate(at.meter.arrived, at.window)),
    ),
    level("throughput", Unit::PerSecond, "Exchanges that are answered per second.", |at| {
        rate(at.sojourn.count, at.window)
    }),
    level(
        "utilisation",
        Unit::Share,
        "The share of time that cores are at work; with an autoscaler, while they serve.",
        |at| whole(at).and_then(|()| of_cores(at, at.meter.busy.area())),
    ),
    level(
        "occupied_share",
        Unit::Share,
        "The share of time that cores are at work or hold work that a pause has stopped.",
        |at| {
            let has_pauses = at.meter.stopped.area() > 0;
            let area = at.meter.busy.area() + at.meter.stopped.area();
            whole(at).filter(|()| has_pauses).and_then(|()| of_cores(at, area))
        },
    ),
    level("off_share", Unit::Share, "The share of time that replicas are switched off.", |at| {
        let has_setup = at.meter.off.area() + at.meter.starting.area() > 0;
        let share = average(at.meter.off.area(), at.window)? / at.replicas;
        whole(at).filter(|()| has_setup).map(|()| share)
    }),
    level("starting_share", Unit::Share, "The share of time that replicas are set up.", |at| {
        let has_setup = at.meter.off.area() + at.meter.starting.area() > 0;
        let share = average(at.meter.starting.area(), at.window)? / at.replicas;
        whole(at).filter(|()| has_setup).map(|()| share)
    }),
    level(
        "replicas_on_mean",
        Unit::Count,
        "Replicas that an autoscaler has switched on, those that boot included, on average.",
        |at| {
            whole(at)
                .filter(|()| at.is_scaled)
                .and_then(|()| average(at.meter.on.area(), at.window))
        },
    ),
    NodeMetric {
        name: "replicas_on_max",
        unit: Unit::Count,
        about: "The most replicas that an autoscaler had switched on at once in a run, on average \
                over the runs.",
        evidence: Evidence::Plain,
        read: |at| whole(at).filter(|()| at.is_scaled).map(|()| f64::from(at.meter.on.max())),
    },
    NodeMetric {
        name: "replicas_started",
        unit: Unit::Count,
        about: "How often an autoscaler switched a replica on.",
        evidence: Evidence::Plain,
        read: |at| whole(at).filter(|()| at.is_scaled).map(|()| number(at.meter.starts)),
    },
    level(
        "replicas_up_mean",
        Unit::Count,
        "Replicas that are on and that no fault keeps from working, on average; told where faults \
         strike.",
        |at| {
            let mean = |level: &Level| average(level.area(), at.window);
            let (on, starting) = (mean(&at.meter.on)?, mean(&at.meter.starting)?);
            let serving = if at.is_scaled { on - starting } else { at.replicas };
            let ill = mean(&at.meter.ill)?;
            whole(at).filter(|()| at.outage.is_some()).map(|()| serving - ill)
        },
    ),
    level(
        "queue_mean",
        Unit::Count,
        "Exchanges that wait for a worker, a core or memory, on average.",
        |at| whole(at).and_then(|()| average(at.meter.waiting.area(), at.window)),
    ),
    NodeMetric {
        name: "queue_max",
        unit: Unit::Count,
        about: "The most exchanges that waited for a worker, a core or memory at once in a run, on \
                average over the runs.",
        evidence: Evidence::Plain,
        read: |at| whole(at).map(|()| f64::from(at.meter.waiting.max())),
    },
    level("in_system_mean", Unit::Count, "Exchanges present on average.", |at| {
        whole(at).and_then(|()| average(at.meter.present.area(), at.window))
    }),
    level(
        "in_system_std",
        Unit::Count,
        "The standard deviation over time of the number present.",
        |at| whole(at).and_then(|()| deviation(at)),
    ),
    level("in_system_p50", Unit::Count, "Half of the time, at most so many are present.", |at| {
        whole(at).and_then(|()| quantile(at, 0.5))
    }),
    level("in_system_p99", Unit::Count, "99 % of the time, at most so many are present.", |at| {
        whole(at).and_then(|()| quantile(at, 0.99))
    }),
    level(
        "in_system_p999",
        Unit::Count,
        "99.9 % of the time, at most so many are present.",
        |at| whole(at).and_then(|()| quantile(at, 0.999)),
    ),
];

/// Levels are of a node or a replica as a whole.
const fn whole(at: &AtNode<'_>) -> Option<()> {
    if at.class.is_none() { Some(()) } else { None }
}

/// Of cores that can work: those of replicas that an autoscaler has switched off, or that boot for
/// it, are none.
fn of_cores(at: &AtNode<'_>, area: u128) -> Option<f64> {
    let cores = if at.is_scaled {
        let serving = average(at.meter.on.area() - at.meter.starting.area(), at.window)?;
        at.cores * serving / at.replicas
    } else {
        at.cores
    };
    (cores > 0.0).then(|| average(area, at.window).map(|busy| busy / cores)).flatten()
}

#[allow(clippy::cast_precision_loss, reason = "a moment for statistics")]
fn deviation(at: &AtNode<'_>) -> Option<f64> {
    let mean = average(at.meter.present.area(), at.window)?;
    let squares: f64 = (0_u32..)
        .zip(at.meter.present.shares())
        .map(|(level, share)| {
            let far = f64::from(level) - mean;
            far * far * (*share as f64)
        })
        .sum();
    Some((squares / at.window.0 as f64).sqrt())
}

#[allow(clippy::cast_precision_loss, reason = "a share of time")]
fn quantile(at: &AtNode<'_>, q: f64) -> Option<f64> {
    let wanted = q * at.window.0 as f64;
    let mut sum = 0.0;
    for (level, share) in (0_u32..).zip(at.meter.present.shares()) {
        sum += *share as f64;
        if sum >= wanted && *share > 0 {
            return Some(f64::from(level));
        }
    }
    None
}
