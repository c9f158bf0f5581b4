//! A set of slots from which one can be drawn at random.

use super::list::set;
use crate::rng::{below, mix};

/// Slots side by side, and the draws of a sequence that its beginning fixes.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    slots: Vec<u32>,
    /// Where each slot stands.
    places: Vec<u32>,
    draws: u64,
}

impl Members {
    /// Puts in a slot that is not there.
    #[inline]
    pub(super) fn insert(&mut self, slot: u32) {
        let place = u32::try_from(self.slots.len()).expect("fewer than 2^31 objects");
        set(&mut self.places, slot, place);
        self.slots.push(slot);
    }

    /// Takes out a slot that is there.
    #[inline]
    pub(super) fn remove(&mut self, slot: u32) {
        let place = self.places[slot as usize];
        self.slots.swap_remove(place as usize);
        if let Some(moved) = self.slots.get(place as usize) {
            self.places[*moved as usize] = place;
        }
    }

    /// Whether a slot is there.
    #[inline]
    pub(super) fn holds(&self, slot: u32) -> bool {
        let place = self.places.get(slot as usize).map_or(usize::MAX, |place| *place as usize);
        self.slots.get(place) == Some(&slot)
    }

    /// The next number of the sequence.
    #[inline]
    pub(super) const fn number(&mut self) -> u64 {
        self.draws = self.draws.wrapping_add(1);
        mix(self.draws)
    }

    /// Lets the sequence begin elsewhere.
    pub(super) const fn seed(&mut self, seed: u64) {
        self.draws = seed;
    }

    /// One of the slots, all alike; none if there is none.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the place lies within the slots")]
    pub(super) fn draw(&mut self) -> Option<u32> {
        let count = self.slots.len() as u64;
        let bits = self.number();
        (count > 0).then(|| self.slots[below(count, bits) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_drawn_alike_and_nothing_else() {
        let mut members = Members::default();
        assert_eq!(members.draw(), None);
        (0..10).for_each(|slot| members.insert(slot));
        (0..10).step_by(3).for_each(|slot| members.remove(slot));
        let mut drawn = [0_u32; 10];
        for _ in 0..6_000 {
            drawn[members.draw().unwrap() as usize] += 1;
        }
        for (slot, times) in drawn.iter().enumerate() {
            let is_there = slot % 3 != 0;
            assert_eq!((850..1_150).contains(times), is_there, "{drawn:?}");
            assert_eq!(*times > 0, is_there, "{drawn:?}");
        }
    }
}
