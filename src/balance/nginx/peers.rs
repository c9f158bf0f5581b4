//! What nginx keeps of every peer, whatever the algorithm: its turn.
//!
//! Each open peer gains its *effective* weight at every choice, and the one with the most pays
//! the sum. A failure lowers the effective weight by weight / `max_fails`; each choice that the
//! peer takes part in gives one back, up to the weight.

use super::super::Backend;
use super::super::backend::Candidates;

/// The turns of all peers.
#[derive(Debug, Clone)]
pub(super) struct Peers {
    /// The weights as configured, also of peers that are down: hashes are taken modulo their sum.
    /// Peers that do not exist have none.
    weights: Vec<i64>,
    effective: Vec<i64>,
    current: Vec<i64>,
}

impl Peers {
    pub(super) fn new(backends: &[Backend]) -> Self {
        let weights: Vec<i64> = backends.iter().map(|it| i64::from(it.weight)).collect();
        Self { effective: weights.clone(), current: vec![0; weights.len()], weights }
    }

    /// The sum of all weights.
    pub(super) fn total(&self) -> u64 {
        self.weights.iter().sum::<i64>().unsigned_abs()
    }

    /// The peer that owns remainder `number` of the sum of weights.
    pub(super) fn owner(&self, number: u64) -> Option<usize> {
        let mut left = i64::try_from(number).ok()?;
        self.weights.iter().position(|weight| {
            left -= weight;
            left < 0
        })
    }

    /// The peer whose turn it is among the open ones that `fit`.
    pub(super) fn turn(
        &mut self,
        among: Candidates<'_>,
        fit: impl Fn(&Backend) -> bool,
    ) -> Option<usize> {
        let mut total = 0;
        let mut best: Option<usize> = None;
        for (i, _) in among.open().filter(|(_, backend)| fit(backend)) {
            self.current[i] += self.effective[i];
            total += self.effective[i];
            self.effective[i] += i64::from(self.effective[i] < self.weights[i]);
            if best.is_none_or(|best| self.current[i] > self.current[best]) {
                best = Some(i);
            }
        }
        self.current[best?] -= total;
        best
    }

    /// The first open owner of the numbers that `next` gives, taken modulo the sum of weights;
    /// the peer whose turn it is after [`MAX_TRIES`](super::MAX_TRIES) closed ones.
    pub(super) fn owner_or_turn(
        &mut self,
        among: Candidates<'_>,
        mut next: impl FnMut() -> u64,
    ) -> Option<usize> {
        among.open().next()?;
        let total = self.total();
        for _ in 0..=super::MAX_TRIES {
            let owner = self.owner(next().checked_rem(total)?)?;
            if among.is_open(owner) {
                return Some(owner);
            }
        }
        self.turn(among, |_| true)
    }

    /// An exchange with this peer failed.
    pub(super) fn on_failed(&mut self, peer: usize, max_fails: u32) {
        if max_fails > 0 {
            let lowered = self.effective[peer] - self.weights[peer] / i64::from(max_fails);
            self.effective[peer] = lowered.max(0);
        }
    }

    /// A peer may have another weight, or have come or gone.
    pub(super) fn on_change(&mut self, peer: usize, backends: &[Backend]) {
        let it = &backends[peer];
        let weight = if it.exists { i64::from(it.weight) } else { 0 };
        let moved = weight - self.weights[peer];
        self.weights[peer] = weight;
        self.effective[peer] = (self.effective[peer] + moved).clamp(0, weight);
    }
}
