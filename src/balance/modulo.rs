//! Hash modulo the backends: what `source-hash` and `uri-hash` share.
//!
//! Backend i owns as many consecutive remainders as its weight; with equal weights that is the hash
//! modulo the number of backends that there are. A key whose backend is not open goes to one of the
//! open ones by a second hash, so that the other keys stay where they are.

use super::Backend;
use super::backend::{Candidates, position};
use crate::rng::mix;

/// Which remainders belong to which backend.
#[derive(Debug, Clone)]
pub(super) struct Modulo {
    /// For each backend, the sum of the weights up to and including its own.
    ends: Vec<u64>,
    equal: bool,
    /// Which of them exist: the others own nothing.
    exist: Vec<bool>,
}

impl Modulo {
    pub(super) fn new(backends: &[Backend]) -> Self {
        let weights = || backends.iter().map(|it| if it.exists { u64::from(it.weight) } else { 0 });
        let ends = weights().scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        let equal = weights().zip(weights().skip(1)).all(|(one, next)| one == next);
        let exist = backends.iter().map(|it| it.exists).collect();
        Self { ends: ends.collect(), equal, exist }
    }

    /// A backend may have come or gone.
    pub(super) fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        if self.exist[backend] != backends[backend].exists {
            *self = Self::new(backends);
        }
    }

    #[inline]
    pub(super) fn pick(&self, hash: u64, among: Candidates<'_>) -> Option<usize> {
        let total = *self.ends.last()?;
        if total == 0 {
            return None;
        }
        let owner = if self.equal {
            position(hash % self.ends.len() as u64)
        } else {
            self.ends.partition_point(|end| *end <= hash % total)
        };
        if among.is_open(owner) {
            return Some(owner);
        }
        among.any_open(mix(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tried;
    use super::super::stated::{equal, weighted};
    use super::*;

    #[test]
    fn each_backend_owns_as_many_remainders_as_its_weight() {
        let backends = weighted(&[2, 0, 1]);
        let modulo = Modulo::new(&backends);
        let among = Candidates::new(&backends, Tried::NONE);
        let owners: Vec<_> = (0..6).filter_map(|hash| modulo.pick(hash, among)).collect();
        assert_eq!(owners, [0, 0, 2, 0, 0, 2]);
    }

    #[test]
    fn a_closed_backend_moves_its_own_keys_alone_and_spreads_them() {
        let backends = equal(4);
        let modulo = Modulo::new(&backends);
        let mut moved_to = [0; 4];
        for key in 0..8_000 {
            let hash = mix(key);
            let owner = modulo.pick(hash, Candidates::new(&backends, Tried::NONE));
            let without = modulo.pick(hash, Candidates::new(&backends, Tried(&[2])));
            if owner == Some(2) {
                moved_to[without.unwrap()] += 1;
            } else {
                assert_eq!(without, owner);
            }
        }
        assert_eq!(moved_to[2], 0);
        assert!([0, 1, 3].iter().all(|i| moved_to[*i] > 550), "{moved_to:?}");
    }

    #[test]
    fn one_more_backend_moves_all_keys_but_one_in_n_plus_1() {
        let (four, five) = (equal(4), equal(5));
        let (before, after) = (Modulo::new(&four), Modulo::new(&five));
        let stay = (0..50_000).map(mix).filter(|hash| {
            before.pick(*hash, Candidates::new(&four, Tried::NONE))
                == after.pick(*hash, Candidates::new(&five, Tried::NONE))
        });
        // Expected one fifth, four standard errors 0.0072.
        let share = stay.count() as f64 / 50_000.0;
        assert!((share - 0.2).abs() < 0.0072, "{share}");
    }
}
