//! Greedy dual size frequency: what is small and asked for often stays, and what stays ages.
//!
//! The priority of an object is how often it was found, divided by its size, above the priority of
//! what went last. Cherkasova, "Improving WWW proxies performance with greedy-dual-size-frequency
//! caching policy", HP Laboratories 1998. It answers many requests and few bytes. A heap keeps the
//! order, so an access takes a time that grows with the logarithm of the number of objects.

use super::Capacity;
use super::list::set;
use super::ranks::Ranks;
use super::verbs::{Entry, Evict};

/// The objects by priority; among equals the one that was asked for least recently goes first.
#[derive(Debug, Clone, Default)]
pub(super) struct Gdsf {
    ranks: Ranks,
    objects: Vec<Object>,
    /// The priority of what went last.
    floor: f64,
    asked: u64,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    weight: u64,
    often: u64,
}

impl Evict for Gdsf {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    fn on_found(&mut self, slot: u32) {
        self.objects[slot as usize].often += 1;
        let rank = self.rank(slot);
        self.ranks.change(slot, rank);
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        set(&mut self.objects, slot, Object { weight: entry.weight.max(1), often: 1 });
        let rank = self.rank(slot);
        self.ranks.insert(slot, rank);
    }

    fn on_removed(&mut self, slot: u32) {
        self.ranks.remove(slot);
    }

    fn evict(&mut self) -> Option<u32> {
        let (rank, slot) = self.ranks.lowest()?;
        self.floor = f64::from_bits((rank >> 64) as u64);
        self.ranks.remove(slot);
        Some(slot)
    }
}

impl Gdsf {
    /// Priorities are not negative, so their bits are in their order.
    #[allow(clippy::cast_precision_loss, reason = "a priority is no exact number")]
    fn rank(&mut self, slot: u32) -> u128 {
        let Object { weight, often } = self.objects[slot as usize];
        self.asked += 1;
        let priority = self.floor + 1e6 * often as f64 / weight as f64;
        (u128::from(priority.to_bits()) << 64) | u128::from(self.asked)
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn a_large_object_goes_before_smaller_ones_unless_it_is_asked_for_more_often() {
        let mut store = Store::new(Policy::Gdsf, Capacity::Bytes(100));
        store.put(1, 50, ());
        store.put(2, 10, ());
        store.put(3, 50, ());
        assert!(store.get(1).is_none() && store.get(2).is_some());
        (0..9).for_each(|_| assert!(store.get(3).is_some()));
        store.put(4, 30, ());
        store.put(5, 40, ());
        let there = [2, 3, 4, 5].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, true, false, true]);
    }

    #[test]
    fn what_was_popular_once_goes_in_the_end() {
        let mut store = Store::new(Policy::Gdsf, Capacity::Objects(2));
        store.put(1, 1, ());
        (0..5).for_each(|_| assert!(store.get(1).is_some()));
        (100..120).for_each(|key| assert!(store.put(key, 1, ())));
        assert!(store.get(1).is_none());
    }
}
