//! Ring hash: consistent hashing, each backend at many points of a ring.
//!
//! A key belongs to the first point at or after its hash, on a ring of 2^64 places. *Use it*
//! where backends come and go: one more of n moves one key in n + 1. *Weakness*: uneven shares;
//! with v points each their coefficient of variation is sqrt((n - 1) / (n v + 1)), about 0.1 for
//! v = 100; popular keys are not spread. *Source*: Karger et al., "Consistent hashing and random
//! trees", STOC 1997; Envoy `RING_HASH`, nginx `hash ... consistent`.
//!
//! A backend has `virtual_nodes` points, times its weight over the average weight. If the owner
//! of a key is not open, the key goes on to the next point whose backend is.

use super::backend::{Candidates, Reads};
use super::bounded::{Slots, first_with_room};
use super::{Backend, Balance, BalanceSpec, HashOn, Query};
use crate::rng::{Key, Stream};

/// The algorithm `ring-hash`.
#[derive(Debug, Clone)]
pub struct RingHash {
    hash_on: HashOn,
    /// Where the points stand, in order.
    places: Vec<u64>,
    /// Whose they are.
    owners: Vec<u32>,
    /// The bound on loads, in per cent of the average.
    bound: Option<u32>,
}

impl Balance for RingHash {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let total: u64 = backends.iter().map(|backend| u64::from(backend.weight)).sum();
        let mut points: Vec<(u64, u32)> = (0..)
            .zip(backends)
            .flat_map(|(owner, backend)| {
                let share = u64::from(spec.virtual_nodes) * u64::from(backend.weight);
                let count = (share * backends.len() as u64).checked_div(total).unwrap_or(0);
                // Rounding down must not take the last point of a light backend.
                let count = count.max(u64::from(backend.weight > 0));
                (0..count).map(move |index| (Key(backend.name_hash).with(index).0, owner))
            })
            .collect();
        points.sort_unstable();
        let (places, owners) = points.into_iter().unzip();
        Self { hash_on: spec.hash_on, places, owners, bound: spec.bound() }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.reads()
    }

    #[inline]
    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let hash = self.hash_on.of(query);
        let first = self.places.partition_point(|place| *place < hash);
        let first = if first < self.owners.len() { first } else { 0 };
        let owner = *self.owners.get(first)? as usize;
        if self.bound.is_none() && among.is_open(owner) {
            return Some(owner);
        }
        self.next_open(first, among)
    }
}

impl RingHash {
    /// The owner of the first point from `first` on whose backend is open, and has room where loads
    /// are bounded.
    #[cold]
    fn next_open(&self, first: usize, among: Candidates<'_>) -> Option<usize> {
        among.open().next()?;
        let onwards = self.owners[first..].iter().chain(&self.owners[..first]);
        let slots = Slots::of(self.bound, among);
        let has_room = |it: usize| slots.is_none_or(|slots| slots.has_room(&among.backends[it]));
        first_with_room(onwards.map(|owner| *owner as usize), among, has_room)
    }
}

#[cfg(test)]
mod tests {
    use super::super::stated::{equal, owners_of_keys, weighted};
    use super::super::{Algorithm, Tried};
    use super::*;

    fn spec(virtual_nodes: u32) -> BalanceSpec {
        BalanceSpec { algorithm: Algorithm::RingHash, virtual_nodes, ..BalanceSpec::default() }
    }

    /// The share of the ring that each backend owns.
    fn arcs(ring: &RingHash, count: usize) -> Vec<f64> {
        let mut arcs = vec![0.0; count];
        let mut before = *ring.places.last().unwrap();
        for (place, owner) in ring.places.iter().zip(&ring.owners) {
            arcs[*owner as usize] += place.wrapping_sub(before) as f64 / (1_u128 << 64) as f64;
            before = *place;
        }
        arcs
    }

    /// The mean square of (share x n - 1) over all backends of so many rings.
    fn variation(n: u32, v: u32, rings: u32) -> f64 {
        let mut squares = 0.0;
        for ring in 0..rings {
            let mut backends = equal(n);
            backends.iter_mut().for_each(|b| b.name_hash = Key(b.name_hash).with(ring.into()).0);
            let arcs = arcs(&RingHash::new(&spec(v), &backends), backends.len());
            let off = arcs.iter().map(|arc| arc * f64::from(n) - 1.0);
            squares += off.map(|off| off * off).sum::<f64>();
        }
        squares / f64::from(n * rings)
    }

    #[test]
    fn the_variation_of_shares_is_that_of_theory() {
        for (n, v, rings) in [(10, 1, 4_000), (10, 100, 400)] {
            let expected = f64::from(n - 1) / f64::from(n * v + 1);
            let ratio = variation(n, v, rings) / expected;
            assert!((ratio - 1.0).abs() < 0.1, "{n} backends, {v} points: {ratio} of theory");
        }
    }

    #[test]
    fn one_more_backend_takes_its_share_and_moves_nothing_else() {
        let (ten, eleven) = (equal(10), equal(11));
        let before = owners_of_keys(&spec(1_000), &ten, Tried::NONE, 50_000);
        let after = owners_of_keys(&spec(1_000), &eleven, Tried::NONE, 50_000);
        let moved: Vec<_> = before.iter().zip(&after).filter(|(b, a)| b != a).collect();
        assert!(moved.iter().all(|(_, after)| **after == 10));
        let share = moved.len() as f64 / 50_000.0;
        assert!((share * 11.0 - 1.0).abs() < 0.15, "{share}");
    }

    #[test]
    fn a_closed_backend_moves_its_own_keys_alone() {
        let backends = equal(5);
        let before = owners_of_keys(&spec(100), &backends, Tried::NONE, 5_000);
        let after = owners_of_keys(&spec(100), &backends, Tried(&[2]), 5_000);
        assert!(before.iter().zip(&after).all(|(b, a)| *a != 2 && (b == a || *b == 2)));
    }

    #[test]
    fn points_follow_the_weights_and_their_sum_does_not() {
        let ring = RingHash::new(&spec(100), &weighted(&[1, 3, 0, 4]));
        let points = |owner| ring.owners.iter().filter(|o| **o == owner).count();
        assert_eq!([points(0), points(1), points(2), points(3)], [50, 150, 0, 200]);
    }

    #[test]
    fn a_very_light_backend_keeps_a_point() {
        let ring = RingHash::new(&spec(1), &weighted(&[1, 1_000]));
        assert!(ring.owners.contains(&0));
    }
}
