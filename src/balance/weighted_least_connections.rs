//! Weighted least connections: the backend with the fewest outstanding exchanges for its weight.
//!
//! *Use it* for machines of different size when the cost of exchanges varies. *Weakness*: those
//! of least connections; and with few exchanges outstanding the weights hardly count, for an
//! idle small machine beats a big one that has one exchange. *Source*: the `wlc` scheduler of
//! IPVS (Zhang, "Linux Virtual Server for scalable network services", OLS 2000).
//!
//! Outstanding / weight is compared exactly. Ties, idle backends above all, are broken at random
//! with probabilities in proportion to the weights, so that weights count on an idle system too;
//! with equal weights each choice is that of `least-connections`.

use super::backend::Candidates;
use super::weighted_random::by_weight;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `weighted-least-connections`: it remembers nothing, for the counts are in the
/// backends.
#[derive(Debug, Clone)]
pub struct WeightedLeastConnections;

impl Balance for WeightedLeastConnections {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let (mut best, mut least) = among.open().next()?;
        let mut tied = false;
        for (i, backend) in among.open().skip(1) {
            match crossed(backend, least).cmp(&crossed(least, backend)) {
                std::cmp::Ordering::Less => (best, least, tied) = (i, backend, false),
                std::cmp::Ordering::Equal => tied = true,
                std::cmp::Ordering::Greater => {}
            }
        }
        if !tied {
            return Some(best);
        }
        by_weight(among, |backend| crossed(backend, least) == crossed(least, backend), coin)
    }
}

/// The outstanding exchanges of the one times the weight of the other: comparing two such
/// products compares the loads without dividing.
#[inline]
const fn crossed(one: &Backend, other: &Backend) -> u64 {
    one.outstanding as u64 * other.weight as u64
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::{LeastConnections, WeightedLeastConnections};
    use super::super::Backend;
    use super::super::stated::{loaded, picks, shares, weighted};

    fn check(loads: &[(u32, u32)], expected: &str) {
        let backends: Vec<Backend> = loads
            .iter()
            .zip(weighted(&vec![1; loads.len()]))
            .map(|((outstanding, weight), backend)| Backend {
                outstanding: *outstanding,
                weight: *weight,
                ..backend
            })
            .collect();
        assert_eq!(picks(WeightedLeastConnections, &backends, 2), expected, "{loads:?}");
    }

    #[test]
    fn outstanding_is_divided_by_the_weight() {
        check(&[(5, 3), (2, 1)], "aa");
        check(&[(7, 3), (2, 1)], "bb");
        check(&[(1, 1), (2, 3), (3, 4)], "bb");
    }

    #[test]
    fn ties_are_broken_in_proportion_to_the_weights() {
        let shares = shares(WeightedLeastConnections, &weighted(&[3, 1]), 60_000);
        assert!((shares[0] - 0.75).abs() < 4.0 * 0.00177, "{shares:?}");
    }

    #[test]
    fn equal_weights_give_the_choices_of_least_connections() {
        let mut backends = loaded(&[2, 1, 3, 1, 1]);
        let plain = picks(LeastConnections, &backends, 50);
        backends.iter_mut().for_each(|backend| backend.weight = 4);
        assert_eq!(picks(WeightedLeastConnections, &backends, 50), plain);
    }
}
