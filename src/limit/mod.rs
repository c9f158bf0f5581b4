//! Rate limits: whether a request may pass now, later or not at all.
//!
//! A [`Limiter`] answers one question, [`Limiter::decide`], from the moments of the requests
//! before; whoever owns it finds the key of a request and does what was decided. Three rules,
//! one file each, that are told apart because they give different answers to the same arrivals:
//! the textbook's token bucket, nginx's `limit_req` and HAProxy's `http_req_rate`.
//!
//! A decision allocates nothing unless its key is new. Keys whose past no longer matters are
//! forgotten, so memory grows with the keys of late, never with the number of requests.

mod haproxy;
mod nginx;
mod spec;
mod states;
mod token_bucket;

#[cfg(test)]
mod measured;

pub use haproxy::RequestRate;
pub use nginx::LimitReq;
pub use spec::{Delayed, LimitKey, LimitProfile, RateLimitSpec};
pub use token_bucket::TokenBucket;

use crate::time::{Span, Time};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It goes on at once.
    Pass,
    /// It goes on after this time, which is not zero; nothing is asked again.
    Delay(Span),
    /// It is refused with the limit's status.
    Reject,
}

/// A rate limit with its state: one node's.
#[derive(Debug, Clone)]
pub enum Limiter {
    /// The textbook's token bucket.
    TokenBucket(TokenBucket),
    /// nginx's `limit_req`.
    Nginx(LimitReq),
    /// HAProxy's `http_req_rate` with a `deny` above the limit.
    Haproxy(RequestRate),
}

impl Limiter {
    /// The limiter that `spec` describes, before its first request.
    #[must_use]
    pub fn new(spec: &RateLimitSpec) -> Self {
        match spec.profile {
            LimitProfile::TokenBucket => Self::TokenBucket(TokenBucket::new(spec)),
            LimitProfile::Nginx => Self::Nginx(LimitReq::new(spec)),
            LimitProfile::Haproxy => Self::Haproxy(RequestRate::new(spec)),
        }
    }

    /// What becomes of a request with this key that comes now; it counts from now on. `key` is
    /// what [`LimitKey::of`] gives.
    ///
    /// # Panics
    /// If `now` is before the moment of an earlier call.
    #[inline]
    pub fn decide(&mut self, key: u64, now: Time) -> Decision {
        match self {
            Self::TokenBucket(limit) => limit.decide(key, now),
            Self::Nginx(limit) => limit.decide(key, now),
            Self::Haproxy(limit) => limit.decide(key, now),
        }
    }

    /// How many keys it remembers.
    #[must_use]
    pub fn keys(&self) -> usize {
        match self {
            Self::TokenBucket(limit) => limit.states.len(),
            Self::Nginx(limit) => limit.states.len(),
            Self::Haproxy(limit) => limit.states.len(),
        }
    }
}
