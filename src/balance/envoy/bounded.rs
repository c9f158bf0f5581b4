//! Envoy's bounded loads: who has too much passes a request on to anybody, not to the neighbour.
//!
//! A host is overloaded with more exchanges than its slots, so it may have one more than those.
//! Then hosts are looked at in an order that is shuffled by the key, the same one each time, until
//! one is not overloaded; if all are, the least overloaded one takes it. *Source*:
//! `BoundedLoadHashingLoadBalancer::chooseHost`; random jumps after Chen, Coleman and Shrivastava,
//! "Revisiting consistent hashing with bounded loads", AAAI 2021.

use super::super::Backend;
use super::super::backend::Candidates;
use super::super::bounded::all_outstanding;
use super::is_healthy;
use super::mersenne::Mersenne;

/// Envoy's bound on loads.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    percent: u64,
    /// The hosts in the order in which they are looked at: memory that is used again.
    order: Vec<u32>,
}

impl Bounded {
    pub(super) const fn new(percent: u32) -> Self {
        Self { percent: percent as u64, order: Vec::new() }
    }

    /// The host that takes a key whose own host is `own`.
    pub(super) fn chosen(&mut self, hash: u64, own: usize, among: Candidates<'_>) -> usize {
        let slots = Slots::of(self.percent, among.backends);
        let overload = |host: usize| slots.overload(&among.backends[host]);
        let (mut least, mut least_overload) = (own, overload(own));
        if least_overload <= 1.0 {
            return own;
        }
        self.order.clear();
        self.order
            .extend((0..).zip(among.backends).filter(|(_, it)| is_healthy(it)).map(|it| it.0));
        let mut random = Mersenne::new(hash);
        for place in 0..self.order.len() {
            let left = self.order.len() - place;
            self.order.swap(place, place + random.below(left));
            let host = self.order[place] as usize;
            if host == own || !among.is_open(host) {
                continue;
            }
            let overload = overload(host);
            if overload <= 1.0 {
                return host;
            }
            if overload < least_overload {
                (least, least_overload) = (host, overload);
            }
        }
        least
    }
}

/// What all hosts may have together, and their weights.
struct Slots {
    all: u64,
    weights: u64,
}

impl Slots {
    fn of(percent: u64, backends: &[Backend]) -> Self {
        let healthy = backends.iter().filter(|backend| is_healthy(backend));
        Self {
            all: ((all_outstanding(backends) + 1) * percent).div_ceil(100),
            weights: healthy.map(|backend| u64::from(backend.weight)).sum(),
        }
    }

    /// How many exchanges a host has for each of its slots.
    fn overload(&self, backend: &Backend) -> f64 {
        let own = (self.all * u64::from(backend.weight)).div_ceil(self.weights.max(1)).max(1);
        #[allow(clippy::cast_precision_loss, reason = "slots are as many as exchanges")]
        let slots = own as f64;
        f64::from(backend.outstanding) / slots
    }
}
