//! Least frequently used: what was asked for least often since it was stored goes first.
//!
//! Among equals the one that came to its count first. Counts are forgotten when an object goes, so
//! what was popular once may stay for ever. Objects of one count stand in a list, and the lists
//! stand in a row: Shah, Mitra and Matani, "An O(1) algorithm for implementing the LFU cache
//! eviction scheme", 2010.

use super::Capacity;
use super::list::set;
use super::verbs::{Entry, Evict};

const NONE: u32 = u32::MAX;

/// The objects by how often they were asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Lfu {
    objects: Vec<Object>,
    groups: Vec<Group>,
    free: Vec<u32>,
    /// The group with the lowest count.
    lowest: Option<u32>,
}

/// An object within its group.
#[derive(Debug, Clone, Copy)]
struct Object {
    group: u32,
    before: u32,
    after: u32,
}

/// The objects of one count, and the groups of the next lower and higher one.
#[derive(Debug, Clone, Copy)]
struct Group {
    count: u64,
    first: u32,
    last: u32,
    lower: u32,
    higher: u32,
}

impl Evict for Lfu {
    fn new(_: Capacity) -> Self {
        Self::default()
    }

    #[inline]
    fn on_found(&mut self, slot: u32) {
        let own = self.objects[slot as usize].group;
        let Group { count, first, last, higher, .. } = self.groups[own as usize];
        let next = match self.groups.get(higher as usize) {
            Some(group) if group.count == count + 1 => higher,
            _ if first == last => {
                // Alone in its group, which can become the next one.
                self.groups[own as usize].count += 1;
                return;
            }
            _ => self.add_group(count + 1, own, higher),
        };
        self.leave(slot);
        self.join(slot, next);
    }

    #[inline]
    fn on_stored(&mut self, slot: u32, _: Entry) {
        let lowest = self.lowest.unwrap_or(NONE);
        let group = match self.groups.get(lowest as usize) {
            Some(group) if group.count == 1 => lowest,
            _ => self.add_group(1, NONE, lowest),
        };
        set(&mut self.objects, slot, Object { group, before: NONE, after: NONE });
        self.join(slot, group);
    }

    #[inline]
    fn on_removed(&mut self, slot: u32) {
        self.leave(slot);
    }

    #[inline]
    fn evict(&mut self) -> Option<u32> {
        let slot = self.groups[self.lowest? as usize].first;
        self.leave(slot);
        Some(slot)
    }
}

impl Lfu {
    /// Makes an empty group between two others.
    fn add_group(&mut self, count: u64, lower: u32, higher: u32) -> u32 {
        let group = Group { count, first: NONE, last: NONE, lower, higher };
        let number = match self.free.pop() {
            Some(number) => {
                self.groups[number as usize] = group;
                number
            }
            None => {
                self.groups.push(group);
                u32::try_from(self.groups.len() - 1).expect("fewer than 2^31 objects")
            }
        };
        self.link(lower, number);
        if let Some(higher) = self.groups.get_mut(higher as usize) {
            higher.lower = number;
        }
        number
    }

    /// Says that `higher` is the next group after `lower`.
    fn link(&mut self, lower: u32, higher: u32) {
        match self.groups.get_mut(lower as usize) {
            Some(lower) => lower.higher = higher,
            None => self.lowest = (higher != NONE).then_some(higher),
        }
    }

    /// Puts an object behind all others of a group.
    fn join(&mut self, slot: u32, group: u32) {
        let last = self.groups[group as usize].last;
        self.objects[slot as usize] = Object { group, before: last, after: NONE };
        match last {
            NONE => self.groups[group as usize].first = slot,
            last => self.objects[last as usize].after = slot,
        }
        self.groups[group as usize].last = slot;
    }

    /// Takes an object out of its group, which goes if it becomes empty.
    fn leave(&mut self, slot: u32) {
        let Object { group, before, after } = self.objects[slot as usize];
        match before {
            NONE => self.groups[group as usize].first = after,
            before => self.objects[before as usize].after = after,
        }
        match after {
            NONE => self.groups[group as usize].last = before,
            after => self.objects[after as usize].before = before,
        }
        let Group { first, lower, higher, .. } = self.groups[group as usize];
        if first == NONE {
            self.link(lower, higher);
            if let Some(higher) = self.groups.get_mut(higher as usize) {
                higher.lower = lower;
            }
            self.free.push(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_used_least_often_goes_first_and_the_oldest_of_equals() {
        let mut store = Store::new(Policy::Lfu, Capacity::Objects(3));
        for key in [1, 2, 3] {
            store.put(key, 1, ());
        }
        for key in [2, 1, 1] {
            assert!(store.get(key).is_some());
        }
        store.put(4, 1, ());
        store.put(5, 1, ());
        let there = [1, 2, 3, 4, 5].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, true, false, false, true]);
        // 5 has been found once and so has 2, which came to it earlier.
        store.get(5);
        store.put(6, 1, ());
        let there = [1, 2, 5, 6].map(|key| store.get(key).is_some());
        assert_eq!(there, [true, false, true, true]);
    }

    #[test]
    fn counts_are_forgotten_when_an_object_goes() {
        let mut store = Store::new(Policy::Lfu, Capacity::Objects(1));
        store.put(1, 1, ());
        (0..5).for_each(|_| assert!(store.get(1).is_some()));
        store.put(2, 1, ());
        store.put(1, 1, ());
        store.put(3, 1, ());
        assert!(store.get(1).is_none() && store.get(3).is_some());
    }
}
