//! Segmented LRU: four equal segments; a hit moves an object up, and who has to leave a segment
//! goes down into the next.
//!
//! What was asked for once cannot push out what was asked for again. Karedla, Love and Wherry,
//! "Caching strategies to improve disk system performance", IEEE Computer 1994, with two segments;
//! with four: Huang et al., "An analysis of Facebook photo caching", SOSP 2013. The lowest segment
//! has what the others leave; an object larger than a segment is not stored.

use super::Capacity;
use super::list::{Lists, set};
use super::verbs::{Entry, Evict};

const SEGMENTS: usize = 4;

/// The objects of each segment by their last use.
#[derive(Debug, Clone)]
pub(super) struct Slru {
    lists: Lists<SEGMENTS>,
    objects: Vec<Object>,
    /// The weight in each segment, and the most of one.
    used: [u64; SEGMENTS],
    most: u64,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    weight: u64,
    segment: usize,
}

impl Evict for Slru {
    fn new(capacity: Capacity) -> Self {
        Self::of(capacity.most())
    }

    fn admits(&self, weight: u64) -> bool {
        weight <= self.most
    }

    fn on_found(&mut self, slot: u32) {
        let Object { weight, segment } = self.objects[slot as usize];
        if segment + 1 == SEGMENTS {
            self.lists.touch(segment, slot);
            return;
        }
        self.leave(slot);
        self.join(segment + 1, slot);
        debug_assert!(weight <= self.most, "what is stored fits into a segment");
        // Whoever has to leave a segment leaves one below with less room.
        for above in (1..=segment + 1).rev() {
            while self.used[above] > self.most {
                let Some(down) = self.lists.first_of(above) else { break };
                self.leave(down);
                self.join(above - 1, down);
            }
        }
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        let object = Object { weight: entry.weight, segment: 0 };
        set(&mut self.objects, slot, object);
        // Until the cache is full, the lowest segment with room takes what is new.
        let fits = |segment: &usize| self.used[*segment] + entry.weight <= self.most;
        self.join((0..SEGMENTS).find(fits).unwrap_or(0), slot);
    }

    fn on_removed(&mut self, slot: u32) {
        self.leave(slot);
    }

    fn evict(&mut self) -> Option<u32> {
        let slot = self.next()?;
        self.leave(slot);
        Some(slot)
    }
}

impl Slru {
    /// Segments that hold so much together.
    pub(super) fn of(most: u64) -> Self {
        Self {
            lists: Lists::default(),
            objects: Vec::new(),
            used: [0; SEGMENTS],
            most: (most / SEGMENTS as u64).max(1),
        }
    }

    /// The object that goes next.
    pub(super) fn next(&self) -> Option<u32> {
        (0..SEGMENTS).find_map(|segment| self.lists.first_of(segment))
    }

    fn join(&mut self, segment: usize, slot: u32) {
        let object = &mut self.objects[slot as usize];
        object.segment = segment;
        self.used[segment] += object.weight;
        self.lists.push_to(segment, slot);
    }

    fn leave(&mut self, slot: u32) {
        let Object { weight, segment } = self.objects[slot as usize];
        self.used[segment] -= weight;
        self.lists.remove_from(segment, slot);
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_asked_for_again_is_safe_from_what_is_new() {
        let mut store = Store::new(Policy::Slru, Capacity::Objects(8));
        for key in 1..=8 {
            store.put(key, 1, ());
        }
        for key in [1, 2] {
            assert!(store.get(key).is_some());
        }
        for key in 100..200 {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some() && store.get(2).is_some());
        assert!(store.get(199).is_some() && store.get(197).is_none());
    }

    #[test]
    fn an_object_larger_than_a_segment_is_not_stored() {
        let mut store = Store::new(Policy::Slru, Capacity::Bytes(100));
        assert!(store.put(1, 25, ()) && !store.put(2, 26, ()));
    }
}
