//! What caches answer, end to end: only of scenarios that have caches.

use super::{EndToEnd, Evidence, Metric, Unit, share};

const fn ratio(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Share, about, evidence: Evidence::Mean, read }
}

/// The metrics of this kind.
pub(super) const METRICS: &[Metric] = &[
    ratio("hit_ratio", "The share of ended requests that a cache answered.", |run| {
        share(run.caches?.answered, run.ended())
    }),
    ratio(
        "byte_hit_ratio",
        "The share of bytes that caches answered, of those of all successful requests that asked \
         a cache.",
        |run| {
            let caches = run.caches?;
            share(caches.answered_bytes, caches.bytes)
        },
    ),
];
