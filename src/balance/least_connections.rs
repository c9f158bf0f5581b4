//! Least connections: the backend with the fewest outstanding exchanges.
//!
//! *Use it* when the cost of exchanges varies: it comes near to one shared queue. *Weakness*: it
//! knows this balancer's exchanges alone; a backend that fails fast has few outstanding and draws
//! all traffic (a black hole); it looks at every backend. *Source*: Winston, "Optimality of the
//! shortest line discipline", J. Appl. Prob. 14 (1977); `least_conn` and `leastconn` of the
//! products break ties otherwise.
//!
//! Ties are broken at random, with equal probabilities.

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `least-connections`: it remembers nothing, for the counts are in the backends.
#[derive(Debug, Clone)]
pub struct LeastConnections;

impl Balance for LeastConnections {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        among.least(|_, backend| u64::from(backend.outstanding), coin)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::LeastConnections;
    use super::super::stated::{loaded, picks, shares};

    #[test]
    fn the_backend_with_the_fewest_outstanding_is_taken() {
        assert_eq!(picks(LeastConnections, &loaded(&[3, 1, 2]), 3), "bbb");
    }

    #[test]
    fn ties_are_broken_at_random_with_equal_probabilities() {
        let shares = shares(LeastConnections, &loaded(&[0, 7, 0, 0]), 60_000);
        for i in [0, 2, 3] {
            assert!((shares[i] - 1.0 / 3.0).abs() < 4.0 * 0.00193, "{shares:?}");
        }
    }
}
