//! Bags of events in no order: lists of chunks that all come from one pool.
//!
//! A chunk that is emptied is the next to be filled, so that it is still in the cache, and once
//! there are as many as a run needs nothing is allocated.

use crate::slab::make_room;

/// Events in a chunk: with its length and its link it fills two lines of the cache.
const CHUNK: usize = 7;
/// Stands where there is no chunk.
const NONE: u32 = u32::MAX;

/// One bag: the place of its first chunk, the only one that can have room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bag(u32);

impl Bag {
    /// A bag without events.
    pub(super) const EMPTY: Self = Self(NONE);

    /// Whether the bag has no events.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

#[derive(Debug, Clone, Copy)]
struct Chunk {
    events: [u128; CHUNK],
    len: u32,
    next: u32,
}

/// The chunks of all bags.
#[derive(Debug)]
pub(super) struct Bags {
    chunks: Vec<Chunk>,
    /// The first of those that belong to no bag.
    free: u32,
}

impl Default for Bags {
    fn default() -> Self {
        Self { chunks: Vec::new(), free: NONE }
    }
}

impl Bags {
    /// Puts an event into `bag`.
    #[inline]
    pub(super) fn push(&mut self, bag: &mut Bag, event: u128) {
        if let Some(chunk) = self.chunks.get_mut(bag.0 as usize)
            && let Some(place) = chunk.events.get_mut(chunk.len as usize)
        {
            *place = event;
            chunk.len += 1;
            return;
        }
        if self.free == NONE {
            self.grow();
        }
        let at = self.free;
        let chunk = &mut self.chunks[at as usize];
        self.free = chunk.next;
        chunk.events[0] = event;
        (chunk.len, chunk.next) = (1, bag.0);
        *bag = Bag(at);
    }

    /// Calls `each` with every event of `bag`, which keeps them.
    #[inline]
    pub(super) fn for_each(&self, bag: Bag, mut each: impl FnMut(u128)) {
        let mut at = bag.0;
        while let Some(chunk) = self.chunks.get(at as usize) {
            chunk.events[..chunk.len as usize].iter().for_each(|event| each(*event));
            at = chunk.next;
        }
    }

    /// Calls `each` with every event of `bag` and frees its chunks, each as soon as it is read, so
    /// that `each` can fill it again.
    #[inline]
    pub(super) fn drain(&mut self, bag: Bag, mut each: impl FnMut(&mut Self, &[u128])) {
        let mut at = bag.0;
        while let Some(chunk) = self.chunks.get_mut(at as usize) {
            let (events, len) = (chunk.events, chunk.len as usize);
            let next = std::mem::replace(&mut chunk.next, self.free);
            self.free = at;
            at = next;
            each(self, &events[..len]);
        }
    }

    /// Forgets all bags, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.free = NONE;
    }

    /// Adds a free chunk.
    #[cold]
    fn grow(&mut self) {
        make_room(&mut self.chunks);
        let at = u32::try_from(self.chunks.len()).unwrap_or(NONE);
        assert!(at != NONE, "more events are pending than can be numbered");
        self.chunks.push(Chunk { events: [0; CHUNK], len: 0, next: NONE });
        self.free = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(bags: &Bags, bag: Bag) -> Vec<u128> {
        let mut found = Vec::new();
        bags.for_each(bag, |event| found.push(event));
        found.sort_unstable();
        found
    }

    #[test]
    fn bags_keep_their_events_apart() {
        let (mut bags, mut two) = (Bags::default(), [Bag::EMPTY; 2]);
        for event in 0..100 {
            bags.push(&mut two[event as usize % 2], event);
        }
        assert_eq!(events(&bags, two[0]), (0..100).step_by(2).collect::<Vec<_>>());
        assert_eq!(events(&bags, two[1]), (1..100).step_by(2).collect::<Vec<_>>());
        assert!(Bag::EMPTY.is_empty() && !two[0].is_empty());
    }

    #[test]
    fn what_is_forgotten_leaves_its_memory() {
        let mut bags = Bags::default();
        let mut fill = || {
            let mut bag = Bag::EMPTY;
            (0..100).for_each(|event| bags.push(&mut bag, event));
            let chunks = bags.chunks.len();
            bags.clear();
            chunks
        };
        assert_eq!(fill(), fill());
    }

    #[test]
    fn what_is_drained_into_another_bag_needs_no_more_memory() {
        let (mut bags, mut bag) = (Bags::default(), Bag::EMPTY);
        for event in 0..100 {
            bags.push(&mut bag, event);
        }
        let chunks = bags.chunks.len();
        for _ in 0..10 {
            let mut other = Bag::EMPTY;
            bags.drain(bag, |bags, events| {
                events.iter().for_each(|event| bags.push(&mut other, *event));
            });
            assert_eq!(events(&bags, other), (0..100).collect::<Vec<_>>());
            bag = other;
        }
        assert!(bags.chunks.len() <= chunks + 1);
    }
}
