//! Maglev hashing: a table of prime size in which all backends take places in turn.
//!
//! Each backend has its own permutation of the table and takes, turn by turn, the first place of
//! it that is free; a key belongs to the owner of the place hash mod size. *Use it* for even
//! shares and a choice at the cost of one access. *Weakness*: one more backend moves somewhat
//! more keys than a ring does; popular keys are not spread. *Source*: Eisenbud et al., "Maglev: a
//! fast and reliable software network load balancer", NSDI 2016, section 3.4; weights as in
//! Envoy's `MaglevTable`, where a backend of half the largest weight sits out every other turn.
//!
//! The table is filled anew when a backend stops or begins to work, so that those which do own
//! equally many places again; a few keys of others move, too. If the owner of a key works but is
//! full, or was tried, the key goes on to the next place whose backend is open.

use super::backend::{Candidates, Reads, position};
use super::bounded::{Slots, first_with_room};
use super::{Backend, Balance, BalanceSpec, HashOn, Query};
use crate::rng::{Key, Stream};

/// The algorithm `maglev`.
#[derive(Debug, Clone)]
pub struct Maglev {
    hash_on: HashOn,
    size: u32,
    /// The bound on loads, in per cent of the average.
    bound: Option<u32>,
    /// The backend that owns each place; empty if no backend has a weight.
    owners: Vec<u32>,
    /// The backends that the table was filled for.
    works: Vec<bool>,
}

/// A backend while the table is filled: where it looks next, and when it takes part.
struct Filler {
    owner: u32,
    weight: u64,
    /// How much weight it needs to have gathered for its next place.
    needed: u64,
    place: u64,
    skip: u64,
}

const FREE: u32 = u32::MAX;

impl Balance for Maglev {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self {
            hash_on: spec.hash_on,
            size: spec.table_size,
            bound: spec.bound(),
            owners: table(spec.table_size, backends),
            works: backends.iter().map(|backend| backend.works).collect(),
        }
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        let works = backends[backend].works;
        if std::mem::replace(&mut self.works[backend], works) != works {
            self.owners = table(self.size, backends);
        }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.reads()
    }

    #[inline]
    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let size = self.owners.len() as u64;
        let first = position(self.hash_on.of(query).checked_rem(size)?);
        let owner = self.owners[first] as usize;
        if self.bound.is_none() && among.is_open(owner) {
            return Some(owner);
        }
        self.next_open(first, among)
    }
}

impl Maglev {
    /// The owner of the first place from `first` on whose backend is open, and has room where loads
    /// are bounded; a backend may own no place of a small table, then any open one is taken.
    #[cold]
    fn next_open(&self, first: usize, among: Candidates<'_>) -> Option<usize> {
        let (any, _) = among.open().next()?;
        let onwards = self.owners[first..].iter().chain(&self.owners[..first]);
        let slots = Slots::of(self.bound, among);
        let has_room = |it: usize| slots.is_none_or(|slots| slots.has_room(&among.backends[it]));
        let found = first_with_room(onwards.map(|owner| *owner as usize), among, has_room);
        Some(found.unwrap_or(any))
    }
}

/// The filled table: pseudocode 1 of the paper, with weights.
fn table(size: u32, backends: &[Backend]) -> Vec<u32> {
    let size = u64::from(size);
    let mut fillers: Vec<Filler> = (0..)
        .zip(backends)
        .filter(|(_, backend)| backend.weight > 0 && backend.works)
        .map(|(owner, backend)| filler(owner, backend, size))
        .collect();
    let Some(largest) = fillers.iter().map(|filler| filler.weight).max() else {
        return Vec::new();
    };
    let mut owners = vec![FREE; position(size)];
    let mut free = owners.len();
    let mut turn = 0;
    loop {
        turn += 1;
        for filler in fillers.iter_mut().filter(|filler| turn * filler.weight >= filler.needed) {
            filler.needed += largest;
            while owners[position(filler.place)] != FREE {
                filler.place = (filler.place + filler.skip) % size;
            }
            owners[position(filler.place)] = filler.owner;
            free -= 1;
            if free == 0 {
                return owners;
            }
        }
    }
}

fn filler(owner: u32, backend: &Backend, size: u64) -> Filler {
    let key = Key(backend.name_hash);
    let weight = u64::from(backend.weight);
    let (place, skip) = (key.with(0).0 % size, key.with(1).0 % (size - 1) + 1);
    // Needing its own weight first lets each backend take part in the first turn.
    Filler { owner, weight, needed: weight, place, skip }
}

#[cfg(test)]
mod tests {
    use super::super::stated::{equal, owners_of_keys, weighted};
    use super::super::{Algorithm, Tried};
    use super::*;

    fn places(owners: &[u32], count: u32) -> Vec<usize> {
        (0..count).map(|owner| owners.iter().filter(|o| **o == owner).count()).collect()
    }

    fn spec() -> BalanceSpec {
        BalanceSpec { algorithm: Algorithm::Maglev, ..BalanceSpec::default() }
    }

    #[test]
    fn equal_backends_own_equally_many_places_within_one() {
        for n in [1, 3, 10, 100] {
            let places = places(&table(65_537, &equal(n)), n);
            let (least, most) = (places.iter().min().unwrap(), places.iter().max().unwrap());
            assert!(most - least <= 1, "{n} backends: {least} to {most}");
        }
    }

    #[test]
    fn places_follow_the_weights() {
        let places = places(&table(65_537, &weighted(&[1, 3, 0, 4])), 4);
        assert_eq!(places[2], 0);
        for (owned, weight) in places.iter().zip([1.0, 3.0, 0.0, 4.0]) {
            assert!((*owned as f64 - weight * 65_537.0 / 8.0).abs() < 3.0, "{places:?}");
        }
    }

    #[test]
    fn one_more_backend_moves_little_more_than_its_share() {
        let before = table(65_537, &equal(10));
        let after = table(65_537, &equal(11));
        let moved = before.iter().zip(&after).filter(|(b, a)| b != a).count() as f64 / 65_537.0;
        assert!(moved > 1.0 / 11.0 && moved < 1.6 / 11.0, "{moved}");
    }

    #[test]
    fn a_closed_backend_moves_its_own_keys_alone() {
        let backends = equal(5);
        let before = owners_of_keys(&spec(), &backends, Tried::NONE, 5_000);
        let after = owners_of_keys(&spec(), &backends, Tried(&[2]), 5_000);
        assert!(before.iter().zip(&after).all(|(b, a)| *a != 2 && (b == a || *b == 2)));
    }

    #[test]
    fn those_that_work_share_the_keys_of_one_that_does_not_equally() {
        let mut backends = equal(3);
        let mut maglev = Maglev::new(&spec(), &backends);
        let before = maglev.owners.clone();
        (backends[2].up, backends[2].works) = (false, false);
        maglev.on_change(2, &backends);
        let owned = places(&maglev.owners, 3);
        assert!(owned[0].abs_diff(owned[1]) <= 1 && owned[2] == 0, "{owned:?}");
        (backends[2].up, backends[2].works) = (true, true);
        maglev.on_change(2, &backends);
        assert_eq!(maglev.owners, before, "and it gets its own back");
        backends[2].up = false;
        maglev.on_change(2, &backends);
        assert_eq!(maglev.owners, before, "one that is full keeps them");
    }

    #[test]
    fn a_table_smaller_than_the_backends_still_finds_the_open_one() {
        let mut backends = equal(3);
        let small = BalanceSpec { table_size: 2, ..spec() };
        for open in 0..3 {
            backends.iter_mut().enumerate().for_each(|(i, backend)| backend.up = i == open);
            let owners = owners_of_keys(&small, &backends, Tried::NONE, 10);
            assert!(owners.iter().all(|owner| *owner == open));
        }
    }
}
