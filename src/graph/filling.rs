//! Caches that are still empty when their run begins, and fill while it goes on.

use super::Graph;
use crate::evict::Group;
use crate::math::exp;
use crate::time::Span;

/// By how much a cache may answer less than one that has been asked for ever.
const TOLERATED: f64 = 0.02;

/// Whether caches answer less over the measured window than once they are full, as far as what is
/// asked for there is asked for the first time: before anything has to go or expires, an object is
/// found at t if it was asked for before, so with 1 - exp(-λt).
pub(super) fn fills_late(
    graph: &Graph,
    replicas: f64,
    asked: impl Iterator<Item = (Vec<Group>, f64)>,
) -> bool {
    let [from, to] = [graph.run.window(None), graph.run.duration].map(Span::as_secs_f64);
    let found = |rate: f64| {
        let rate = rate / replicas;
        if rate * (to - from) < 1e-9 {
            return 1.0 - exp(-rate * from);
        }
        1.0 - (exp(-rate * from) - exp(-rate * to)) / (rate * (to - from))
    };
    let (mut all, mut late, mut full) = (0.0, 0.0, 0.0);
    for (groups, hit) in asked {
        for group in groups {
            let rate = group.objects * group.rate;
            (all, full) = (all + rate, full + rate * hit);
            late += rate * found(group.rate);
        }
    }
    late < full - TOLERATED * all
}
