//! The store of a cache: objects by key, as many as fit.

use super::table::Table;
use super::verbs::Entry;
use super::{Capacity, Order, Policy};
use crate::rng::mix;

/// Objects by key up to a capacity; what is kept of each is a `T`.
#[derive(Debug, Clone)]
pub struct Store<T> {
    capacity: Capacity,
    /// Bytes or objects, as the capacity counts.
    used: u64,
    slots: Table,
    objects: Vec<Object<T>>,
    free: Vec<u32>,
    order: Order,
}

#[derive(Debug, Clone, Copy)]
struct Object<T> {
    key: u64,
    weight: u64,
    what: T,
}

impl<T> Store<T> {
    /// An empty store.
    #[must_use]
    pub fn new(policy: Policy, capacity: Capacity) -> Self {
        Self {
            capacity,
            used: 0,
            slots: Table::default(),
            objects: Vec::new(),
            free: Vec::new(),
            order: Order::new(policy, capacity),
        }
    }

    /// The same, whose policy draws at random from elsewhere than that of another store. Meant for
    /// an empty one.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.order.seed(seed);
        self
    }

    /// How many objects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len() - self.free.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Asks for an object, which the policy takes note of.
    #[inline]
    pub fn get(&mut self, key: u64) -> Option<&T> {
        let Some(slot) = self.slot(key, mix(key)) else {
            self.order.on_missed(key);
            return None;
        };
        self.order.on_found(slot);
        Some(&self.objects[slot as usize].what)
    }

    /// What is kept of an object, without asking for it: the policy learns nothing.
    #[inline]
    pub fn peek_mut(&mut self, key: u64) -> Option<&mut T> {
        let slot = self.slot(key, mix(key))?;
        Some(&mut self.objects[slot as usize].what)
    }

    /// Takes an object away, if it is there.
    pub fn remove(&mut self, key: u64) {
        if let Some(slot) = self.slot(key, mix(key)) {
            self.order.on_removed(slot);
            self.clear(slot);
        }
    }

    /// Stores an object of so many bytes, in the place of an earlier one of its key; others have
    /// to go until it fits. Returns whether it was stored: one that is larger than the whole
    /// store is not, nor one that is larger than the part of it for which its policy takes it.
    #[inline]
    pub fn put(&mut self, key: u64, bytes: u64, what: T) -> bool {
        let (hash, weight) = (mix(key), self.capacity.weight(bytes));
        if let Some(slot) = self.slot(key, hash) {
            self.order.on_removed(slot);
            self.clear(slot);
        }
        let (entry, most) = (Entry { key, weight }, self.capacity.most());
        if weight > most || !self.order.admits(weight) {
            return false;
        }
        self.order.on_wanted(entry);
        while self.used + weight > most {
            let Some(slot) = self.order.evict() else { break };
            self.clear(slot);
        }
        let object = Object { key, weight, what };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.objects[slot as usize] = object;
                slot
            }
            None => {
                self.objects.push(object);
                u32::try_from(self.objects.len() - 1).expect("fewer than 2^31 objects")
            }
        };
        self.used += weight;
        self.slots.insert(hash, slot);
        self.order.on_stored(slot, entry);
        true
    }

    #[inline]
    fn slot(&self, key: u64, hash: u64) -> Option<u32> {
        self.slots.find(hash, |slot| self.objects[slot as usize].key == key)
    }

    /// Gives a slot free that the policy does not know any more.
    #[inline]
    fn clear(&mut self, slot: u32) {
        let Object { key, weight, .. } = &self.objects[slot as usize];
        self.used -= weight;
        self.slots.remove(mix(*key), slot);
        self.free.push(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_the_store_is_not_stored_and_pushes_nothing_out() {
        let mut store = Store::new(Policy::Lru, Capacity::Bytes(100));
        assert!(store.put(1, 60, 'a') && store.put(2, 40, 'b'));
        assert!(!store.put(3, 101, 'c'));
        assert_eq!([1, 2, 3].map(|key| store.get(key).copied()), [Some('a'), Some('b'), None]);
    }

    #[test]
    fn as_many_go_as_the_new_one_needs() {
        let mut store = Store::new(Policy::Lru, Capacity::Bytes(100));
        (1..=4).for_each(|key| assert!(store.put(key, 25, key)));
        store.get(1);
        assert!(store.put(9, 50, 9));
        let there: Vec<u64> = (1..=9).filter(|key| store.get(*key).is_some()).collect();
        assert_eq!(there, [1, 4, 9]);
        assert_eq!((store.len(), store.used), (3, 100));
    }

    #[test]
    fn a_newer_object_of_a_key_takes_the_place_of_the_older() {
        let mut store = Store::new(Policy::Fifo, Capacity::Bytes(100));
        assert!(store.put(1, 60, 'a') && store.put(2, 30, 'b') && store.put(1, 70, 'c'));
        assert_eq!([1, 2].map(|key| store.get(key).copied()), [Some('c'), Some('b')]);
        assert!(!store.put(1, 200, 'd'), "the older one is outdated all the same");
        assert!(store.get(1).is_none() && !store.is_empty());
    }

    #[test]
    fn a_full_store_takes_no_more_memory() {
        for policy in Policy::ALL {
            let mut store = Store::new(*policy, Capacity::Objects(100));
            (0..10_000).for_each(|key| assert!(store.put(key, 1_000, ())));
            assert_eq!((store.len(), store.free.len()), (100, 0), "{policy:?}");
        }
    }
}
