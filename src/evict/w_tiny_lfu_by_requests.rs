//! W-TinyLFU whose sketch counts each request, found or not, and halves its counts after ten
//! requests for each object that fits: with counters of four bits, as published.
//!
//! Einziger, Friedman and Manes, "TinyLFU: a highly efficient cache admission policy", ACM
//! Transactions on Storage 2017. Counts grow old with time as it passes for the cache, so that what
//! was popular gives way to what is. The window keeps its hundredth: Caffeine, which has its name
//! from this policy's family, moves that share while it runs, and lets few of those it would refuse
//! in by lot.

use super::w_tiny_lfu::Windowed;

/// Counts as the paper does.
pub(super) type WTinyLfuByRequests = Windowed<true>;

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    /// How many of `keys` are found, each stored if it is not.
    fn found(store: &mut Store<()>, keys: impl Iterator<Item = u64>) -> usize {
        keys.filter(|&key| {
            let is_there = store.get(key).is_some();
            if !is_there {
                store.put(key, 1, ());
            }
            is_there
        })
        .count()
    }

    fn again(times: u64, keys: std::ops::Range<u64>) -> impl Iterator<Item = u64> {
        (0..times).flat_map(move |_| keys.clone())
    }

    #[test]
    fn what_was_popular_gives_way_as_requests_pass_though_none_is_found() {
        let after_a_change = |policy| {
            let mut store = Store::new(policy, Capacity::Objects(100));
            found(&mut store, again(30, 0..95));
            // Others become popular, each asked for as often as those were.
            found(&mut store, again(30, 1_000..1_095));
            found(&mut store, 1_000..1_095)
        };
        let by_requests = after_a_change(Policy::WTinyLfuByRequests);
        let by_hits = after_a_change(Policy::WTinyLfu);
        assert!(by_hits <= 5, "{by_hits}: those that were popular stay, all ninety-five");
        assert!(by_requests >= 2 * by_hits.max(5), "{by_requests}: they give way");
    }

    #[test]
    fn a_request_that_misses_counts_even_if_nothing_is_stored() {
        let mut store = Store::new(Policy::WTinyLfuByRequests, Capacity::Objects(100));
        found(&mut store, again(3, 0..99));
        for _ in 0..10 {
            assert!(store.get(500).is_none());
        }
        // It comes into the window, then takes the place of one that was asked for less.
        found(&mut store, [500, 600, 700].into_iter());
        assert!(store.get(500).is_some());
        assert!(store.get(600).is_none());
    }
}
