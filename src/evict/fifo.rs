//! First in, first out: what was stored first goes first, however often it is asked for.
//!
//! A hit changes nothing, so it is the cheapest of all. It throws popular objects out as readily
//! as others: under independent requests its hit ratio is that of a random choice, and never
//! above that of LRU (van den Berg and Gandolfi, "LRU is better than FIFO under the independent
//! reference model", Journal of Applied Probability 1992).

use super::Capacity;
use super::list::List;
use super::verbs::{Entry, Evict};

/// The objects by the time at which they were stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Fifo {
    by_entry: List,
}

impl Evict for Fifo {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    #[inline]
    fn on_found(&mut self, _: u32) {}

    #[inline]
    fn on_stored(&mut self, slot: u32, _: Entry) {
        self.by_entry.push(slot);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        self.by_entry.remove(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        self.by_entry.pop()
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_stored_first_goes_first_however_often_it_is_used() {
        let mut store = Store::new(Policy::Fifo, Capacity::Objects(3));
        for key in [1, 2, 3] {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some());
        store.put(4, 1, ());
        let there = [1, 2, 3, 4].map(|key| store.get(key).is_some());
        assert_eq!(there, [false, true, true, true]);
    }
}
