//! Weighted random: any backend, with a probability in proportion to its weight.
//!
//! *Use it* for machines of different size behind balancers that must not know of one another.
//! *Weakness*: that of random; and it looks at every backend at each choice. *Source*: Envoy's
//! `RANDOM` over weighted localities, HAProxy's `random`.

use rand::Rng;

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::{Stream, below};

/// The algorithm `weighted-random`: it remembers nothing.
#[derive(Debug, Clone)]
pub struct WeightedRandom;

impl Balance for WeightedRandom {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        by_weight(among, |_| true, coin)
    }
}

/// One of the open backends that `fit`, with a probability in proportion to its weight; no draw
/// if there is none.
pub(super) fn by_weight(
    among: Candidates<'_>,
    fit: impl Fn(&Backend) -> bool,
    coin: &mut Stream,
) -> Option<usize> {
    let fitting = || among.open().filter(|(_, backend)| fit(backend));
    let total: u64 = fitting().map(|(_, backend)| u64::from(backend.weight)).sum();
    if total == 0 {
        return None;
    }
    let mut left = below(total, coin.next_u64());
    for (i, backend) in fitting() {
        let weight = u64::from(backend.weight);
        if left < weight {
            return Some(i);
        }
        left -= weight;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm;
    use super::super::stated::{shares, weighted};

    #[test]
    fn shares_follow_the_weights_of_the_open_backends() {
        let mut backends = weighted(&[1, 9, 2, 3]);
        backends[1].up = false;
        let shares = shares(Algorithm::WeightedRandom, &backends, 90_000);
        for (share, weight) in shares.iter().zip([1.0, 0.0, 2.0, 3.0]) {
            // Four standard errors of a share of one half.
            assert!((share - weight / 6.0).abs() < 4.0 * 0.00167, "{shares:?}");
        }
    }
}
