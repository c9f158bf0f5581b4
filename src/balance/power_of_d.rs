//! Power of d choices: of d random backends, the one with the fewest outstanding exchanges.
//!
//! *Use it* for many backends or many balancers: two choices come near to least connections, at
//! a cost that does not depend on the number of backends, and balancers with stale views do not
//! all run to the same one. *Weakness*: worse than least connections for few backends; it ignores
//! weights. *Source*: Vvedenskaya, Dobrushin and Karpelevich, Problems of Information
//! Transmission 32 (1996); Mitzenmacher, IEEE TPDS 12 (2001).
//!
//! The d backends are different ones: a sample without replacement. Ties go to the one drawn
//! first, which is a tie broken at random, since the order of a sample is.

use rand::Rng;

use super::backend::{Candidates, position};
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::{Stream, below};

/// The algorithm `power-of-d`.
#[derive(Debug, Clone)]
pub struct PowerOfD {
    choices: u32,
    /// Some permutation of all backends. The next sample continues to shuffle where the last one
    /// left it: whatever the permutation, a fresh partial shuffle is a uniform sample.
    order: Vec<u32>,
}

impl Balance for PowerOfD {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { choices: spec.choices, order: (0..).take(backends.len()).collect() }
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let count = self.order.len();
        let mut best: Option<usize> = None;
        let mut found = 0;
        for place in 0..count {
            let offset = below((count - place) as u64, coin.next_u64());
            self.order.swap(place, place + position(offset));
            let drawn = self.order[place] as usize;
            if !among.is_open(drawn) {
                continue;
            }
            let load = among.backends[drawn].outstanding;
            if best.is_none_or(|best| load < among.backends[best].outstanding) {
                best = Some(drawn);
            }
            found += 1;
            if found == self.choices {
                break;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::stated::{equal, loaded, shares_of};
    use super::super::{Algorithm, BalanceSpec};

    fn spec(choices: u32) -> BalanceSpec {
        BalanceSpec { algorithm: Algorithm::PowerOfD, choices, ..BalanceSpec::default() }
    }

    #[test]
    fn of_two_choices_the_less_loaded_wins() {
        // The backend of rank r of n, from 0 for the fullest, wins if the other one has a lower
        // rank: 2r / n(n-1).
        let shares = shares_of(&spec(2), &loaded(&[30, 20, 10, 0]), 60_000);
        for (share, expected) in shares.iter().zip([0.0, 1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0]) {
            assert!((share - expected).abs() < 4.0 * 0.00205, "{shares:?}");
        }
    }

    #[test]
    fn ties_are_broken_at_random() {
        let shares = shares_of(&spec(3), &loaded(&[1, 0, 0, 0]), 60_000);
        assert!(shares[0] < f64::EPSILON, "the fullest of four is never the best of three");
        for share in &shares[1..] {
            assert!((share - 1.0 / 3.0).abs() < 4.0 * 0.00193, "{shares:?}");
        }
    }

    #[test]
    fn one_choice_is_random_and_all_choices_are_least_connections() {
        let shares = shares_of(&spec(1), &loaded(&[9, 0]), 40_000);
        assert!((shares[0] - 0.5).abs() < 4.0 * 0.0025, "{shares:?}");
        assert_eq!(shares_of(&spec(64), &loaded(&[3, 2, 1, 2]), 100), [0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn closed_backends_take_no_part_in_the_sample() {
        let mut backends = equal(4);
        backends[0].up = false;
        backends[1].outstanding = 5;
        backends[2].outstanding = 5;
        // Of three open ones the idle one is in two thirds of the pairs.
        let shares = shares_of(&spec(2), &backends, 60_000);
        assert!((shares[3] - 2.0 / 3.0).abs() < 4.0 * 0.00193, "{shares:?}");
    }
}
