//! Random: any object may go, all alike.
//!
//! What a cache does that remembers nothing. Under independent requests its hit ratio is that of
//! FIFO (Gelenbe, "A unified approach to the evaluation of a class of replacement algorithms",
//! IEEE Transactions on Computers 1973). Where the draws begin is the cache's own.

use super::Capacity;
use super::members::Members;
use super::verbs::{Entry, Evict};

/// The objects, in no order.
#[derive(Debug, Clone, Default)]
pub(super) struct Random {
    members: Members,
}

impl Evict for Random {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    fn seed(&mut self, seed: u64) {
        self.members.seed(seed);
    }

    #[inline]
    fn on_found(&mut self, _: u32) {}

    #[inline]
    fn on_stored(&mut self, slot: u32, _: Entry) {
        self.members.insert(slot);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        self.members.remove(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        let slot = self.members.draw()?;
        self.members.remove(slot);
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn all_objects_go_alike() {
        let mut stayed = [0_u32; 4];
        let mut store = Store::new(Policy::Random, Capacity::Objects(4));
        for round in 0..4_000 {
            for key in 0..4 {
                store.put(round * 10 + key, 1, ());
            }
            store.put(round * 10 + 9, 1, ());
            for key in 0..4_u64 {
                let there = store.get(round * 10 + key).is_some();
                stayed[usize::try_from(key).unwrap()] += u32::from(there);
            }
        }
        // Each goes in a quarter of the rounds at the last put, and the earlier ones stand a
        // little longer in the way of the others of their round.
        assert!(stayed.iter().all(|times| (1_000..3_900).contains(times)), "{stayed:?}");
        assert!(stayed.windows(2).all(|pair| pair[0] < pair[1] + 120), "{stayed:?}");
    }

    #[test]
    fn another_beginning_draws_others_and_the_same_one_the_same() {
        let kept = |seed| {
            let mut store = Store::new(Policy::Random, Capacity::Objects(50)).seeded(seed);
            (0..200).for_each(|key| assert!(store.put(key, 1, ())));
            (0..200).filter(|key| store.get(*key).is_some()).collect::<Vec<u64>>()
        };
        assert_eq!(kept(7), kept(7));
        assert_ne!(kept(7), kept(8));
    }
}
