//! Static round robin: turns by weight from a table that is made once.
//!
//! Each backend has as many slots as its weight over the common divisor of all, spread out as by
//! smooth weighted round robin; the slots are taken in turn, and those of closed backends are
//! passed over. *Use it* for very many backends: a choice costs one access, whatever their number.
//! *Weakness*: that of round robin; the backend behind a closed one gets its turns too; weights
//! cannot change. *Source*: the interleaved weighted round robin of Katevenis, Sidiropoulos and
//! Courcoubetis, IEEE J. Sel. Areas Comm. 9 (1991); HAProxy's `static-rr` is of this kind.

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// The algorithm `static-round-robin`: it remembers which slot is next.
#[derive(Debug, Clone)]
pub struct StaticRoundRobin {
    slots: Vec<u32>,
    next: usize,
}

impl Balance for StaticRoundRobin {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        let weights = || backends.iter().map(|backend| i64::from(backend.weight));
        let divisor = weights().fold(0, divisor).max(1);
        let weights: Vec<i64> = weights().map(|weight| weight / divisor).collect();
        let total: i64 = weights.iter().sum();
        let mut gained = vec![0; weights.len()];
        let slots = (0..total).filter_map(|_| {
            gained.iter_mut().zip(&weights).for_each(|(gained, weight)| *gained += weight);
            // Of equal ones the first.
            let best = (0..gained.len()).rev().max_by_key(|backend| gained[*backend])?;
            gained[best] -= total;
            u32::try_from(best).ok()
        });
        Self { slots: slots.collect(), next: 0 }
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let count = self.slots.len();
        let first = if self.next < count { self.next } else { 0 };
        let mut slots = (first..count).chain(0..first);
        let slot = slots.find(|slot| among.is_open(self.slots[*slot] as usize))?;
        self.next = slot + 1;
        Some(self.slots[slot] as usize)
    }
}

/// The greatest common divisor.
const fn divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm::StaticRoundRobin;
    use super::super::stated::{picks, weighted};

    #[test]
    fn slots_follow_the_weights_over_their_divisor_and_are_spread_out() {
        assert_eq!(picks(StaticRoundRobin, &weighted(&[5, 1, 1]), 14), "aabacaaaabacaa");
        assert_eq!(picks(StaticRoundRobin, &weighted(&[6, 2]), 8), "aabaaaba");
    }

    #[test]
    fn the_turns_of_a_closed_backend_go_to_those_behind_it() {
        let mut backends = weighted(&[1, 1, 1]);
        backends[1].up = false;
        assert_eq!(picks(StaticRoundRobin, &backends, 6), "acacac");
    }
}
