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
        share(cache.hits, cache.looked())
    }),
    ratio("stale_ratio", "The share of look-ups that were given something expired.", |at| {
        let cache = at.cache?;
        share(cache.stale, cache.looked())
    }),
    ratio(
        "collapsed_ratio",
        "The share of look-ups that waited for what another request fetched: neither hits nor \
         misses.",
        |at| {
            let cache = at.cache?;
            share(cache.collapsed, cache.looked())
        },
    ),
    ratio(
        "revalidated_ratio",
        "The share of look-ups for something expired that was still right, as the origin said.",
        |at| {
            let cache = at.cache?;
            share(cache.revalidated, cache.looked())
        },
    ),
    ratio(
        "fetch_ratio",
        "Answers that the cache fetched, for each look-up: what is left of the load of the origin.",
        |at| {
            let cache = at.cache?;
            share(cache.fetches, cache.looked())
        },
    ),
    ratio(
        "byte_hit_ratio",
        "The share of bytes that came from the cache of the node, the others having been fetched.",
        |at| {
            let cache = at.cache?;
            share(cache.hit_bytes, cache.hit_bytes + cache.fetched_bytes)
        },
    ),
];
