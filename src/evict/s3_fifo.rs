//! S3-FIFO: a small queue that what is asked for once leaves quickly, and a main queue.
//!
//! A tenth of the capacity is a FIFO for what is new; who was found twice in it moves to the main
//! queue at its end, who was not goes and is remembered, up to nine tenths of the capacity. What is
//! asked for while it is remembered goes into the main queue at once, a CLOCK with two bits. Yang,
//! Zhang, Qiu, Yue and Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023. An
//! object as large as the small queue is not stored, as in the authors' libCacheSim.

use super::Capacity;
use super::ghost::Ghost;
use super::list::{Lists, set};
use super::verbs::{Entry, Evict};

const SMALL: usize = 0;
const MAIN: usize = 1;

/// So often an object is found in the small queue before it may move.
const HITS_TO_MOVE: u32 = 2;

/// The highest count that the main queue looks at.
const HIGHEST: u32 = 3;

/// The two queues, and what left the small one.
#[derive(Debug, Clone)]
pub(super) struct S3Fifo {
    lists: Lists<2>,
    objects: Vec<Object>,
    gone: Ghost,
    used: [u64; 2],
    most: [u64; 2],
    is_remembered: bool,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    entry: Entry,
    list: usize,
    hits: u32,
}

impl Evict for S3Fifo {
    fn new(capacity: Capacity) -> Self {
        let most = capacity.most();
        let small = (most / 10).max(1);
        Self {
            lists: Lists::default(),
            objects: Vec::new(),
            gone: Ghost::new(most / 10 * 9 + most % 10 * 9 / 10),
            used: [0; 2],
            most: [small, most - small.min(most)],
            is_remembered: false,
        }
    }

    fn admits(&self, weight: u64) -> bool {
        // The small queue of a tiny cache has room for one, which no weight may fill otherwise. The
        // paper, which counts objects, says nothing of sizes.
        weight < self.most[SMALL] || self.most[SMALL] == 1
    }

    fn on_found(&mut self, slot: u32) {
        self.objects[slot as usize].hits += 1;
    }

    fn on_wanted(&mut self, entry: Entry) {
        self.is_remembered = self.gone.forget(entry.key);
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        let list = if self.is_remembered { MAIN } else { SMALL };
        set(&mut self.objects, slot, Object { entry, list, hits: 0 });
        self.join(list, slot);
    }

    fn on_removed(&mut self, slot: u32) {
        let Object { entry, list, .. } = self.objects[slot as usize];
        self.used[list] -= entry.weight;
        self.lists.remove_from(list, slot);
    }

    fn evict(&mut self) -> Option<u32> {
        loop {
            let is_main = self.used[MAIN] > self.most[MAIN] || self.used[SMALL] == 0;
            let slot = if is_main { self.leave_main() } else { self.leave_small() };
            if slot.is_some() || (self.used[MAIN] == 0 && self.used[SMALL] == 0) {
                return slot;
            }
        }
    }
}

impl S3Fifo {
    /// Takes the first object out of the small queue that was not found often enough to move;
    /// none if all of them moved.
    fn leave_small(&mut self) -> Option<u32> {
        while let Some(slot) = self.lists.pop_from(SMALL) {
            let Object { entry, hits, .. } = self.objects[slot as usize];
            self.used[SMALL] -= entry.weight;
            if hits < HITS_TO_MOVE {
                self.gone.remember(entry);
                return Some(slot);
            }
            self.objects[slot as usize].hits = 0;
            self.join(MAIN, slot);
        }
        None
    }

    /// Takes the first object out of the main queue that was not found since it was spared.
    fn leave_main(&mut self) -> Option<u32> {
        while let Some(slot) = self.lists.pop_from(MAIN) {
            let object = &mut self.objects[slot as usize];
            self.used[MAIN] -= object.entry.weight;
            if object.hits == 0 {
                return Some(slot);
            }
            object.hits = object.hits.min(HIGHEST) - 1;
            self.join(MAIN, slot);
        }
        None
    }

    fn join(&mut self, list: usize, slot: u32) {
        let object = &mut self.objects[slot as usize];
        object.list = list;
        self.used[list] += object.entry.weight;
        self.lists.push_to(list, slot);
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_is_found_twice_or_comes_back_outlives_what_comes_once() {
        let mut store = Store::new(Policy::S3Fifo, Capacity::Objects(20));
        for key in 1..=20 {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some() && store.get(1).is_some());
        store.put(21, 1, ());
        assert!(store.get(2).is_none());
        store.put(2, 1, ());
        for key in 100..140 {
            store.put(key, 1, ());
        }
        assert!(store.get(1).is_some() && store.get(2).is_some());
        assert!(store.get(105).is_none());
    }

    #[test]
    fn a_cache_of_a_few_objects_works() {
        for most in 1..5 {
            let mut store = Store::new(Policy::S3Fifo, Capacity::Objects(most));
            for key in 0..50 {
                assert!(store.put(key % 7, 1, ()));
                assert!(store.get(key % 7).is_some());
                assert!(store.len() as u64 <= most);
            }
        }
    }

    #[test]
    fn an_object_as_large_as_the_small_queue_passes_and_a_smaller_one_is_stored() {
        let mut store = Store::new(Policy::S3Fifo, Capacity::Bytes(5_000));
        assert!(!store.put(1, 500, ()) && store.put(2, 499, ()));
    }
}
