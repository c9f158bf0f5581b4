//! How much of something there is, over the measured window.

use crate::time::Time;

/// An amount that is told whenever it changes: its integral over time and its highest value, both
/// from the beginning of the measured window on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gauge {
    now: u64,
    since: Time,
    area: u128,
    max: u64,
}

impl Gauge {
    /// Brings the integral up to `at`.
    pub(super) fn pass(&mut self, at: Time, window: Time) {
        let from = self.since.max(window);
        if at > from {
            self.area += u128::from(self.now) * u128::from(at.0 - from.0);
            self.max = self.max.max(self.now);
        }
        self.since = at;
    }

    /// There is so much from `at` on.
    pub(super) fn set(&mut self, at: Time, amount: u64, window: Time) {
        self.pass(at, window);
        self.now = amount;
        if at >= window {
            self.max = self.max.max(amount);
        }
    }

    /// How much there is now.
    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    /// The amount times nanoseconds, over the measured window.
    #[must_use]
    pub const fn area(&self) -> u128 {
        self.area
    }

    /// The most that there was at once.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_before_the_window_counts_only_for_as_long_as_it_lasts() {
        let mut gauge = Gauge::default();
        let window = Time(10);
        for (at, amount) in [(0, 100), (5, 900), (8, 100), (20, 140), (25, 0)] {
            gauge.set(Time(at), amount, window);
        }
        gauge.pass(Time(30), window);
        assert_eq!((gauge.area(), gauge.max(), gauge.now()), (100 * 10 + 140 * 5, 140, 0));
    }
}
