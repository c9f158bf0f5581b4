//! Least response time: the backend whose recent peak latency, times the exchanges it would then
//! have, is least.
//!
//! *Use it* when backends differ in speed in ways that weights do not tell, or now and then.
//! *Weakness*: it needs samples; a backend that fails fast looks the best of all; it looks at
//! every backend and ignores weights. *Source*: `PeakEwma` of Finagle and of tower.
//!
//! The estimate of a backend is a *decaying peak*: a latency above it replaces it at once, one
//! below it is averaged in, and while nothing is heard it decays towards 0, by exp(-t / decay).
//! A backend without any sample costs nothing while idle (so that it gets one), and more than
//! all others while its first exchange is out. Ties are broken at random.
//!
//! Estimates decay alike, so they are kept multiplied by exp((last sample - epoch) / decay):
//! comparing them needs no exponential, and a choice among n backends costs n products.

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;
use crate::time::{Span, Time};

/// The algorithm `least-response-time`: it remembers each backend's peak.
#[derive(Debug, Clone)]
pub struct LeastResponseTime {
    decay_secs: f64,
    epoch: Time,
    /// The last choice: a look at the estimates ages them all.
    looked: Time,
    peaks: Vec<Peak>,
    exist: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Peak {
    /// The estimate in seconds, multiplied by exp((its last sample - epoch) / decay).
    scaled: f64,
    sampled: Time,
}

/// After so many decay times the epoch moves on, long before a factor overflows.
const MAX_DECAYS: f64 = 300.0;

/// The cost of one exchange at a backend that was never heard of: above all that were.
const UNHEARD: f64 = 1e290;

impl Balance for LeastResponseTime {
    const LISTENS: bool = true;

    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let none = Peak { scaled: 0.0, sampled: Time::ZERO };
        Self {
            decay_secs: spec.decay.as_secs_f64(),
            epoch: Time::ZERO,
            looked: Time::ZERO,
            peaks: vec![none; backends.len()],
            exist: backends.iter().map(|it| it.exists).collect(),
        }
    }

    fn pick(
        &mut self,
        query: &Query<'_>,
        among: Candidates<'_>,
        coin: &mut Stream,
    ) -> Option<usize> {
        self.looked = query.now;
        // The bits of floats that are not negative are in the order of their values.
        among.least(|i, backend| self.cost(i, backend.outstanding).to_bits(), coin)
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        let exists = backends[backend].exists;
        if exists && !self.exist[backend] {
            // It is a new one, of which nothing was heard.
            self.peaks[backend].scaled = 0.0;
        }
        self.exist[backend] = exists;
    }

    fn on_done(&mut self, backend: usize, now: Time, latency: Span) {
        let mut age = self.decays_since(self.epoch, now);
        if age > MAX_DECAYS {
            let factor = libm::exp(-age);
            self.peaks.iter_mut().for_each(|peak| peak.scaled *= factor);
            self.epoch = now;
            age = 0.0;
        }
        let sample = latency.as_secs_f64();
        let peak = self.peaks[backend];
        let kept = libm::exp(-self.decays_since(self.looked.max(peak.sampled), now));
        let scale = libm::exp(age);
        let decayed = peak.scaled / scale;
        let estimate =
            if sample * kept > decayed { sample } else { decayed + sample * (1.0 - kept) };
        self.peaks[backend] = Peak { scaled: estimate * scale, sampled: now };
    }
}

impl LeastResponseTime {
    #[inline]
    fn cost(&self, backend: usize, outstanding: u32) -> f64 {
        let peak = self.peaks[backend].scaled;
        if peak > 0.0 {
            peak * (f64::from(outstanding) + 1.0)
        } else {
            UNHEARD * f64::from(outstanding)
        }
    }

    fn decays_since(&self, earlier: Time, now: Time) -> f64 {
        now.since(earlier).as_secs_f64() / self.decay_secs
    }
}

#[cfg(test)]
mod tests {
    use super::super::Algorithm;
    use super::super::stated::{coin, equal, loaded};
    use super::*;

    #[test]
    fn of_who_comes_nothing_was_heard() {
        let mut balancer = heard(2, &[(0, 0, 10), (1, 0, 20)]);
        assert_eq!(pick_at(&mut balancer, 1, &[0, 0]), Some(0));
        let mut backends = equal(2);
        for exists in [false, true] {
            backends[1].exists = exists;
            balancer.on_change(1, &backends);
        }
        assert_eq!(pick_at(&mut balancer, 1, &[0, 0]), Some(1));
    }

    /// A balancer that decays over 10 s and has heard, of backend i at moment t, latency l.
    fn heard(count: u32, samples: &[(usize, u64, u64)]) -> LeastResponseTime {
        let spec =
            BalanceSpec { algorithm: Algorithm::LeastResponseTime, ..BalanceSpec::default() };
        let mut balancer = LeastResponseTime::new(&spec, &equal(count));
        for (backend, secs, millis) in samples {
            let now = Time::ZERO + Span::from_secs(*secs);
            balancer.on_done(*backend, now, Span::from_millis(*millis));
        }
        balancer
    }

    fn pick_at(balancer: &mut LeastResponseTime, secs: u64, outstanding: &[u32]) -> Option<usize> {
        let now = Time::ZERO + Span::from_secs(secs);
        let query = Query { source: 0, uri: 0, address: 0, path: "", now };
        let backends = loaded(outstanding);
        balancer.pick(&query, Candidates::new(&backends, Default::default()), &mut coin())
    }

    fn estimate_millis(balancer: &LeastResponseTime, backend: usize, secs: u64) -> f64 {
        let now = Time::ZERO + Span::from_secs(secs);
        let age = balancer.decays_since(balancer.epoch, now);
        1e3 * balancer.peaks[backend].scaled / libm::exp(age)
    }

    #[test]
    fn latency_is_weighed_by_the_exchanges_outstanding() {
        let mut balancer = heard(2, &[(0, 0, 10), (1, 0, 35)]);
        assert_eq!(pick_at(&mut balancer, 0, &[2, 0]), Some(0), "30 ms against 35 ms");
        assert_eq!(pick_at(&mut balancer, 0, &[3, 0]), Some(1), "40 ms against 35 ms");
    }

    #[test]
    fn an_unheard_backend_is_tried_once_and_then_waited_for() {
        let mut balancer = heard(2, &[(0, 0, 10)]);
        assert_eq!(pick_at(&mut balancer, 0, &[0, 0]), Some(1));
        assert_eq!(pick_at(&mut balancer, 0, &[9, 1]), Some(0));
    }

    #[test]
    fn a_peak_replaces_the_estimate_and_decays_while_nothing_is_heard() {
        let balancer = heard(1, &[(0, 0, 10), (0, 0, 100)]);
        assert!((estimate_millis(&balancer, 0, 0) - 100.0).abs() < 1e-9);
        assert!((estimate_millis(&balancer, 0, 10) - 100.0 * libm::exp(-1.0)).abs() < 1e-9);
    }

    #[test]
    fn a_lower_latency_is_averaged_in() {
        let balancer = heard(1, &[(0, 0, 100), (0, 10, 40)]);
        let kept = libm::exp(-1.0);
        let expected = 100.0 * kept + 40.0 * (1.0 - kept);
        assert!((estimate_millis(&balancer, 0, 10) - expected).abs() < 1e-9);
    }

    #[test]
    fn what_was_not_heard_of_for_longer_looks_better() {
        let mut balancer = heard(2, &[(0, 0, 40), (1, 20, 40)]);
        assert_eq!(pick_at(&mut balancer, 20, &[0, 0]), Some(0));
    }

    #[test]
    fn a_new_epoch_changes_no_estimate() {
        let balancer = heard(2, &[(0, 2_999, 50), (1, 3_001, 20)]);
        assert_eq!(balancer.epoch, Time::ZERO + Span::from_secs(3_001));
        let expected = 50.0 * libm::exp(-0.2);
        assert!((estimate_millis(&balancer, 0, 3_001) - expected).abs() < 1e-9);
    }
}
