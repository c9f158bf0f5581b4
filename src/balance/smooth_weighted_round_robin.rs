//! Smooth weighted round robin: turns in proportion to weights, spread out evenly.
//!
//! Each backend gains its weight at every choice; the one with the most is taken and pays the
//! sum of all weights. Weights 5, 1, 1 give `aabacaa` rather than `aaaaabc`. With equal weights
//! it is round robin. *Use it* for machines of different size and exchanges of about equal cost.
//! *Weakness*: as round robin, it ignores how long exchanges take; and it looks at every backend
//! at each choice. *Source*: nginx, `ngx_http_upstream_round_robin.c` (since 1.3.1).

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `smooth-weighted-round-robin`: it remembers what each backend has gained.
#[derive(Debug, Clone)]
pub struct SmoothWeightedRoundRobin {
    gained: Vec<i64>,
}

impl Balance for SmoothWeightedRoundRobin {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { gained: vec![0; backends.len()] }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let mut total = 0;
        let mut best: Option<usize> = None;
        for (i, backend) in among.open() {
            let weight = i64::from(backend.weight);
            self.gained[i] += weight;
            total += weight;
            if best.is_none_or(|best| self.gained[i] > self.gained[best]) {
                best = Some(i);
            }
        }
        self.gained[best?] -= total;
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::SmoothWeightedRoundRobin;
    use super::super::stated::{equal, picks, weighted};

    #[test]
    fn the_order_is_that_of_nginx() {
        for (weights, order) in [
            (&[5, 1, 1][..], "aabacaaaabacaa"),
            (&[3, 2, 1], "abacbaabacba"),
            (&[3, 1], "aabaaaba"),
        ] {
            let got = picks(SmoothWeightedRoundRobin, &weighted(weights), order.len());
            assert_eq!(got, order, "weights {weights:?}");
        }
    }

    #[test]
    fn equal_weights_give_round_robin() {
        assert_eq!(picks(SmoothWeightedRoundRobin, &weighted(&[7, 7, 7]), 7), "abcabca");
    }

    #[test]
    fn a_backend_that_is_down_gains_nothing_meanwhile() {
        let mut backends = equal(3);
        backends[0].up = false;
        assert_eq!(picks(SmoothWeightedRoundRobin, &backends, 4), "bcbc");
    }

    #[test]
    fn a_backend_that_is_down_leaves_the_others_their_turns_by_weight() {
        let mut backends = weighted(&[9, 3, 1]);
        backends[0].up = false;
        assert_eq!(picks(SmoothWeightedRoundRobin, &backends, 8), "bbcbbbcb");
    }
}
