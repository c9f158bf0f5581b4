//! The integral of a rate that swings, and its inverse.
//!
//! With x = π t / period the integral over t of mean (1 + amplitude sin 2x) is
//! mean (t + amplitude period sin²x / π): the form that loses no digits for small t.

use std::f64::consts::PI;

use super::profile::Sine;
use crate::time::{MAX_SPAN, Span};

/// Iterations after which the bracket is below a nanosecond whatever happens: each at least
/// halves it every second time, and it starts at 100 years at most.
const MAX_ITERATIONS: u32 = 140;

/// The iteration ends when a step is shorter, in seconds.
const ENOUGH: f64 = 1e-10;

/// A walk along a swinging rate: where it is, so that the next moment is found from there.
#[derive(Debug, Clone)]
pub(super) struct SineWalk {
    sine: Sine,
    /// The number of whole periods that have passed.
    period: f64,
    /// Seconds into the present period, the integral up to there, and the rate there.
    secs: f64,
    integral: f64,
    rate: f64,
}

impl Sine {
    /// The arrivals expected up to a moment.
    pub(super) fn up_to(&self, moment: Span) -> f64 {
        let periods = moment.0 / self.period.0;
        let rest = Span(moment.0 % self.period.0).as_secs_f64();
        periods as f64 * self.of_a_period() + self.within(rest).0
    }

    /// The rate at a moment, per second.
    pub(super) fn rate_at(&self, moment: Span) -> f64 {
        self.within(Span(moment.0 % self.period.0).as_secs_f64()).1
    }

    fn of_a_period(&self) -> f64 {
        self.mean.0 * self.period.as_secs_f64()
    }

    /// The integral up to so many seconds into a period, and the rate there.
    #[inline]
    fn within(&self, secs: f64) -> (f64, f64) {
        let period = self.period.as_secs_f64();
        let (sin, cos) = libm::sincos(PI * secs / period);
        let integral = secs + self.amplitude * period * sin * sin / PI;
        let rate = 1.0 + 2.0 * self.amplitude * sin * cos;
        (self.mean.0 * integral, self.mean.0 * rate)
    }
}

impl SineWalk {
    pub(super) const fn new(sine: Sine) -> Self {
        Self { sine, period: 0.0, secs: 0.0, integral: 0.0, rate: sine.mean.0 }
    }

    pub(super) const fn sine(&self) -> &Sine {
        &self.sine
    }

    /// The nanosecond by which `count` arrivals are expected; `None` if beyond the clock. Counts
    /// must not decrease from call to call.
    pub(super) fn moment(&mut self, count: f64) -> Option<u64> {
        let of_a_period = self.sine.of_a_period();
        let period = libm::floor(count / of_a_period);
        // A mean of 0 makes it infinite.
        if period * self.sine.period.as_secs_f64() >= MAX_SPAN.as_secs_f64() {
            return None;
        }
        if period > self.period {
            *self = Self { period, ..Self::new(self.sine) };
        }
        self.go_to((count - period * of_a_period).max(0.0));
        let start = (period as u64).checked_mul(self.sine.period.0)?;
        start.checked_add(Span::from_secs_rounded(self.secs).0.min(self.sine.period.0))
    }

    /// Goes on to where `count` is reached in the present period, by Newton's method inside a
    /// bracket: a step that would leave it, as where the rate is near 0, is replaced by halving.
    fn go_to(&mut self, count: f64) {
        let (mut low, mut high) = (self.secs, self.sine.period.as_secs_f64());
        for _ in 0..MAX_ITERATIONS {
            let newton = self.secs + (count - self.integral) / self.rate;
            let next = if newton >= low && newton <= high { newton } else { 0.5 * (low + high) };
            let step = next - self.secs;
            self.secs = next;
            (self.integral, self.rate) = self.sine.within(next);
            if step.abs() < ENOUGH {
                break;
            }
            if self.integral > count {
                high = next;
            } else {
                low = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::RateProfile;
    use super::super::profile::tests::profile;
    use super::*;

    fn sine(amplitude: &str, period: &str) -> Sine {
        let text = format!(
            "{{ sine = {{ mean = \"4/s\", amplitude = {amplitude}, period = \"{period}\" }} }}"
        );
        let RateProfile::Sine { sine } = profile(&text) else {
            panic!("{text} is a sine");
        };
        sine
    }

    #[test]
    fn half_a_period_holds_half_the_arrivals_and_the_swing() {
        let sine = sine("0.5", "10s");
        let swing = 4.0 * 0.5 * 10.0 / PI;
        assert!((sine.up_to(Span::from_secs(5)) - (20.0 + swing)).abs() < 1e-12);
        assert!((sine.up_to(Span::from_secs(10)) - 40.0).abs() < 1e-12);
    }

    #[test]
    fn no_swing_is_a_constant_rate() {
        let mut walk = SineWalk::new(sine("0.0", "10s"));
        for n in 1..1_000_u32 {
            assert_eq!(walk.moment(f64::from(n)), Some(u64::from(n) * 250_000_000));
        }
    }

    #[test]
    fn a_rate_that_touches_zero_is_inverted_too() {
        let sine = sine("1.0", "8h");
        let mut walk = SineWalk::new(sine);
        for n in 1..2_000 {
            let count = f64::from(n) * 115.2;
            let at = walk.moment(count).unwrap();
            assert!((sine.up_to(Span(at)) - count).abs() < 1e-6, "{count}");
        }
    }
}
