//! CLOCK with one bit: first in, first out, but what was asked for gets a second round.
//!
//! The bit of an object is set when it is found, and taken from it instead of its place when its
//! turn comes. Close to LRU without moving anything on a hit: Corbató, "A paging experiment with
//! the Multics system", 1968. Right after a burst of hits it has to go round many objects.

use super::Capacity;
use super::list::{List, set};
use super::verbs::{Entry, Evict};

/// The objects by the time at which they were stored, or were spared last.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    by_round: List,
    /// Which were asked for since.
    is_used: Vec<bool>,
}

impl Evict for Clock {
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
        self.by_round.push(slot);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        self.by_round.remove(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        loop {
            let slot = self.by_round.pop()?;
            let is_used = &mut self.is_used[slot as usize];
            if !*is_used {
                return Some(slot);
            }
            *is_used = false;
            self.by_round.push(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_asked_for_is_spared_once() {
        let mut store = Store::new(Policy::Clock, Capacity::Objects(3));
        for key in [1, 2, 3] {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some());
        store.put(4, 1, ());
        store.put(5, 1, ());
        store.put(6, 1, ());
        let there = [1, 2, 3, 4, 5, 6].map(|key| store.get(key).is_some());
        assert_eq!(there, [false, false, false, true, true, true]);
    }
}
