//! Slow start: a backend that has come back takes its weight step by step.
//!
//! *Linear*, as in nginx and HAProxy: after a share t/w of the window w, the same share of the
//! weight. *Envoy*: max(`min_share`, (max(t, 1 s)/w)^(1/`aggression`)). A backend that never was
//! out has its whole weight. *Weakness*: when all have just come back, all have the same share of
//! their weights, which changes nothing. *Sources*: nginx's and HAProxy's `slowstart`; Envoy's
//! "Slow start mode".

use super::spec::{SlowStartProfile, SlowStartSpec};
use crate::math::power;
use crate::time::{Span, Time};

/// The whole weight, as [`Health::share`](super::Health::share) counts.
pub const FULL_WEIGHT: u32 = 1_000;

/// The rule of slow start.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowStart(SlowStartSpec);

impl SlowStart {
    /// The rule that `spec` describes.
    #[must_use]
    pub fn new(spec: &SlowStartSpec) -> Self {
        Self(spec.clone())
    }

    /// The share of its weight, 1 to [`FULL_WEIGHT`], of a backend that came back at this moment,
    /// if it was ever out.
    #[inline]
    #[must_use]
    pub fn share(&self, recovered: Option<Time>, now: Time) -> u32 {
        let age = recovered.map(|since| now.since(since));
        match age.filter(|age| *age < self.0.window) {
            None => FULL_WEIGHT,
            Some(age) => self.rising(age),
        }
    }

    /// The share so long after the return, which is within the window.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share is from 0 to 1"
    )]
    fn rising(&self, age: Span) -> u32 {
        let window = self.0.window.as_secs_f64();
        let share = match self.0.profile {
            SlowStartProfile::Linear => age.as_secs_f64() / window,
            SlowStartProfile::Envoy => {
                let time = (age.as_secs_f64().max(1.0) / window).min(1.0);
                power(time, 1.0 / self.0.aggression.get()).max(self.0.min_share.get())
            }
        };
        ((share * f64::from(FULL_WEIGHT)) as u32).clamp(1, FULL_WEIGHT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(text: &str, seconds: &[u64]) -> Vec<u32> {
        let slow = SlowStart::new(&toml::from_str(text).unwrap());
        let since = Time(7_000_000_000);
        seconds.iter().map(|age| slow.share(Some(since), since + Span::from_secs(*age))).collect()
    }

    #[test]
    fn a_linear_share_rises_with_time() {
        assert_eq!(
            shares("window = \"10s\"", &[0, 1, 5, 9, 10, 99]),
            [1, 100, 500, 900, 1_000, 1_000]
        );
    }

    #[test]
    fn envoys_share_has_a_floor_and_a_power() {
        let text = "window = \"100s\"\nprofile = \"envoy\"";
        assert_eq!(shares(text, &[0, 1, 10, 50, 100]), [100, 100, 100, 500, 1_000]);
        let text = "window = \"100s\"\nprofile = \"envoy\"\naggression = 2\nmin_share = 0";
        assert_eq!(shares(text, &[0, 1, 25, 81]), [100, 100, 500, 900]);
    }

    #[test]
    fn who_never_was_out_has_all() {
        let slow = SlowStart::new(&toml::from_str("window = \"1s\"").unwrap());
        assert_eq!(slow.share(None, Time(1)), FULL_WEIGHT);
    }
}
