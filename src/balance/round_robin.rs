//! Round robin: each backend in turn.
//!
//! *Use it* for equal backends and exchanges of about equal cost: it makes the arrivals at each
//! backend more regular than a random split does. *Weakness*: it ignores how long exchanges
//! take, so a slow one delays those behind it while other backends idle; and several balancers
//! that start at the same backend meet there. *Source*: the order of every product's default
//! policy; the theory is that of Erlang arrivals (Kleinrock, "Queueing Systems" I, 1975).

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `round-robin`: it remembers whose turn is next.
#[derive(Debug, Clone)]
pub struct RoundRobin {
    next: usize,
}

impl Balance for RoundRobin {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self { next: 0 }
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let count = among.len();
        let first = if self.next < count { self.next } else { 0 };
        let picked =
            if first < count && among.is_open(first) { first } else { next_open(first, among)? };
        self.next = picked + 1;
        Some(picked)
    }
}

/// The first open backend at or after `first`, all round.
#[cold]
fn next_open(first: usize, among: Candidates<'_>) -> Option<usize> {
    (first..among.len()).chain(0..first).find(|i| among.is_open(*i))
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm;
    use super::super::stated::{equal, picks, weighted};

    #[test]
    fn backends_take_turns_whatever_their_weights() {
        assert_eq!(picks(Algorithm::RoundRobin, &weighted(&[5, 1, 1]), 7), "abcabca");
    }

    #[test]
    fn a_backend_that_is_down_loses_its_turn_to_all_others_alike() {
        let mut backends = equal(4);
        backends[1].up = false;
        assert_eq!(picks(Algorithm::RoundRobin, &backends, 7), "acdacda");
    }
}
