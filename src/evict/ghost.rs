//! The keys of objects that have gone: a policy that knows them again knows what it threw out too
//! early.

use super::list::List;
use super::table::Table;
use super::verbs::Entry;
use crate::rng::mix;

/// Objects that are remembered without being there, the one that went first is forgotten first.
#[derive(Debug, Clone)]
pub(super) struct Ghost {
    slots: Table,
    entries: Vec<Entry>,
    free: Vec<u32>,
    by_exit: List,
    used: u64,
    most: u64,
}

impl Ghost {
    /// A memory for objects of so much weight together.
    pub(super) fn new(most: u64) -> Self {
        Self {
            slots: Table::default(),
            entries: Vec::new(),
            free: Vec::new(),
            by_exit: List::default(),
            used: 0,
            most,
        }
    }

    /// The weight of all that is remembered.
    #[inline]
    pub(super) const fn used(&self) -> u64 {
        self.used
    }

    /// Remembers an object that went; others are forgotten for it.
    pub(super) fn remember(&mut self, entry: Entry) {
        if entry.weight > self.most {
            return;
        }
        // It may have been stored without having been asked for here.
        self.forget(entry.key);
        while self.used + entry.weight > self.most && self.forget_first() {}
        let slot = match self.free.pop() {
            Some(slot) => {
                self.entries[slot as usize] = entry;
                slot
            }
            None => {
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).expect("fewer than 2^31 objects")
            }
        };
        self.used += entry.weight;
        self.slots.insert(mix(entry.key), slot);
        self.by_exit.push(slot);
    }

    /// Forgets an object. Returns whether it was remembered.
    pub(super) fn forget(&mut self, key: u64) -> bool {
        let entries = &self.entries;
        let Some(slot) = self.slots.find(mix(key), |slot| entries[slot as usize].key == key) else {
            return false;
        };
        self.by_exit.remove(slot);
        self.clear(slot);
        true
    }

    /// Forgets the object that went first. Returns whether there was one.
    pub(super) fn forget_first(&mut self) -> bool {
        let slot = self.by_exit.pop();
        if let Some(slot) = slot {
            self.clear(slot);
        }
        slot.is_some()
    }

    fn clear(&mut self, slot: u32) {
        let Entry { key, weight } = self.entries[slot as usize];
        self.used -= weight;
        self.slots.remove(mix(key), slot);
        self.free.push(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_first_is_forgotten_first_and_what_is_too_large_at_once() {
        let mut ghost = Ghost::new(10);
        for (key, weight) in [(1, 4), (2, 4), (3, 11), (4, 5)] {
            ghost.remember(Entry { key, weight });
        }
        assert_eq!(ghost.used(), 9);
        assert_eq!([1, 2, 3, 4].map(|key| ghost.forget(key)), [false, true, false, true]);
        assert_eq!((ghost.used(), ghost.forget_first()), (0, false));
    }

    #[test]
    fn an_object_is_remembered_once() {
        let mut ghost = Ghost::new(3);
        for key in [1, 2, 1, 3] {
            ghost.remember(Entry { key, weight: 1 });
        }
        assert_eq!(ghost.used(), 3);
        ghost.remember(Entry { key: 4, weight: 1 });
        assert_eq!([1, 2, 3, 4].map(|key| ghost.forget(key)), [true, false, true, true]);
    }
}
