//! Slots by a rank, the lowest first: a binary heap in which any slot can be found.

use super::list::set;

/// Slots with their ranks. Ranks that are equal have no order, so callers make them differ.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranks {
    heap: Vec<(u128, u32)>,
    /// Where each slot stands in the heap.
    places: Vec<u32>,
}

impl Ranks {
    /// The slot with the lowest rank, and its rank.
    pub(super) fn lowest(&self) -> Option<(u128, u32)> {
        self.heap.first().copied()
    }

    /// Puts in a slot that is not there.
    pub(super) fn insert(&mut self, slot: u32, rank: u128) {
        set(&mut self.places, slot, 0);
        self.heap.push((rank, slot));
        self.rise(self.heap.len() - 1);
    }

    /// Gives a slot that is there another rank.
    pub(super) fn change(&mut self, slot: u32, rank: u128) {
        let place = self.places[slot as usize] as usize;
        let is_lower = rank < self.heap[place].0;
        self.heap[place].0 = rank;
        if is_lower { self.rise(place) } else { self.sink(place) }
    }

    /// Takes out a slot that is there.
    pub(super) fn remove(&mut self, slot: u32) {
        let place = self.places[slot as usize] as usize;
        self.heap.swap_remove(place);
        if let Some((_, moved)) = self.heap.get(place) {
            self.places[*moved as usize] = as_place(place);
            self.rise(place);
            self.sink(self.places[self.heap[place].1 as usize] as usize);
        }
    }

    fn rise(&mut self, mut place: usize) {
        let own = self.heap[place];
        while place > 0 {
            let above = (place - 1) / 2;
            if self.heap[above].0 <= own.0 {
                break;
            }
            self.put(place, self.heap[above]);
            place = above;
        }
        self.put(place, own);
    }

    fn sink(&mut self, mut place: usize) {
        let own = self.heap[place];
        loop {
            let mut below = 2 * place + 1;
            if below >= self.heap.len() {
                break;
            }
            if below + 1 < self.heap.len() && self.heap[below + 1].0 < self.heap[below].0 {
                below += 1;
            }
            if own.0 <= self.heap[below].0 {
                break;
            }
            self.put(place, self.heap[below]);
            place = below;
        }
        self.put(place, own);
    }

    fn put(&mut self, place: usize, own: (u128, u32)) {
        self.heap[place] = own;
        self.places[own.1 as usize] = as_place(place);
    }
}

fn as_place(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^31 objects")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rng::mix;

    #[test]
    fn the_lowest_is_that_of_a_sorted_set_whatever_happens() {
        let (mut ranks, mut known) = (Ranks::default(), BTreeSet::new());
        let mut own = [None; 50];
        for step in 0..20_000_u64 {
            let slot = u32::try_from(mix(step) % 50).unwrap();
            let rank = (u128::from(mix(step) >> 40) << 64) + u128::from(step);
            match own[slot as usize].take() {
                Some(old) if step % 3 == 0 => {
                    ranks.remove(slot);
                    known.remove(&(old, slot));
                    continue;
                }
                Some(old) => {
                    ranks.change(slot, rank);
                    known.remove(&(old, slot));
                }
                None => ranks.insert(slot, rank),
            }
            known.insert((rank, slot));
            own[slot as usize] = Some(rank);
            assert_eq!(ranks.lowest(), known.first().copied(), "step {step}");
        }
    }
}
