//! HAProxy's `http_req_rate` and a `deny` above the limit.
//!
//! Each key has a counter of all its requests, the refused ones included, over a sliding period:
//! the count of the current period plus that of the one before, scaled by how much of it still
//! lies within. A request is refused if the count with it is above the limit. So an offender who
//! does not slow down stays shut out, unlike in a bucket. Periods begin with a key's first
//! request after a pause, at even milliseconds. *Source*: `freq_ctr.h` and `freq_ctr.c` of
//! HAProxy 2.6 (`update_freq_ctr_period`, `freq_ctr_total`).

use super::states::States;
use super::{Decision, RateLimitSpec};
use crate::time::Time;

/// The limit of profile `haproxy`.
#[derive(Debug, Clone)]
pub struct RequestRate {
    /// The largest count that passes.
    limit: u64,
    /// In milliseconds.
    period: u64,
    pub(super) states: States<Counter>,
}

/// The count of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counter {
    /// The millisecond in which the current period began.
    tick: u64,
    current: u64,
    previous: u64,
}

impl RequestRate {
    /// The limit before its first request.
    #[must_use]
    pub fn new(spec: &RateLimitSpec) -> Self {
        let period = (spec.period.0 / 1_000_000).max(2);
        Self { limit: spec.per_period(), period, states: States::new() }
    }

    #[inline]
    pub(super) fn decide(&mut self, key: u64, now: Time) -> Decision {
        let (period, now) = (self.period, now.0 / 1_000_000);
        let fresh = Counter { tick: even(now), current: 0, previous: 0 };
        let is_spent = |old: &Counter| now - old.tick >= 2 * period;
        let (counter, _) = self.states.of(key, fresh, is_spent);
        counter.count(period, now);
        if counter.rate(period, now) > self.limit { Decision::Reject } else { Decision::Pass }
    }
}

impl Counter {
    /// Counts one request; periods that are over are closed first.
    fn count(&mut self, period: u64, now: u64) {
        let age = now - self.tick;
        if age >= 2 * period {
            *self = Self { tick: even(now), current: 0, previous: 0 };
        } else if age >= period {
            let tick = even(self.tick + period);
            *self = Self { tick, current: 0, previous: self.current };
        }
        self.current += 1;
    }

    /// The requests of the last period: the current one's are known to lie in it.
    fn rate(self, period: u64, now: u64) -> u64 {
        // A period that began at the odd millisecond before its tick may be over by 1 ms.
        let remaining = (self.tick + period).saturating_sub(now);
        self.current + self.previous * remaining / period
    }
}

/// The lowest bit of a tick is HAProxy's lock.
const fn even(millis: u64) -> u64 {
    millis & !1
}
