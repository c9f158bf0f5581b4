//! W-TinyLFU: a small window of what is new, and a large main part into which only comes what was
//! asked for more often than who would have to leave it.
//!
//! The window is an LRU list of a hundredth of the capacity. The main part is a segmented LRU, a
//! fifth on probation and four fifths protected. A sketch tells how often a key was asked for
//! lately. Einziger, Eytan, Friedman and Manes, "Adaptive software cache management", Middleware
//! 2018. An object larger than the window is not stored; a window of objects holds one at least.
//!
//! What is counted differs. Here it is as in libCacheSim: what is stored, found in the main part or
//! about to leave the window counts, and counts grow old with what is found in the main part, so
//! that they hardly do where little is. [`w_tiny_lfu_by_requests`](super::w_tiny_lfu_by_requests)
//! counts as the paper does.
//!
//! Each segment keeps to its share: where a hit sends back to probation more than fits there, what
//! is last on probation leaves without being compared. Otherwise large objects that come back
//! would take the place of small ones that were never asked about.

use super::Capacity;
use super::list::{List, set};
use super::sketch::{Ageing, Sketch};
use super::slru::Segments;
use super::verbs::{Entry, Evict};

/// Objects that the sketch of a cache of bytes is made for at first, and how many for each that is
/// there: small ones, of which more would fit, come and go.
const FIRST: u64 = 64;
const SPARE: u64 = 4;

/// A hundredth of the capacity is the window, and a fifth of the rest is on probation.
const WINDOW_SHARE: u64 = 100;
const PROBATION_SHARE: u64 = 5;

/// After 32 hits of the main part for each of its objects the counts are halved.
const BY_HITS: Ageing = Ageing { sample: 32, highest: u16::MAX, keeps_half: false };
/// The paper's sample and counters of four bits.
const BY_REQUESTS: Ageing = Ageing { sample: 10, highest: 15, keeps_half: true };

/// Counts as libCacheSim does.
pub(super) type WTinyLfu = Windowed<false>;

/// The window, the main part and the sketch, which counts each request, found or not, or what
/// libCacheSim counts.
#[derive(Debug, Clone)]
pub(super) struct Windowed<const EACH_REQUEST: bool> {
    window: List,
    main: Segments<2>,
    sketch: Sketch,
    objects: Vec<Object>,
    count: u64,
    is_by_bytes: bool,
    /// The most of the window, and the weight and the most of the main part.
    most_window: u64,
    used_main: u64,
    most_main: u64,
    /// Whether a hit may have sent back more than fits on probation.
    is_sent_back: bool,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    entry: Entry,
    is_main: bool,
}

impl<const EACH_REQUEST: bool> Evict for Windowed<EACH_REQUEST> {
    fn new(capacity: Capacity) -> Self {
        let most = capacity.most();
        let most_window = (most / WINDOW_SHARE).max(1);
        let most_main = most - most_window.min(most);
        let (objects, ageing) =
            if EACH_REQUEST { (most, BY_REQUESTS) } else { (most_main, BY_HITS) };
        let objects = match capacity {
            Capacity::Objects(_) => objects.max(1),
            // It grows with the objects that are there.
            Capacity::Bytes(_) => FIRST,
        };
        Self {
            window: List::default(),
            main: Segments::of(shares(most_main).map(|most| most.max(1))),
            sketch: Sketch::new(objects, ageing),
            objects: Vec::new(),
            count: 0,
            is_by_bytes: matches!(capacity, Capacity::Bytes(_)),
            most_window,
            used_main: 0,
            most_main,
            is_sent_back: false,
        }
    }

    fn admits(&self, weight: u64) -> bool {
        weight <= self.most_window
    }

    fn on_found(&mut self, slot: u32) {
        let Object { entry, is_main } = self.objects[slot as usize];
        if is_main || EACH_REQUEST {
            self.sketch.count(entry.key, 1);
        }
        if is_main {
            self.main.on_found(slot);
            self.is_sent_back |= self.main.is_over();
        } else {
            self.window.touch(0, slot);
        }
    }

    fn on_missed(&mut self, key: u64) {
        if EACH_REQUEST {
            self.sketch.count(key, 1);
        }
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        self.count += 1;
        if self.is_by_bytes {
            self.sketch.fit(SPARE * self.count);
        }
        self.count_besides(entry);
        set(&mut self.objects, slot, Object { entry, is_main: false });
        self.window.push(slot);
    }

    fn on_removed(&mut self, slot: u32) {
        self.count -= 1;
        let Object { entry, is_main } = self.objects[slot as usize];
        if is_main {
            self.used_main -= entry.weight;
            self.main.leave(slot);
        } else {
            self.window.remove(slot);
        }
    }

    fn evict(&mut self) -> Option<u32> {
        self.is_sent_back &= self.main.is_over();
        if self.is_sent_back {
            return self.evict_main();
        }
        loop {
            let Some(new) = self.window.first() else {
                return self.evict_main();
            };
            let entry = self.objects[new as usize].entry;
            if self.used_main + entry.weight <= self.most_main {
                self.promote(new);
                self.count_besides(entry);
                continue;
            }
            self.count -= 1;
            let Some(old) = self.main.next() else {
                self.window.remove(new);
                return Some(new);
            };
            let rival = self.objects[old as usize].entry;
            let is_rarer = self.sketch.estimate(entry.key) <= self.sketch.estimate(rival.key);
            self.count_besides(entry);
            if is_rarer {
                self.window.remove(new);
                return Some(new);
            }
            self.main.leave(old);
            self.used_main -= rival.weight;
            self.promote(new);
            return Some(old);
        }
    }
}

/// How much is on probation and how much protected of a main part of this size. What is left by
/// rounding belongs to neither.
const fn shares(most: u64) -> [u64; 2] {
    let (fifth, rest) = (most / PROBATION_SHARE, most % PROBATION_SHARE);
    let protected = PROBATION_SHARE - 1;
    [fifth, protected * fifth + protected * rest / PROBATION_SHARE]
}

impl<const EACH_REQUEST: bool> Windowed<EACH_REQUEST> {
    /// Counts what is no request of its own, where requests are not all that counts.
    fn count_besides(&mut self, entry: Entry) {
        if !EACH_REQUEST {
            self.sketch.count(entry.key, 0);
        }
    }

    /// Takes what is last out of the main part.
    fn evict_main(&mut self) -> Option<u32> {
        let slot = self.main.evict()?;
        self.used_main -= self.objects[slot as usize].entry.weight;
        self.count -= 1;
        Some(slot)
    }

    /// Moves an object from the window into the main part.
    fn promote(&mut self, slot: u32) {
        self.window.remove(slot);
        let object = &mut self.objects[slot as usize];
        object.is_main = true;
        self.used_main += object.entry.weight;
        self.main.on_stored(slot, object.entry.weight);
    }
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_is_asked_for_often_is_not_pushed_out_by_what_comes_once() {
        let mut store = Store::new(Policy::WTinyLfu, Capacity::Objects(100));
        let ask = |store: &mut Store<()>, key| {
            if store.get(key).is_none() {
                store.put(key, 1, ());
            }
        };
        // Only what is found in the main part is counted, which fills when the cache is full.
        (0..90).chain(500..520).for_each(|key| ask(&mut store, key));
        for _ in 0..5 {
            (0..90).for_each(|key| ask(&mut store, key));
        }
        (1_000..2_000).for_each(|key| ask(&mut store, key));
        let kept = (0..90).filter(|key| store.get(*key).is_some()).count();
        assert!(kept >= 85, "{kept}");
    }

    #[test]
    fn a_fifth_is_on_probation_and_the_rest_protected() {
        assert_eq!(super::shares(99), [19, 79]);
        assert_eq!(super::shares(9_900), [1_980, 7_920]);
        let most = u64::MAX;
        assert_eq!(super::shares(most), [most / 5, most / 5 * 4]);
    }

    #[test]
    fn a_cache_of_one_object_keeps_the_latest() {
        let mut store = Store::new(Policy::WTinyLfu, Capacity::Objects(1));
        assert!(store.put(1, 1, ()) && store.put(2, 1, ()));
        assert!(store.get(1).is_none() && store.get(2).is_some());
    }
}
