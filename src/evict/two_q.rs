//! 2Q: what is new waits in a short queue, and stays only if it is asked for again after it left.
//!
//! A quarter of the capacity is a FIFO of what is new; the keys of what left it are remembered, as
//! much again as half the capacity; what is asked for while it is remembered is stored under LRU.
//! Johnson and Shasha, "2Q: a low overhead high performance buffer management replacement
//! algorithm", VLDB 1994.

use super::Capacity;
use super::ghost::Ghost;
use super::list::{Lists, set};
use super::verbs::{Entry, Evict};

const NEW: usize = 0;
const AGAIN: usize = 1;

/// What is new by its entry, and what was asked for again by its use.
#[derive(Debug, Clone)]
pub(super) struct TwoQ {
    lists: Lists<2>,
    objects: Vec<(Entry, usize)>,
    gone: Ghost,
    /// The weight of what is new, and the most of it.
    used: u64,
    most: u64,
    /// Where the object goes that is about to be stored.
    next: usize,
}

impl Evict for TwoQ {
    fn new(capacity: Capacity) -> Self {
        let most = capacity.most();
        Self {
            lists: Lists::default(),
            objects: Vec::new(),
            gone: Ghost::new(most / 2),
            used: 0,
            most: most / 4,
            next: NEW,
        }
    }

    fn admits(&self, weight: u64) -> bool {
        weight <= self.most.max(1)
    }

    fn on_found(&mut self, slot: u32) {
        if self.objects[slot as usize].1 == AGAIN {
            self.lists.touch(AGAIN, slot);
        }
    }

    fn on_wanted(&mut self, entry: Entry) {
        self.next = if self.gone.forget(entry.key) { AGAIN } else { NEW };
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        set(&mut self.objects, slot, (entry, self.next));
        self.lists.push_to(self.next, slot);
        if self.next == NEW {
            self.used += entry.weight;
        }
    }

    fn on_removed(&mut self, slot: u32) {
        let (entry, list) = self.objects[slot as usize];
        self.lists.remove_from(list, slot);
        if list == NEW {
            self.used -= entry.weight;
        }
    }

    fn evict(&mut self) -> Option<u32> {
        let again = self.lists.first_of(AGAIN);
        let slot = if self.used > self.most || again.is_none() {
            self.lists.first_of(NEW)?
        } else {
            again?
        };
        self.on_removed(slot);
        let (entry, list) = self.objects[slot as usize];
        if list == NEW {
            self.gone.remember(entry);
        }
        Some(slot)
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_comes_back_after_it_left_stays() {
        let mut store = Store::new(Policy::TwoQ, Capacity::Objects(8));
        for key in 1..=9 {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_none());
        store.put(1, 1, ());
        for key in 100..200 {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some() && store.get(2).is_none());
    }
}
