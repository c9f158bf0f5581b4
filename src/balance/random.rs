//! Random: any backend, with equal probability.
//!
//! *Use it* where balancers must not know of one another: it keeps no state, and a Poisson stream
//! split so stays Poisson. *Weakness*: the worst queues of all policies here, for by chance some
//! backend always has too much. *Source*: the baseline of Mitzenmacher, "The power of two choices
//! in randomized load balancing", IEEE TPDS 12 (2001).

use rand::Rng;

use super::backend::{Candidates, position};
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::{Stream, below};

/// The algorithm `random`: it remembers nothing.
#[derive(Debug, Clone)]
pub struct Random;

impl Balance for Random {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        if among.len() == 0 {
            return None;
        }
        let drawn = position(below(among.len() as u64, coin.next_u64()));
        if among.is_open(drawn) {
            return Some(drawn);
        }
        // What the closed ones would have got is spread evenly over the open ones, so that these
        // stay equally likely, by one more draw.
        among.any_open(coin.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm;
    use super::super::stated::{equal, shares};

    #[test]
    fn backends_that_are_down_leave_equal_shares_to_the_others() {
        let mut backends = equal(5);
        backends[0].up = false;
        backends[3].up = false;
        let shares = shares(Algorithm::Random, &backends, 90_000);
        for i in [1, 2, 4] {
            // Four standard errors of a share of one third.
            assert!((shares[i] - 1.0 / 3.0).abs() < 4.0 * 0.00157, "{shares:?}");
        }
    }
}
