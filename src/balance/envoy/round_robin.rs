//! `envoy`, `round-robin` and `smooth-weighted-round-robin`: Envoy's `ROUND_ROBIN`.
//!
//! Equal weights: each host in turn, from a random one on. Other weights: earliest deadline first,
//! as if a random number of choices had been made before; any change of health or weight begins
//! anew. *Use it* for many proxies in front of the same hosts, which do not march in step.
//! *Weakness*: that of round robin. *Source*: `RoundRobinLoadBalancer`.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::edf::Edf;
use super::{healthy, is_equal};
use crate::rng::Stream;

/// Envoy's round robin.
#[derive(Debug, Clone)]
pub struct RoundRobin {
    /// Drawn before the first choice.
    seed: Option<u32>,
    turn: u64,
    /// Where weights differ.
    edf: Option<Edf>,
}

impl Balance for RoundRobin {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self { seed: None, turn: 0, edf: None }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        among.open().next()?;
        if self.seed.is_none() {
            let seed = coin.next_u32() % MAX_PICKS;
            (self.seed, self.turn) = (Some(seed), seed.into());
            self.refresh(among.backends);
        }
        if let Some(edf) = &mut self.edf {
            return edf.pick(among, |backend| f64::from(backend.weight));
        }
        for _ in 0..among.len() {
            let host = healthy(among, self.turn)?;
            self.turn += 1;
            if among.is_open(host) {
                return Some(host);
            }
        }
        None
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.refresh(backends);
    }
}

/// A start is a number of choices below this: Envoy's limit.
const MAX_PICKS: u32 = 429_496_729;

impl RoundRobin {
    fn refresh(&mut self, backends: &[Backend]) {
        let weight = |backend: &Backend| f64::from(backend.weight);
        self.edf =
            self.seed.filter(|_| !is_equal(backends)).map(|seed| Edf::new(backends, weight, seed));
    }
}
