//! How long requests take, from intent to outcome.

use super::{EndToEnd, Evidence, Metric, Unit};

const fn quantile(
    name: &'static str,
    about: &'static str,
    q: f64,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Millis, about, evidence: Evidence::Quantile(q), read }
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    Metric {
        name: "latency_mean",
        unit: Unit::Millis,
        about: "Mean latency of successful requests, from intent to outcome.",
        evidence: Evidence::Mean,
        read: |run| run.latency.mean(),
    },
    quantile("latency_p50", "Half of the successful requests take at most this.", 0.5, |run| {
        run.latency.quantile(0.5)
    }),
    quantile("latency_p90", "90 % of the successful requests take at most this.", 0.9, |run| {
        run.latency.quantile(0.9)
    }),
    quantile("latency_p95", "95 % of the successful requests take at most this.", 0.95, |run| {
        run.latency.quantile(0.95)
    }),
    quantile("latency_p99", "99 % of the successful requests take at most this.", 0.99, |run| {
        run.latency.quantile(0.99)
    }),
    quantile(
        "latency_p999",
        "99.9 % of the successful requests take at most this.",
        0.999,
        |run| run.latency.quantile(0.999),
    ),
    Metric {
        name: "latency_max",
        unit: Unit::Millis,
        about: "The longest latency of a successful request in a run, on average over the runs.",
        evidence: Evidence::Plain,
        read: |run| run.latency.max(),
    },
    Metric {
        name: "wait_mean",
        unit: Unit::Millis,
        about: "Mean time that a successful request waited for a worker or a core, up to the \
                server that answers it.",
        evidence: Evidence::Mean,
        read: waited,
    },
    Metric {
        name: "failed_latency_mean",
        unit: Unit::Millis,
        about: "Mean time from intent to failure of the requests that failed.",
        evidence: Evidence::Ended,
        read: failed_mean,
    },
    Metric {
        name: "failed_latency_max",
        unit: Unit::Millis,
        about: "The longest time from intent to failure in a run, on average over the runs.",
        evidence: Evidence::Plain,
        read: |run| {
            let failed = run.meters.classes.iter().filter(|class| class.failed.0 > 0);
            failed.map(|class| crate::time::Span(class.failed.2).as_secs_f64()).reduce(f64::max)
        },
    },
];

#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
fn failed_mean(run: &EndToEnd<'_>) -> Option<f64> {
    let count = run.sum(|class| class.failed.0);
    let sum: u128 = run.meters.classes.iter().map(|class| class.failed.1).sum();
    (count > 0).then(|| sum as f64 / count as f64 / 1e9)
}

/// Waiting is the part `queue` of the critical path, at the answering server and in front of it;
/// what waits below it is in `downstream`, so nodes tell of it and this does not.
#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
fn waited(run: &EndToEnd<'_>) -> Option<f64> {
    let buckets = || run.meters.classes.iter().flat_map(|class| &class.parts);
    let count: u64 = buckets().map(|(count, _)| count).sum();
    let queue = crate::net::Part::Queue as usize;
    let sum: u128 = buckets().map(|(_, sums)| sums[queue]).sum();
    (count > 0).then(|| sum as f64 / count as f64 / 1e9)
}
