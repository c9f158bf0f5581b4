//! `envoy`, `power-of-d`, `least-connections` and `weighted-least-connections`: Envoy's
//! `LEAST_REQUEST`.
//!
//! Equal weights: of `choices` draws (with replacement) the host with the fewest outstanding
//! exchanges, the one drawn first if they tie. Other weights: earliest deadline first, with
//! weights divided by the outstanding exchanges and one. *Use it* as power of d choices.
//! *Weakness*: as a host may be drawn twice, it is somewhat worse than two different choices.
//! *Source*: `LeastRequestLoadBalancer`, with an active request bias of 1.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::edf::Edf;
use super::{healthy, is_equal};
use crate::rng::{Stream, below};

/// Envoy's least request.
#[derive(Debug, Clone)]
pub struct LeastRequest {
    choices: u32,
    /// Where weights differ.
    edf: Option<Edf>,
}

impl Balance for LeastRequest {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { choices: spec.choices, edf: scheduler(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        if let Some(edf) = &mut self.edf {
            return edf.pick(among, weight);
        }
        let count = among.backends.iter().filter(|it| super::is_healthy(it)).count() as u64;
        let mut best: Option<usize> = None;
        for _ in 0..self.choices {
            let drawn = healthy(among, below(count.max(1), coin.next_u64()))?;
            let load = |host: usize| among.backends[host].outstanding;
            if among.is_open(drawn) && best.is_none_or(|best| load(drawn) < load(best)) {
                best = Some(drawn);
            }
        }
        best.or_else(|| among.any_open(coin.next_u64()))
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.edf = scheduler(backends);
    }
}

fn scheduler(backends: &[Backend]) -> Option<Edf> {
    (!is_equal(backends)).then(|| Edf::new(backends, weight, 0))
}

/// The weight that is left of a host that has so many exchanges.
fn weight(backend: &Backend) -> f64 {
    f64::from(backend.weight) / (f64::from(backend.outstanding) + 1.0)
}
