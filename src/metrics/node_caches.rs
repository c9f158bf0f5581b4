//! What the cache of a node answers.

use super::{AtNode, Evidence, NodeMetric, Unit, share};

const fn ratio(
    name: &'static str,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit: Unit::Share, about, evidence: Evidence::Mean, read }
}

/// The metrics of this kind; nodes without a cache have none.
pub(super) const METRICS: &[NodeMetric] = &[
    ratio("hit_ratio", "The share of look-ups that the cache of the node answered.", |at| {
        let cache = at.cache?;
        share(cache.hits, cache.hits + cache.misses)
    }),
    ratio(
        "byte_hit_ratio",
        "The share of bytes that came from the cache of the node, the others having been fetched.",
        |at| {
            let cache = at.cache?;
            share(cache.hit_bytes, cache.hit_bytes + cache.fetched_bytes)
        },
    ),
];
