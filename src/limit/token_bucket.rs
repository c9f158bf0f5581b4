//! The token bucket of the textbook, and the leaky bucket, which is the same seen from the other
//! side.
//!
//! A bucket holds up to `burst` tokens and fills continuously at `rate`. A request takes one; if
//! there is none it is refused, and takes nothing. With a `delay` the bucket is a meter: requests
//! that a bucket with fewer tokens would refuse are admitted and wait for their own token, so that
//! what leaves never exceeds the rate. State is one moment per key, at which the bucket will be
//! full again (the "theoretical arrival time" of the generic cell rate algorithm, ITU-T I.371), in
//! fractions of a nanosecond, so that no rate is rounded by more than 10^-9 of itself. *Weakness*:
//! after a pause, `burst` requests pass at once, whatever the rate.

use super::states::States;
use super::{Decision, Delayed, RateLimitSpec};
use crate::time::{MAX_SPAN, Span, Time};

/// Fractions of a nanosecond: 2^32 of them.
const FRACTION: u32 = 32;

/// The limit of profile `token-bucket`.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    /// The time in which one token comes, in fractions of a nanosecond.
    token: u128,
    /// How far from full the bucket may be and still have a token.
    depth: u128,
    /// How far from full it may be without that a request waits; `None`: as far as it can be.
    prompt: Option<u128>,
    /// When the bucket of each key is full again.
    pub(super) states: States<u128>,
}

impl TokenBucket {
    /// The limit before its first request: all buckets are full.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and not below 1/10^9 a second, so a token fits 96 bits"
    )]
    pub fn new(spec: &RateLimitSpec) -> Self {
        let token = (1e9 / spec.rate.0 * 4_294_967_296.0 + 0.5) as u128;
        let tokens = |requests: u32| u128::from(requests) * token;
        let prompt = match spec.delay.unwrap_or(Delayed::None) {
            Delayed::None => None,
            Delayed::All => Some(0),
            Delayed::Above(requests) => Some(tokens(requests)),
        };
        let depth = tokens(spec.burst.unwrap_or(1).max(1) - 1);
        Self { token, depth, prompt, states: States::new() }
    }

    #[inline]
    pub(super) fn decide(&mut self, key: u64, now: Time) -> Decision {
        let now = u128::from(now.0) << FRACTION;
        let (full, _) = self.states.of(key, now, |full| *full <= now);
        let missing = full.saturating_sub(now);
        if missing > self.depth {
            return Decision::Reject;
        }
        *full = now + missing + self.token;
        match self.prompt {
            Some(prompt) if missing > prompt => Decision::Delay(rounded_up(missing - prompt)),
            _ => Decision::Pass,
        }
    }
}

/// At least 1 ns, so that what leaves is never early.
fn rounded_up(fractions: u128) -> Span {
    let nanos = fractions.div_ceil(1 << FRACTION);
    u64::try_from(nanos).map_or(MAX_SPAN, |nanos| MAX_SPAN.min(Span(nanos)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};
    use crate::unit::Rate;

    fn bucket(rate: f64, burst: u32, delay: Delayed) -> TokenBucket {
        let spec = RateLimitSpec {
            burst: Some(burst),
            delay: Some(delay),
            ..RateLimitSpec::of_rate(Rate(rate))
        };
        TokenBucket::new(&spec)
    }

    #[test]
    fn a_full_bucket_gives_its_tokens_at_once_and_then_one_by_one() {
        let mut limit = bucket(10.0, 3, Delayed::None);
        let mut at = |millis: u64| limit.decide(1, Time(millis * 1_000_000));
        assert_eq!([0, 0, 0].map(&mut at), [Decision::Pass; 3]);
        assert_eq!([0, 99].map(&mut at), [Decision::Reject; 2]);
        assert_eq!([100, 200].map(&mut at), [Decision::Pass; 2]);
        assert_eq!(at(299), Decision::Reject);
    }

    #[test]
    fn keys_have_buckets_of_their_own() {
        let mut limit = bucket(1.0, 1, Delayed::None);
        assert_eq!(limit.decide(1, Time::ZERO), Decision::Pass);
        assert_eq!(limit.decide(2, Time::ZERO), Decision::Pass);
        assert_eq!(limit.decide(1, Time::ZERO), Decision::Reject);
    }

    #[test]
    fn a_leaky_bucket_lets_out_one_at_a_time() {
        let mut limit = bucket(10.0, 4, Delayed::All);
        let delays: Vec<Decision> = (0..5).map(|_| limit.decide(1, Time::ZERO)).collect();
        let after = |millis| Decision::Delay(Span::from_millis(millis));
        let expected = [Decision::Pass, after(100), after(200), after(300), Decision::Reject];
        assert_eq!(delays, expected);
        let mut limit = bucket(10.0, 4, Delayed::Above(2));
        let delays: Vec<Decision> = (0..5).map(|_| limit.decide(1, Time::ZERO)).collect();
        let pass = Decision::Pass;
        assert_eq!(delays, [pass, pass, pass, after(100), Decision::Reject]);
    }

    #[test]
    fn no_rate_is_rounded_to_the_clock() {
        // Three tokens a nanosecond, a third of a token a nanosecond.
        let mut fast = bucket(3e8, 1, Delayed::None);
        let passed = (0..3_000).filter(|ns| fast.decide(1, Time(*ns)) == Decision::Pass).count();
        assert!((749..=1_000).contains(&passed), "{passed}");
        let mut slow = bucket(1.0 / 3_600.0, 1, Delayed::None);
        let hour = 3_600 * 1_000_000_000;
        assert_eq!(slow.decide(1, Time(0)), Decision::Pass);
        assert_eq!(slow.decide(1, Time(hour - 2)), Decision::Reject);
        assert_eq!(slow.decide(1, Time(hour + 2)), Decision::Pass);
    }

    /// The share of Poisson arrivals at this rate that a bucket of 100/s refuses.
    fn refused(rate: f64, depth: u32, requests: u32) -> f64 {
        let mut limit = bucket(100.0, depth, Delayed::None);
        let mut draws = Key::root(1, 0).draws(Purpose::named("arrivals"));
        let mut now = Time::ZERO;
        let mut refused = 0;
        for _ in 0..requests {
            let gap = -libm::log(open_unit(draws.next_bits())) / rate;
            now += Span::from_secs_rounded(gap);
            refused += u32::from(limit.decide(1, now) == Decision::Reject);
        }
        f64::from(refused) / f64::from(requests)
    }

    #[test]
    fn a_bucket_refuses_the_share_that_an_m_d_1_queue_with_bounded_workload_does() {
        // Theory cases bucket-01 and bucket-02; a million requests, four standard errors.
        let light = refused(90.0, 5, 1_000_000);
        assert!((light / 0.064_361_897 - 1.0).abs() < 0.04, "{light}");
        let heavy = refused(150.0, 20, 1_000_000);
        assert!((heavy / 0.333_333_344 - 1.0).abs() < 0.015, "{heavy}");
    }
}
