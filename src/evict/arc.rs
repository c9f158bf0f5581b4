//! ARC: two LRU lists, of what was asked for once and of what was asked for again; which one may
//! be how large is learnt from what comes back.
//!
//! The keys of what left each list are remembered. One that comes back from the first list says
//! that it was too short, one from the second that that was. Megiddo and Modha, "ARC: a
//! self-tuning, low overhead replacement cache", FAST 2003; sizes instead of pages, and the lists
//! are bounded by weight.

use std::cmp::Ordering;

use super::Capacity;
use super::ghost::Ghost;
use super::list::{Lists, set};
use super::verbs::{Entry, Evict};

const ONCE: usize = 0;
const AGAIN: usize = 1;

/// The two lists, and what left them.
#[derive(Debug, Clone)]
pub(super) struct Arc {
    lists: Lists<2>,
    objects: Vec<(Entry, usize)>,
    used: [u64; 2],
    gone: [Ghost; 2],
    /// How large the list of what was asked for once shall be.
    target: f64,
    most: u64,
    /// What room is made for, and where it was remembered.
    wanted: Entry,
    came_from: Option<usize>,
}

impl Evict for Arc {
    fn new(capacity: Capacity) -> Self {
        let most = capacity.most();
        Self {
            lists: Lists::default(),
            objects: Vec::new(),
            used: [0; 2],
            // They are shortened by the rules of the paper.
            gone: [Ghost::new(u64::MAX), Ghost::new(u64::MAX)],
            target: 0.0,
            most,
            wanted: Entry { key: 0, weight: 0 },
            came_from: None,
        }
    }

    fn on_found(&mut self, slot: u32) {
        if self.objects[slot as usize].1 == AGAIN {
            self.lists.touch(AGAIN, slot);
        } else {
            self.leave(slot);
            self.join(AGAIN, slot);
        }
    }

    fn on_wanted(&mut self, entry: Entry) {
        let left = [ONCE, AGAIN].map(|list| self.gone[list].used());
        self.came_from = [ONCE, AGAIN].into_iter().find(|list| self.gone[*list].forget(entry.key));
        self.wanted = entry;
        let step = |other: usize, own: usize| (float(left[other]) / float(left[own])).max(1.0);
        match self.came_from {
            Some(ONCE) => self.target = (self.target + step(AGAIN, ONCE)).min(float(self.most)),
            Some(_) => self.target = (self.target - step(ONCE, AGAIN)).max(0.0),
            None => {}
        }
    }

    fn on_stored(&mut self, slot: u32, entry: Entry) {
        let list = if self.came_from.is_some() { AGAIN } else { ONCE };
        set(&mut self.objects, slot, (entry, list));
        self.join(list, slot);
    }

    fn on_removed(&mut self, slot: u32) {
        self.leave(slot);
    }

    fn evict(&mut self) -> Option<u32> {
        if self.came_from.is_some() {
            return self.replace();
        }
        if self.used[ONCE] + self.gone[ONCE].used() + self.wanted.weight > self.most {
            if !self.gone[ONCE].forget_first()
                && let Some(slot) = self.lists.first_of(ONCE)
            {
                // Nothing is remembered of the first list, which is too long by itself.
                self.leave(slot);
                return Some(slot);
            }
        } else {
            let all =
                self.used.iter().sum::<u64>() + self.gone.iter().map(Ghost::used).sum::<u64>();
            if all >= 2 * self.most {
                self.gone[AGAIN].forget_first();
            }
        }
        self.replace()
    }
}

impl Arc {
    /// Takes the object out that was used least recently in the list that is too long.
    fn replace(&mut self) -> Option<u32> {
        let (once, again) = (self.lists.first_of(ONCE), self.lists.first_of(AGAIN));
        let is_longer = match float(self.used[ONCE]).total_cmp(&self.target) {
            Ordering::Greater => true,
            Ordering::Equal => self.came_from == Some(AGAIN),
            Ordering::Less => false,
        };
        let slot = if is_longer { once.or(again)? } else { again.or(once)? };
        self.leave(slot);
        let (entry, list) = self.objects[slot as usize];
        self.gone[list].remember(entry);
        Some(slot)
    }

    fn join(&mut self, list: usize, slot: u32) {
        let object = &mut self.objects[slot as usize];
        object.1 = list;
        self.used[list] += object.0.weight;
        self.lists.push_to(list, slot);
    }

    fn leave(&mut self, slot: u32) {
        let (entry, list) = self.objects[slot as usize];
        self.used[list] -= entry.weight;
        self.lists.remove_from(list, slot);
    }
}

#[allow(clippy::cast_precision_loss, reason = "a target is no exact number")]
const fn float(weight: u64) -> f64 {
    weight as f64
}

#[cfg(test)]
mod tests {
    use crate::evict::{Capacity, Policy, Store};

    #[test]
    fn what_was_asked_for_again_outlives_a_scan() {
        let mut store = Store::new(Policy::Arc, Capacity::Objects(10));
        for key in 1..=5 {
            store.put(key, 1, ());
            assert!(store.get(key).is_some());
        }
        for key in 100..200 {
            store.put(key, 1, ());
        }
        assert!((1..=5).all(|key| store.get(key).is_some()));
        assert_eq!(store.len(), 10);
    }
}
