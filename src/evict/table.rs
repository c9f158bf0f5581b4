//! Where the object of a key stands: a hash table of slots with open addressing.
//!
//! Hashes are mixed and without a random seed, and nothing ever goes over the table in its order,
//! so it is the same in every run. A place holds the upper half of the hash and the slot in eight
//! bytes; the keys themselves stand with the objects.

/// Slots by the hash of their keys.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// 0 where nothing is; else the upper half of the hash, and in the lower half the slot and 1.
    places: Vec<u64>,
    /// A hash's own place is what remains of it after so many bits.
    shift: u32,
    len: usize,
}

/// Places of an empty table, as a power of 2.
const SMALLEST: u32 = 4;

impl Default for Table {
    fn default() -> Self {
        Self { places: vec![0; 1 << SMALLEST], shift: 64 - SMALLEST, len: 0 }
    }
}

impl Table {
    /// The slot of the key with this hash for which `is` says so.
    #[inline]
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.places.len() - 1;
        let mut at = self.own(hash);
        loop {
            let place = self.places[at];
            if place == 0 {
                return None;
            }
            if place >> 32 == hash >> 32 && is(slot_of(place)) {
                return Some(slot_of(place));
            }
            at = (at + 1) & mask;
        }
    }

    /// Puts in the slot of a key that is not there.
    #[inline]
    pub(super) fn insert(&mut self, hash: u64, slot: u32) {
        // At most half full, so that a row of taken places stays short.
        if self.len * 2 >= self.places.len() {
            self.grow();
        }
        self.len += 1;
        self.put(standing(hash, slot));
    }

    /// Takes out a slot that is there.
    #[inline]
    pub(super) fn remove(&mut self, hash: u64, slot: u32) {
        let mask = self.places.len() - 1;
        let gone = standing(hash, slot);
        let mut hole = self.own(hash);
        while self.places[hole] != gone {
            debug_assert!(self.places[hole] != 0, "the slot is there");
            hole = (hole + 1) & mask;
        }
        self.len -= 1;
        // What stands behind the hole moves up unless that is before its own place (Knuth, "The
        // Art of Computer Programming", volume 3, 6.4, algorithm R).
        let mut next = hole;
        loop {
            next = (next + 1) & mask;
            let place = self.places[next];
            if place == 0 {
                break;
            }
            let away = next.wrapping_sub(self.own(place)) & mask;
            if away >= next.wrapping_sub(hole) & mask {
                self.places[hole] = place;
                hole = next;
            }
        }
        self.places[hole] = 0;
    }

    /// The own place of a hash, or of what stands at a place: the upper half decides.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the place lies within the table")]
    const fn own(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize
    }

    #[inline]
    fn put(&mut self, place: u64) {
        let mask = self.places.len() - 1;
        let mut at = self.own(place);
        while self.places[at] != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }

    #[cold]
    fn grow(&mut self) {
        assert!(self.shift > 32, "a store has fewer than 2^31 objects");
        self.shift -= 1;
        let twice = vec![0; self.places.len() * 2];
        for place in std::mem::replace(&mut self.places, twice) {
            if place != 0 {
                self.put(place);
            }
        }
    }
}

/// What stands at the place of a slot.
#[inline]
const fn standing(hash: u64, slot: u32) -> u64 {
    (hash >> 32 << 32) | (slot as u64 + 1)
}

/// The slot that stands at a place.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
const fn slot_of(place: u64) -> u32 {
    (place as u32) - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rng::mix;

    /// Puts in and takes out at random what `hash` makes of small numbers.
    fn check(hash: impl Fn(u64) -> u64) {
        let (mut table, mut known) = (Table::default(), BTreeMap::new());
        for step in 0..20_000_u64 {
            let key = mix(step) % 300;
            let slot = u32::try_from(key).unwrap();
            let is = |other: u32| other == slot;
            assert_eq!(table.find(hash(key), is), known.get(&key).copied(), "step {step}");
            if known.remove(&key).is_some() {
                table.remove(hash(key), slot);
            } else if !mix(step).is_multiple_of(3) {
                table.insert(hash(key), slot);
                known.insert(key, slot);
            }
        }
        assert_eq!(table.len, known.len());
        assert!(known.len() > 50);
    }

    #[test]
    fn it_finds_what_is_there_and_nothing_else() {
        check(mix);
    }

    #[test]
    fn keys_of_equal_hashes_are_told_apart_and_wrap_round_the_end() {
        check(|key| mix(key % 7));
        check(|_| u64::MAX);
    }

    #[test]
    fn it_stays_as_large_as_what_it_held_at_most() {
        let mut table = Table::default();
        for step in 0..100_000 {
            table.insert(mix(step), 1);
            table.remove(mix(step), 1);
        }
        assert_eq!(table.places.len(), 1 << SMALLEST);
    }
}
