//! Least recently used: what has not been asked for the longest goes first.
//!
//! The usual default, close to the best where popularity drifts. A single pass over many objects
//! washes everything else out, and every hit moves an object. Its hit ratio under independent
//! requests: Che, Tung and Wang, "Hierarchical web caching systems", IEEE Journal on Selected
//! Areas in Communications 2002.

use super::Capacity;
use super::list::List;
use super::verbs::{Entry, Evict};

/// The objects by their last use.
#[derive(Debug, Clone, Default)]
pub(super) struct Lru {
    by_use: List,
}

impl Evict for Lru {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    #[inline]
    fn on_found(&mut self, slot: u32) {
        self.by_use.touch(0, slot);
    }

    #[inline]
    fn on_stored(&mut self, slot: u32, _: Entry) {
        self.by_use.push(slot);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        self.by_use.remove(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        self.by_use.pop()
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let mut store = Store::new(Policy::Lru, Capacity::Objects(3));
        for key in [1, 2, 3] {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some());
        store.put(4, 1, ());
        let there = [1, 2, 3, 4].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, false, true, true]);
    }
}
