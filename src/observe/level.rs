//! A number that changes at moments and is averaged over time.

use crate::time::Time;

/// Levels up to this have their own share of time; what lies above shares the last.
const MAX_SHARES: usize = 4_096;

/// A level, the integral of it over time, and how long it had each value.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// The level now.
    pub now: u32,
    since: Time,
    area: u128,
    max: u32,
    /// Nanoseconds by level; empty if nobody wants them.
    shares: Vec<u64>,
}

impl Level {
    /// A level of zero that also keeps how long it had each value.
    #[must_use]
    pub fn with_shares() -> Self {
        Self { shares: vec![0; 64], ..Self::default() }
    }

    /// Brings the integral up to `at`.
    #[inline]
    pub fn flush(&mut self, at: Time) {
        let span = at.0 - self.since.0;
        self.since = at;
        self.area += u128::from(u64::from(self.now)) * u128::from(span);
        if let Some(share) = self.shares.get_mut(self.now as usize) {
            *share += span;
        } else if !self.shares.is_empty() {
            let wanted = (self.now as usize + 1).next_power_of_two().min(MAX_SHARES);
            self.shares.resize(wanted.max(self.shares.len()), 0);
            let place = (self.now as usize).min(MAX_SHARES - 1);
            self.shares[place] += span;
        }
    }

    /// The level is `level` from `at` on.
    #[inline]
    pub fn set(&mut self, at: Time, level: u32) {
        self.flush(at);
        self.now = level;
        self.max = self.max.max(level);
    }

    /// The level is one higher from `at` on.
    #[inline]
    pub fn raise(&mut self, at: Time) {
        self.set(at, self.now + 1);
    }

    /// The level is one lower from `at` on.
    #[inline]
    pub fn lower(&mut self, at: Time) {
        self.set(at, self.now - 1);
    }

    /// Forgets what was before `at`: the measured window opens.
    pub fn open(&mut self, at: Time) {
        (self.since, self.area, self.max) = (at, 0, self.now);
        self.shares.fill(0);
    }

    /// The integral so far: level times nanoseconds.
    #[must_use]
    pub const fn area(&self) -> u128 {
        self.area
    }

    /// The highest level so far.
    #[must_use]
    pub const fn max(&self) -> u32 {
        self.max
    }

    /// Nanoseconds by level.
    #[must_use]
    pub fn shares(&self) -> &[u64] {
        &self.shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_integrated_exactly_and_its_shares_sum_to_the_time() {
        let mut level = Level::with_shares();
        level.raise(Time(10));
        level.raise(Time(20));
        level.lower(Time(25));
        level.flush(Time(40));
        assert_eq!(level.area(), 10 + 2 * 5 + 15);
        assert_eq!(level.shares()[..3], [10, 25, 5]);
        assert_eq!(level.max(), 2);
    }

    #[test]
    fn the_window_forgets_what_was_before() {
        let mut level = Level::with_shares();
        level.set(Time(0), 3);
        level.flush(Time(50));
        level.open(Time(50));
        level.set(Time(60), 5_000);
        level.flush(Time(70));
        assert_eq!(level.area(), 30 + 50_000);
        assert_eq!((level.shares()[3], level.shares()[MAX_SHARES - 1]), (10, 10));
    }
}
