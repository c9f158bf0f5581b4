//! HAProxy's map: a slot for each unit of weight of the servers that are up.
//!
//! Weights are first divided by their common divisor. Slots are given out one by one to the
//! server that is furthest behind, the earlier one if the whole parts of their scores tie. When a
//! server goes up or down the map is made anew, so a hash modulo its length moves nearly all keys.
//! A hash ignores what was tried: after a failed connection it gives the same server again, until
//! a check takes that one out. *Source*: `recalc_server_map`.

use super::super::Backend;
use super::is_usable;

/// The slots.
#[derive(Debug, Clone)]
pub(super) struct Map {
    pub(super) slots: Vec<u32>,
}

impl Map {
    pub(super) fn new(backends: &[Backend]) -> Self {
        let divisor = backends.iter().fold(0, |a, it| divisor(a, it.weight)).max(1);
        let weight = |it: &Backend| if is_usable(it) { i64::from(it.weight / divisor) } else { 0 };
        let weights: Vec<i64> = backends.iter().map(weight).collect();
        let total: i64 = weights.iter().sum();
        let mut scores = vec![0; weights.len()];
        let slots = (0..total).filter_map(|_| next_slot(&weights, &mut scores, total));
        Self { slots: slots.collect() }
    }

    /// The server that a hash belongs to, tried or not.
    pub(super) fn owner(&self, hash: u32) -> Option<usize> {
        let slot = u64::from(hash).checked_rem(self.slots.len() as u64)?;
        Some(self.slots[super::super::backend::position(slot)] as usize)
    }
}

/// The server that gets the next of `total` slots.
fn next_slot(weights: &[i64], scores: &mut [i64], total: i64) -> Option<u32> {
    let mut best = None;
    let mut most = 0;
    for (server, (weight, score)) in weights.iter().zip(scores.iter_mut()).enumerate() {
        if *weight == 0 {
            continue;
        }
        *score += weight;
        // The quotient is rounded towards zero, as in C.
        let whole = (*score + total) / total;
        if best.is_none() || whole > most {
            (best, most) = (Some(server), whole);
        }
    }
    scores[best?] -= total;
    u32::try_from(best?).ok()
}

/// The greatest common divisor.
const fn divisor(a: u32, b: u32) -> u32 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
