//! What a cache does for those who ask for one endpoint, or for all: the columns of `caches.csv`.

use super::{Unit, rate, share};
use crate::observe::CacheMeter;
use crate::time::Span;

/// A number about a cache.
#[derive(Debug, Clone, Copy)]
pub struct CacheMetric {
    /// Its stable name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// Whether it also says something of all caches together, end to end.
    pub is_end_to_end: bool,
    /// The reading; none if there is nothing to read.
    pub read: fn(&CacheMeter, Span) -> Option<f64>,
}

const fn of_one(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&CacheMeter, Span) -> Option<f64>,
) -> CacheMetric {
    CacheMetric { name, unit, about, is_end_to_end: false, read }
}

const fn of_all(metric: CacheMetric) -> CacheMetric {
    CacheMetric { is_end_to_end: true, ..metric }
}

/// All numbers about caches, in the order of results.
pub const AT_CACHE: &[CacheMetric] = &[
    of_all(of_one("hit_ratio", Unit::Share, "The share of look-ups that it answered.", hit_ratio)),
    of_all(of_one(
        "byte_hit_ratio",
        Unit::Share,
        "The share of bytes that it had; the others were fetched, for the same request or another.",
        byte_hit_ratio,
    )),
    of_one("stale_ratio", Unit::Share, "The share that was given something expired.", stale_ratio),
    of_one(
        "collapsed_ratio",
        Unit::Share,
        "The share that waited for what another request fetched.",
        collapsed_ratio,
    ),
    of_one(
        "revalidated_ratio",
        Unit::Share,
        "The share for something expired that was still right, as the origin said.",
        revalidated_ratio,
    ),
    of_one(
        "fetch_ratio",
        Unit::Share,
        "Answers that it fetched, for each look-up; fetches that were given up are not counted.",
        fetch_ratio,
    ),
    of_one("look_ups", Unit::PerSecond, "Look-ups, in a second.", |it, window| {
        rate(it.looked(), window)
    }),
    of_one(
        "origin_fetches",
        Unit::PerSecond,
        "Answers that it fetched, in a second; fetches that were given up are not counted.",
        |it, window| rate(it.fetches, window),
    ),
    of_all(of_one(
        "requests_saved",
        Unit::PerSecond,
        "Look-ups that whoever stands behind it did not see, the collapsed ones included, in a \
         second.",
        |it, window| rate(it.hits + it.collapsed, window),
    )),
    of_all(of_one(
        "bytes_saved",
        Unit::BytesPerSecond,
        "Bytes that it gave and did not fetch for that, the collapsed ones included, in a second.",
        |it, window| rate(it.hit_bytes + it.collapsed_bytes, window),
    )),
];

pub(super) fn hit_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.hits + it.covered, it.looked())
}

pub(super) fn byte_hit_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.hit_bytes, it.hit_bytes + it.collapsed_bytes + it.fetched_bytes)
}

pub(super) fn stale_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.stale, it.looked())
}

pub(super) fn collapsed_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.collapsed, it.looked())
}

pub(super) fn revalidated_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.revalidated, it.looked())
}

pub(super) fn fetch_ratio(it: &CacheMeter, _: Span) -> Option<f64> {
    share(it.fetches, it.looked())
}
