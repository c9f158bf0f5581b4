//! What the cache of a node answers.

use super::caching::{
    byte_hit_ratio, collapsed_ratio, fetch_ratio, hit_ratio, revalidated_ratio, stale_ratio,
};
use super::{AtNode, Evidence, NodeMetric, Unit};

const fn ratio(
    name: &'static str,
    about: &'static str,
    read: fn(&AtNode<'_>) -> Option<f64>,
) -> NodeMetric {
    NodeMetric { name, unit: Unit::Share, about, evidence: Evidence::Ended, read }
}

/// The metrics of this kind; nodes without a cache have none.
pub(super) const METRICS: &[NodeMetric] = &[
    ratio("hit_ratio", "The share of look-ups that the cache of the node answered.", |at| {
        hit_ratio(&at.cache?, at.window)
    }),
    ratio("stale_ratio", "The share of look-ups that were given something expired.", |at| {
        stale_ratio(&at.cache?, at.window)
    }),
    ratio(
        "collapsed_ratio",
        "The share of look-ups that waited for what another request fetched: neither hits nor \
         misses.",
        |at| collapsed_ratio(&at.cache?, at.window),
    ),
    ratio(
        "revalidated_ratio",
        "The share of look-ups for something expired that was still right, as the origin said.",
        |at| revalidated_ratio(&at.cache?, at.window),
    ),
    ratio(
        "fetch_ratio",
        "Answers that the cache fetched, for each look-up, further attempts included; fetches that \
         were given up load the origin and are not counted.",
        |at| fetch_ratio(&at.cache?, at.window),
    ),
    ratio(
        "byte_hit_ratio",
        "The share of bytes that the cache of the node had; the others were fetched, for the same \
         request or another.",
        |at| byte_hit_ratio(&at.cache?, at.window),
    ),
];
