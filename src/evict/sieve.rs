//! SIEVE: a hand goes from the oldest object to the newest and takes the first that was not used.
//!
//! Like CLOCK, but what is spared stays where it is, so new objects that nobody asks for again go
//! soon. Zhang, Yang, Yue, Vigfusson and Rashmi, "SIEVE is simpler than LRU: an efficient turn-key
//! eviction algorithm for web caches", NSDI 2024. Not made for scans with reuse.

use super::Capacity;
use super::list::{List, set};
use super::verbs::{Entry, Evict};

/// The objects by the time at which they were stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    by_entry: List,
    /// Which were asked for since they were stored, or since the hand passed.
    is_used: Vec<bool>,
    /// Where the hand goes on; at the oldest object if nowhere.
    hand: Option<u32>,
}

impl Evict for Sieve {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    #[inline]
    fn on_found(&mut self, slot: u32) {
        self.is_used[slot as usize] = true;
    }

    #[inline]
    fn on_stored(&mut self, slot: u32, _: Entry) {
        set(&mut self.is_used, slot, false);
        self.by_entry.push(slot);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        if self.hand == Some(slot) {
            self.hand = self.by_entry.after(slot);
        }
        self.by_entry.remove(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        let oldest = self.by_entry.first()?;
        let mut slot = self.hand.unwrap_or(oldest);
        while std::mem::take(&mut self.is_used[slot as usize]) {
            slot = self.by_entry.after(slot).unwrap_or(oldest);
        }
        self.hand = self.by_entry.after(slot);
        self.by_entry.remove(slot);
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_asked_for_stays_where_it_is_and_the_hand_goes_on() {
        let mut store = Store::new(Policy::Sieve, Capacity::Objects(3));
        for key in [1, 2, 3] {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some() && store.get(3).is_some());
        store.put(4, 1, ());
        store.put(5, 1, ());
        // 2 went first; the hand passed 3, took its mark, and took 4.
        let there = [1, 2, 3, 4, 5].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, false, true, false, true]);
    }

    #[test]
    fn a_hand_at_an_object_that_is_taken_away_goes_on_to_the_next() {
        let mut store = Store::new(Policy::Sieve, Capacity::Objects(3));
        for key in [1, 2, 3, 4] {
            store.put(key, 1, ());
        }
        // The hand stands at 2, which is replaced and so becomes the newest.
        store.put(2, 1, ());
        store.put(5, 1, ());
        let there = [2, 3, 4, 5].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, false, true, true]);
    }
}
