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

/// Four equal segments.
#[derive(Debug, Clone)]
pub(super) struct Slru(Segments<SEGMENTS>);

/// The objects of each segment by their last use, from the lowest segment on.
#[derive(Debug, Clone)]
pub(super) struct Segments<const N: usize> {
    lists: Lists<N>,
    objects: Vec<Object>,
    /// The weight in each segment, and the most of each.
    used: [u64; N],
    most: [u64; N],
}

#[derive(Debug, Clone, Copy)]
struct Object {
    weight: u64,
    segment: usize,
}

impl Evict for Slru {
    fn new(capacity: Capacity) -> Self {
        let most = (capacity.most() / SEGMENTS as u64).max(1);
        Self(Segments::of([most; SEGMENTS]))
    }

    fn admits(&self, weight: u64) -> bool {
        weight <= self.0.most[0]
    }

    fn on_found(&mut self, slot: u32) {
        self.0.on_found(slot);
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        self.0.on_stored(slot, entry.weight);
    }

    fn on_removed(&mut self, slot: u32) {
        self.0.leave(slot);
    }

    fn evict(&mut self) -> Option<u32> {
        self.0.evict()
    }
}

impl<const N: usize> Segments<N> {
    /// Segments that hold so much each, the lowest first.
    pub(super) fn of(most: [u64; N]) -> Self {
        Self { lists: Lists::default(), objects: Vec::new(), used: [0; N], most }
    }

    /// An object was found: it moves up, and others move down where their segment has no room.
    #[inline]
    pub(super) fn on_found(&mut self, slot: u32) {
        let Object { weight, segment } = self.objects[slot as usize];
        if segment + 1 == N {
            self.lists.touch(segment, slot);
            return;
        }
        self.leave(slot);
        self.join(segment + 1, slot);
        debug_assert!(weight <= self.most[segment + 1], "what is stored fits into a segment");
        // Whoever has to leave a segment leaves one below with less room.
        for above in (1..=segment + 1).rev() {
            while self.used[above] > self.most[above] {
                let Some(down) = self.lists.first_of(above) else { break };
                self.leave(down);
                self.join(above - 1, down);
            }
        }
    }

    /// An object of so much weight was stored.
    #[inline]
    pub(super) fn on_stored(&mut self, slot: u32, weight: u64) {
        set(&mut self.objects, slot, Object { weight, segment: 0 });
        // Until the cache is full, the lowest segment with room takes what is new.
        let fits = |segment: &usize| self.used[*segment] + weight <= self.most[*segment];
        self.join((0..N).find(fits).unwrap_or(0), slot);
    }

    /// Takes out the object that goes next.
    pub(super) fn evict(&mut self) -> Option<u32> {
        let slot = self.next()?;
        self.leave(slot);
        Some(slot)
    }

    /// Whether the lowest segment holds more than its share.
    pub(super) const fn is_over(&self) -> bool {
        self.used[0] > self.most[0]
    }

    /// The object that goes next.
    pub(super) fn next(&self) -> Option<u32> {
        (0..N).find_map(|segment| self.lists.first_of(segment))
    }

    fn join(&mut self, segment: usize, slot: u32) {
        let object = &mut self.objects[slot as usize];
        object.segment = segment;
        self.used[segment] += object.weight;
        self.lists.push_to(segment, slot);
    }

    /// Takes an object out.
    #[inline]
    pub(super) fn leave(&mut self, slot: u32) {
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
