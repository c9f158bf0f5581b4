//! Many small stores that share their memory: one a person, each with an LRU order of its own.
//!
//! A browser's cache is small, and there are as many of them as there are people. A shelf takes
//! some 50 bytes beside what stands on it, and nothing once its owner has gone, unless it is among
//! those that are remembered: of shelves that nobody uses, the one that was left longest ago goes
//! first.

use super::Capacity;
use super::table::Table;
use crate::rng::mix;

const NONE: u32 = u32::MAX;

/// Objects by owner and key, up to a capacity for each owner.
#[derive(Debug, Clone)]
pub struct Shelves<T> {
    capacity: Capacity,
    remembered: u32,
    by_owner: Table,
    by_key: Table,
    shelves: Vec<Shelf>,
    objects: Vec<Object<T>>,
    free_shelf: u32,
    free_object: u32,
    /// The shelves that nobody uses: the one that was left first, and the one left last.
    unused: [u32; 2],
    unused_count: u32,
}

/// What belongs to one owner.
#[derive(Debug, Clone, Copy)]
struct Shelf {
    owner: u64,
    /// Bytes or objects, as the capacity counts.
    taken: u64,
    /// What was used longest ago, and what was used last.
    ends: [u32; 2],
    /// How often its owner has come and not yet gone.
    users: u32,
    /// Its neighbours among those that nobody uses; the next one that is free.
    links: [u32; 2],
}

#[derive(Debug, Clone, Copy)]
struct Object<T> {
    key: u64,
    weight: u64,
    shelf: u32,
    /// What was used before it and after it; the next one that is free.
    links: [u32; 2],
    what: T,
}

impl<T: Copy> Shelves<T> {
    /// No shelves. Each holds `capacity`; `remembered` of those that nobody uses are kept.
    #[must_use]
    pub fn new(capacity: Capacity, remembered: u32) -> Self {
        Self {
            capacity,
            remembered,
            by_owner: Table::default(),
            by_key: Table::default(),
            shelves: Vec::new(),
            objects: Vec::new(),
            free_shelf: NONE,
            free_object: NONE,
            unused: [NONE; 2],
            unused_count: 0,
        }
    }

    /// Somebody comes: what was remembered is there, or there is an empty shelf.
    pub fn come(&mut self, owner: u64) {
        if let Some(at) = self.shelf(owner) {
            if self.shelves[at as usize].users == 0 {
                self.unlink_unused(at);
            }
            self.shelves[at as usize].users += 1;
            return;
        }
        let shelf = Shelf { owner, taken: 0, ends: [NONE; 2], users: 1, links: [NONE; 2] };
        let at = self.free_shelf;
        let at = if at == NONE {
            self.shelves.push(shelf);
            number(self.shelves.len() - 1)
        } else {
            self.free_shelf = self.shelves[at as usize].links[0];
            self.shelves[at as usize] = shelf;
            at
        };
        self.by_owner.insert(mix(owner), at);
    }

    /// Somebody who had come goes.
    pub fn go(&mut self, owner: u64) {
        let Some(at) = self.shelf(owner) else { return };
        let shelf = &mut self.shelves[at as usize];
        debug_assert!(shelf.users > 0, "who goes has come");
        shelf.users = shelf.users.saturating_sub(1);
        if shelf.users > 0 {
            return;
        }
        let last = std::mem::replace(&mut self.unused[1], at);
        self.shelves[at as usize].links = [last, NONE];
        match last {
            NONE => self.unused[0] = at,
            last => self.shelves[last as usize].links[1] = at,
        }
        self.unused_count += 1;
        if self.unused_count > self.remembered {
            self.forget(self.unused[0]);
        }
    }

    /// What somebody has of this key, which is used now.
    pub fn get(&mut self, owner: u64, key: u64) -> Option<&mut T> {
        let shelf = self.shelf(owner)?;
        let at = self.find(shelf, key)?;
        self.unlink(at);
        self.link(at);
        Some(&mut self.objects[at as usize].what)
    }

    /// The same, of which the order learns nothing.
    pub fn peek_mut(&mut self, owner: u64, key: u64) -> Option<&mut T> {
        let shelf = self.shelf(owner)?;
        let at = self.find(shelf, key)?;
        Some(&mut self.objects[at as usize].what)
    }

    /// Puts something of so many bytes on somebody's shelf, in the place of what was there of this
    /// key; others have to go until it fits. Returns whether it was stored: nothing is for somebody
    /// who has gone, nor what is larger than the shelf.
    pub fn put(&mut self, owner: u64, key: u64, bytes: u64, what: T) -> bool {
        let Some(shelf) = self.shelf(owner) else { return false };
        if let Some(at) = self.find(shelf, key) {
            self.clear(at);
        }
        let (weight, most) = (self.capacity.weight(bytes), self.capacity.most());
        if weight > most {
            return false;
        }
        while self.shelves[shelf as usize].taken + weight > most {
            self.clear(self.shelves[shelf as usize].ends[0]);
        }
        let object = Object { key, weight, shelf, links: [NONE; 2], what };
        let at = self.free_object;
        let at = if at == NONE {
            self.objects.push(object);
            number(self.objects.len() - 1)
        } else {
            self.free_object = self.objects[at as usize].links[0];
            self.objects[at as usize] = object;
            at
        };
        self.by_key.insert(hash_of(shelf, key), at);
        self.shelves[shelf as usize].taken += weight;
        self.link(at);
        true
    }

    /// Takes something away, if it is there.
    pub fn remove(&mut self, owner: u64, key: u64) {
        let found = self.shelf(owner).and_then(|shelf| self.find(shelf, key));
        if let Some(at) = found {
            self.clear(at);
        }
    }

    #[inline]
    fn shelf(&self, owner: u64) -> Option<u32> {
        self.by_owner.find(mix(owner), |at| self.shelves[at as usize].owner == owner)
    }

    #[inline]
    fn find(&self, shelf: u32, key: u64) -> Option<u32> {
        self.by_key.find(hash_of(shelf, key), |at| {
            let object = &self.objects[at as usize];
            object.key == key && object.shelf == shelf
        })
    }

    /// Puts an object behind those that were used before.
    fn link(&mut self, at: u32) {
        let shelf = &mut self.shelves[self.objects[at as usize].shelf as usize];
        let last = std::mem::replace(&mut shelf.ends[1], at);
        if last == NONE {
            shelf.ends[0] = at;
        } else {
            self.objects[last as usize].links[1] = at;
        }
        self.objects[at as usize].links = [last, NONE];
    }

    fn unlink(&mut self, at: u32) {
        let Object { links: [before, after], shelf, .. } = self.objects[at as usize];
        let shelf = &mut self.shelves[shelf as usize];
        match before {
            NONE => shelf.ends[0] = after,
            before => self.objects[before as usize].links[1] = after,
        }
        match after {
            NONE => shelf.ends[1] = before,
            after => self.objects[after as usize].links[0] = before,
        }
    }

    fn clear(&mut self, at: u32) {
        self.unlink(at);
        let Object { key, weight, shelf, .. } = self.objects[at as usize];
        self.by_key.remove(hash_of(shelf, key), at);
        self.shelves[shelf as usize].taken -= weight;
        self.objects[at as usize].links[0] = std::mem::replace(&mut self.free_object, at);
    }

    fn unlink_unused(&mut self, at: u32) {
        let [before, after] = self.shelves[at as usize].links;
        match before {
            NONE => self.unused[0] = after,
            before => self.shelves[before as usize].links[1] = after,
        }
        match after {
            NONE => self.unused[1] = before,
            after => self.shelves[after as usize].links[0] = before,
        }
        self.unused_count -= 1;
    }

    /// Forgets a shelf that nobody uses, with all that stands on it.
    fn forget(&mut self, at: u32) {
        self.unlink_unused(at);
        while self.shelves[at as usize].ends[0] != NONE {
            self.clear(self.shelves[at as usize].ends[0]);
        }
        let shelf = &mut self.shelves[at as usize];
        self.by_owner.remove(mix(shelf.owner), at);
        shelf.links[0] = std::mem::replace(&mut self.free_shelf, at);
    }
}

#[inline]
fn hash_of(shelf: u32, key: u64) -> u64 {
    mix(key ^ mix(u64::from(shelf)))
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^31 places")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evict::{Policy, Store};

    fn has(shelves: &mut Shelves<u64>, owner: u64, keys: &[u64]) -> Vec<bool> {
        keys.iter().map(|key| shelves.get(owner, *key).is_some()).collect()
    }

    #[test]
    fn each_owner_has_a_capacity_and_an_order_of_their_own() {
        let mut shelves = Shelves::new(Capacity::Bytes(100), 0);
        shelves.come(1);
        shelves.come(2);
        assert!(shelves.put(1, 7, 60, 0) && shelves.put(2, 7, 60, 0) && shelves.put(1, 8, 40, 0));
        assert_eq!(has(&mut shelves, 1, &[8, 7]), [true, true]);
        assert!(shelves.put(1, 9, 40, 0), "what was used longest ago goes");
        assert_eq!(has(&mut shelves, 1, &[7, 8, 9]), [true, false, true]);
        assert_eq!(has(&mut shelves, 2, &[7, 8, 9]), [true, false, false]);
        assert!(!shelves.put(2, 9, 101, 0) && !shelves.put(3, 7, 1, 0));
        shelves.remove(2, 7);
        assert_eq!(has(&mut shelves, 2, &[7]), [false]);
    }

    #[test]
    fn what_is_left_is_remembered_for_some_and_the_longest_gone_go_first() {
        let mut shelves = Shelves::new(Capacity::Objects(2), 2);
        for owner in 0..4 {
            shelves.come(owner);
            assert!(shelves.put(owner, 5, 1, owner));
        }
        [1, 0, 2].iter().for_each(|owner| shelves.go(*owner));
        let known: Vec<u64> = (0..4).filter(|owner| shelves.get(*owner, 5).is_some()).collect();
        assert_eq!(known, [0, 2, 3]);
        shelves.come(0);
        shelves.go(3);
        assert_eq!(has(&mut shelves, 0, &[5]), [true], "who has come again is not among the gone");
        shelves.come(1);
        assert_eq!(has(&mut shelves, 1, &[5]), [false]);
    }

    #[test]
    fn it_does_what_a_store_for_each_owner_would() {
        let capacity = Capacity::Bytes(50);
        let mut shelves = Shelves::new(capacity, 0);
        let mut stores: Vec<_> = (0..5).map(|_| Store::new(Policy::Lru, capacity)).collect();
        (0..5).for_each(|owner| shelves.come(owner));
        for step in 0..50_000_u64 {
            let (owner, key) = (mix(step) % 5, mix(step + 1_000_000) % 30);
            let store = &mut stores[usize::try_from(owner).unwrap()];
            let found = store.get(key).copied();
            assert_eq!(shelves.get(owner, key).copied(), found, "step {step}");
            if found.is_none() {
                let bytes = mix(key) % 60;
                let stored = store.put(key, bytes, step);
                assert_eq!(shelves.put(owner, key, bytes, step), stored);
            } else if step.is_multiple_of(11) {
                store.remove(key);
                shelves.remove(owner, key);
            }
        }
    }

    #[test]
    fn a_shelf_and_what_stands_on_it_are_small() {
        // Beside each stands a place of a table, of 8 bytes, at most half of which are taken.
        assert_eq!((size_of::<Shelf>(), size_of::<Object<[u64; 5]>>()), (40, 72));
    }

    #[test]
    fn those_who_come_and_go_leave_no_memory_behind() {
        let mut shelves = Shelves::new(Capacity::Objects(3), 10);
        for owner in 0..100_000 {
            shelves.come(owner);
            (0..4).for_each(|key| assert!(shelves.put(owner, key, 1, 0)));
            shelves.go(owner);
        }
        assert_eq!((shelves.shelves.len(), shelves.objects.len()), (11, 33));
    }
}
