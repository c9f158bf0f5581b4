//! What caches answer, end to end: only of scenarios that have caches.

use super::{EndToEnd, Evidence, Metric, Unit, averaged, mean_of_successes, rate, share};
use crate::observe::{Origin, Sample};

const fn ratio(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    averaged(name, Unit::Share, about, read)
}

const fn latency(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    mean_of_successes(name, Unit::Millis, about, read)
}

fn mean_from(run: &EndToEnd<'_>, from: Origin) -> Option<f64> {
    Sample::of([run.caches?.latencies(from)]).mean()
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    ratio("hit_ratio", "The share of ended requests that a cache answered.", |run| {
        let all = run.caches?.answers();
        share(all.answered, all.ended)
    }),
    ratio(
        "byte_hit_ratio",
        "The share of bytes that caches answered, of those of all successful requests that asked \
         a cache.",
        |run| {
            let caches = run.caches?.answers();
            share(caches.answered_bytes, caches.bytes)
        },
    ),
    Metric {
        name: "requests_saved",
        unit: Unit::PerSecond,
        about: "Successful requests that a cache answered, in a second.",
        evidence: Evidence::Ended,
        read: |run| rate(run.caches?.answers().answered, run.window),
    },
    Metric {
        name: "bytes_saved",
        unit: Unit::BytesPerSecond,
        about: "Bytes of the responses that caches gave of their own, in a second.",
        evidence: Evidence::Ended,
        read: |run| rate(run.caches?.answers().answered_bytes, run.window),
    },
    latency(
        "hit_latency_mean",
        "Mean latency of the successful requests that a cache answered from what it had.",
        |run| mean_from(run, Origin::Cache),
    ),
    latency(
        "collapsed_latency_mean",
        "Mean latency of those that got what a cache was fetching for another request.",
        |run| mean_from(run, Origin::Other),
    ),
    latency(
        "revalidated_latency_mean",
        "Mean latency of those that a cache answered from what it had, once the origin had said \
         that it is still right.",
        |run| mean_from(run, Origin::Confirmed),
    ),
    latency(
        "miss_latency_mean",
        "Mean latency of those that asked a cache and were answered from behind all of them.",
        |run| mean_from(run, Origin::Server),
    ),
];
