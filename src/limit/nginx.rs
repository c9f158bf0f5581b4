//! nginx's `limit_req`: thousandths of a request, whole milliseconds.
//!
//! Each key has an *excess*, the requests admitted beyond the rate: it falls by the rate and
//! rises by 1 with each request that is admitted. A request that would bring it above `burst` is
//! refused and leaves it as it was. One whose excess is above `delay` waits until the rate has
//! caught up. All of it is integer arithmetic in thousandths of a request and on a clock of whole
//! milliseconds, both cut off; near a boundary these decide. *Source*:
//! `ngx_http_limit_req_module.c` of nginx 1.22; reproduced decision by decision in `measured.rs`.

use super::states::States;
use super::{Decision, Delayed, RateLimitSpec};
use crate::time::{Span, Time};

/// The limit of profile `nginx`.
#[derive(Debug, Clone)]
pub struct LimitReq {
    /// Thousandths of a request a second.
    rate: u64,
    /// In thousandths of a request.
    burst: u64,
    /// In thousandths of a request: what is not above it need not wait.
    delay: u64,
    pub(super) states: States<Bucket>,
}

/// The past of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket {
    /// In thousandths of a request.
    excess: u64,
    /// The millisecond of the last admission.
    last: u64,
}

impl LimitReq {
    /// The limit before its first request.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and at most 10^9; the thousandths are cut off as nginx does"
    )]
    pub fn new(spec: &RateLimitSpec) -> Self {
        // What is written as a multiple of a thousandth must not lose one to the float.
        let rate = ((spec.rate.0 * 1_000.0 + 1e-6) as u64).max(1);
        let delay = match spec.delay.unwrap_or(Delayed::All) {
            Delayed::None => u64::MAX,
            Delayed::All => 0,
            Delayed::Above(requests) => u64::from(requests) * 1_000,
        };
        let burst = u64::from(spec.burst.unwrap_or(0)) * 1_000;
        Self { rate, burst, delay, states: States::new() }
    }

    #[inline]
    pub(super) fn decide(&mut self, key: u64, now: Time) -> Decision {
        let (rate, now) = (self.rate, now.0 / 1_000_000);
        let fresh = Bucket { excess: 0, last: now };
        // A key without a past is treated as one whose excess is 1 below zero.
        let is_spent = |old: &Bucket| old.excess + 1_000 <= drained(rate, now - old.last);
        let (bucket, is_known) = self.states.of(key, fresh, is_spent);
        if !is_known {
            return Decision::Pass;
        }
        let excess = (bucket.excess + 1_000).saturating_sub(drained(rate, now - bucket.last));
        if excess > self.burst {
            return Decision::Reject;
        }
        *bucket = Bucket { excess, last: now };
        match excess.saturating_sub(self.delay) * 1_000 / rate {
            0 => Decision::Pass,
            millis => Decision::Delay(Span::from_millis(millis)),
        }
    }
}

/// The thousandths of a request that go in so many milliseconds.
const fn drained(rate: u64, millis: u64) -> u64 {
    rate.saturating_mul(millis) / 1_000
}
