//! A table of live things with places that are used again.

use std::ops::{Index, IndexMut};

/// Live things by place. The place freed last is used first, so that it is still in the cache.
#[derive(Debug)]
pub struct Slab<T> {
    places: Vec<T>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// How many live.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// How many lived at once at most.
    #[inline]
    #[must_use]
    pub fn peak(&self) -> usize {
        self.places.len()
    }

    /// Whether none lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts `thing` in and returns its place.
    ///
    /// # Panics
    /// If there are 2^32 of them.
    #[inline]
    pub fn insert(&mut self, thing: T) -> u32 {
        if let Some(place) = self.free.pop() {
            self.places[place as usize] = thing;
            place
        } else {
            self.grow(thing)
        }
    }

    /// Takes a place to be written to: what stood there last is still in it, or what `fresh` makes
    /// where nothing ever stood. Writing in place saves moving the thing twice.
    ///
    /// # Panics
    /// If there are 2^32 of them.
    #[inline]
    pub fn claim(&mut self, fresh: impl FnOnce() -> T) -> (u32, &mut T) {
        let place = match self.free.pop() {
            Some(place) => place,
            None => self.grow(fresh()),
        };
        (place, &mut self.places[place as usize])
    }

    /// Adds a place, with room for freeing all of them, so that nothing is allocated once what
    /// lives has reached its height.
    #[cold]
    fn grow(&mut self, thing: T) -> u32 {
        let place = u32::try_from(self.places.len()).expect("fewer than 2^32 live things");
        if make_room(&mut self.places) {
            self.free.reserve_exact(self.places.capacity());
        }
        self.places.push(thing);
        place
    }

    /// Gives the place of a thing back. What stood there stays readable until it is used again.
    #[inline]
    pub fn remove(&mut self, place: u32) {
        debug_assert!((place as usize) < self.places.len(), "the place exists");
        self.free.push(place);
    }

    /// All that live, in the order of their places. It sorts the free places first.
    pub fn live(&self) -> impl Iterator<Item = &T> {
        self.live_places().map(|(_, thing)| thing)
    }

    /// The same with their places.
    pub fn live_places(&self) -> impl Iterator<Item = (u32, &T)> {
        let mut free = self.free.clone();
        free.sort_unstable();
        let mut free = free.into_iter().peekable();
        self.places.iter().zip(0..).filter_map(move |(thing, place)| {
            let is_free = free.next_if_eq(&place).is_some();
            (!is_free).then_some((place, thing))
        })
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.places.clear();
        self.free.clear();
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;
    #[inline]
    fn index(&self, place: u32) -> &T {
        &self.places[place as usize]
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.places[place as usize]
    }
}

/// Makes room for one more in a full table, and for a quarter of what it holds: memory follows what
/// is in flight, where doubling may hold twice as much. Returns whether it was full.
pub fn make_room<T>(table: &mut Vec<T>) -> bool {
    let is_full = table.len() == table.capacity();
    if is_full {
        table.reserve_exact((table.len() / 4).max(64));
    }
    is_full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_freed_last_is_used_first() {
        let mut slab = Slab::default();
        let places: Vec<u32> = "abc".chars().map(|c| slab.insert(c)).collect();
        assert_eq!(places, [0, 1, 2]);
        slab.remove(0);
        slab.remove(1);
        assert_eq!(slab.len(), 1);
        assert_eq!(slab.live().collect::<String>(), "c");
        assert_eq!((slab.insert('d'), slab.insert('e'), slab.insert('f')), (1, 0, 3));
        assert_eq!(slab[1], 'd');
    }
}
