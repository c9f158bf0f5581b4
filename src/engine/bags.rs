//! Bags of events in no order: lists of chunks that all come from one pool.
//!
//! A chunk that is emptied is the next to be filled, so that it is still in the cache, and once
//! there are as many as a run needs nothing is allocated. What links chunks stands apart from them,
//! and how full a bag is stands with whoever has it: to put an event into a bag its chunk, which
//! the cache may have forgotten, is written to and not read.

use crate::slab::make_room;

/// Events in a chunk, which fill two lines of the cache.
const CHUNK: usize = 8;
/// Stands where there is no chunk.
const NONE: u32 = u32::MAX;

/// One bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bag {
    /// The place of its first chunk, the only one that can have room.
    first: u32,
    len: u32,
}

impl Bag {
    /// A bag without events.
    pub(super) const EMPTY: Self = Self { first: NONE, len: 0 };

    /// Whether the bag has no events.
    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// How many events the bag has.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.len as usize
    }
}

/// The chunks of all bags.
#[derive(Debug)]
pub(super) struct Bags {
    chunks: Vec<[u128; CHUNK]>,
    /// The chunk that follows each, in its bag or among the free ones.
    next: Vec<u32>,
    /// The first of those that belong to no bag.
    free: u32,
}

impl Default for Bags {
    fn default() -> Self {
        Self { chunks: Vec::new(), next: Vec::new(), free: NONE }
    }
}

impl Bags {
    /// Puts an event into `bag`.
    #[inline]
    pub(super) fn push(&mut self, bag: &mut Bag, event: u128) {
        let place = bag.len() % CHUNK;
        if place == 0 {
            bag.first = self.chunk_before(bag.first);
        }
        self.chunks[bag.first as usize][place] = event;
        bag.len += 1;
    }

    /// Takes a free chunk, which `next` is to follow.
    fn chunk_before(&mut self, next: u32) -> u32 {
        if self.free == NONE {
            self.grow();
        }
        let at = self.free;
        self.free = std::mem::replace(&mut self.next[at as usize], next);
        at
    }

    /// Calls `each` with every event of `bag`, which keeps them.
    #[inline]
    pub(super) fn for_each(&self, bag: Bag, mut each: impl FnMut(u128)) {
        let (mut at, mut left) = (bag.first, bag.len());
        while left > 0 {
            let events = &self.chunks[at as usize][..in_first(left)];
            events.iter().for_each(|event| each(*event));
            left -= events.len();
            at = self.next[at as usize];
        }
    }

    /// Calls `each` with every event of `bag` and frees its chunks, each as soon as it is read, so
    /// that `each` can fill it again.
    #[inline]
    pub(super) fn drain(&mut self, bag: Bag, mut each: impl FnMut(&mut Self, &[u128])) {
        let (mut at, mut left) = (bag.first, bag.len());
        while left > 0 {
            let (events, len) = (self.chunks[at as usize], in_first(left));
            left -= len;
            let next = std::mem::replace(&mut self.next[at as usize], self.free);
            self.free = at;
            at = next;
            each(self, &events[..len]);
        }
    }

    /// Forgets all bags, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.next.clear();
        self.free = NONE;
    }

    /// Adds a free chunk.
    #[cold]
    fn grow(&mut self) {
        make_room(&mut self.chunks);
        make_room(&mut self.next);
        let at = u32::try_from(self.chunks.len()).unwrap_or(NONE);
        assert!(at != NONE, "more events are pending than can be numbered");
        self.chunks.push([0; CHUNK]);
        self.next.push(NONE);
        self.free = at;
    }
}

/// How many of the `left` events, of which there are some, stand in the first of their chunks: all
/// others are full.
#[inline]
const fn in_first(left: usize) -> usize {
    (left - 1) % CHUNK + 1
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
