//! A number that changes at moments and is averaged over time.

use crate::time::Time;

/// Levels up to this have their own share of time; what lies above shares the last.
const MAX_SHARES: usize = 4_096;

/// A level and the integral of it over time.
///
/// The integral up to T is level · T less the sum of every change times its moment, so a change
/// costs one addition and no multiplication.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// The level now.
    pub now: u32,
    max: u32,
    /// The sum of all changes times their moments, modulo 2^128.
    moments: u128,
    /// The integral as it was brought up last.
    area: u128,
}

impl Level {
    /// Brings the integral up to `at`.
    #[inline]
    pub fn flush(&mut self, at: Time) {
        self.area = (u128::from(self.now) * u128::from(at.0)).wrapping_sub(self.moments);
    }

    /// The level is `level` from `at` on.
    #[inline(always)]
    pub fn set(&mut self, at: Time, level: u32) {
        if level == self.now + 1 {
            return self.raise(at);
        }
        if level + 1 == self.now {
            return self.lower(at);
        }
        let (to, from) = (u128::from(level), u128::from(self.now));
        let moments = to.wrapping_sub(from).wrapping_mul(u128::from(at.0));
        self.moments = self.moments.wrapping_add(moments);
        self.now = level;
        self.max = self.max.max(level);
    }

    /// The level is one higher from `at` on.
    #[inline(always)]
    pub fn raise(&mut self, at: Time) {
        self.moments = self.moments.wrapping_add(u128::from(at.0));
        self.now += 1;
        self.max = self.max.max(self.now);
    }

    /// The level is one lower from `at` on.
    #[inline(always)]
    pub fn lower(&mut self, at: Time) {
        self.moments = self.moments.wrapping_sub(u128::from(at.0));
        self.now -= 1;
    }

    /// Forgets what was before `at`: the measured window opens.
    pub fn open(&mut self, at: Time) {
        self.moments = u128::from(self.now) * u128::from(at.0);
        (self.area, self.max) = (0, self.now);
    }

    /// The integral up to the last [`flush`](Self::flush): level times nanoseconds.
    #[must_use]
    pub const fn area(&self) -> u128 {
        self.area
    }

    /// The highest level so far.
    #[must_use]
    pub const fn max(&self) -> u32 {
        self.max
    }
}

/// A level that also keeps how long it had each value.
#[derive(Debug, Clone)]
pub struct Occupancy {
    level: Level,
    since: Time,
    /// Nanoseconds by level.
    shares: Vec<u64>,
}

impl Default for Occupancy {
    fn default() -> Self {
        Self { level: Level::default(), since: Time::ZERO, shares: vec![0; 64] }
    }
}

impl Occupancy {
    /// The level now.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> u32 {
        self.level.now
    }

    /// Brings the integral and the shares up to `at`.
    #[inline]
    pub fn flush(&mut self, at: Time) {
        self.share(at);
        self.level.flush(at);
    }

    /// The level is one higher from `at` on.
    #[inline(always)]
    pub fn raise(&mut self, at: Time) {
        self.share(at);
        self.level.raise(at);
    }

    /// The level is one lower from `at` on.
    #[inline(always)]
    pub fn lower(&mut self, at: Time) {
        self.share(at);
        self.level.lower(at);
    }

    /// Puts the time since the last change down to the level that it had.
    #[inline(always)]
    fn share(&mut self, at: Time) {
        let span = at.0 - self.since.0;
        self.since = at;
        match self.shares.get_mut(self.level.now as usize) {
            Some(share) => *share += span,
            None => self.share_high(span),
        }
    }

    /// The same for a level that was never had before, or lies above all that are told apart.
    #[cold]
    fn share_high(&mut self, span: u64) {
        let level = self.level.now as usize;
        if self.shares.len() < MAX_SHARES {
            self.shares.resize((level + 1).next_power_of_two().min(MAX_SHARES), 0);
        }
        self.shares[level.min(MAX_SHARES - 1)] += span;
    }

    /// Forgets what was before `at`: the measured window opens.
    pub fn open(&mut self, at: Time) {
        self.level.open(at);
        self.since = at;
        self.shares.fill(0);
    }

    /// The integral up to the last [`flush`](Self::flush): level times nanoseconds.
    #[must_use]
    pub const fn area(&self) -> u128 {
        self.level.area()
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
        let mut level = Occupancy::default();
        level.raise(Time(10));
        level.raise(Time(20));
        level.lower(Time(25));
        level.flush(Time(40));
        assert_eq!(level.area(), 10 + 2 * 5 + 15);
        assert_eq!(level.shares()[..3], [10, 25, 5]);
        assert_eq!(level.level.max(), 2);
    }

    #[test]
    fn the_window_forgets_what_was_before() {
        let mut level = Level::default();
        level.set(Time(0), 3);
        level.flush(Time(50));
        assert_eq!(level.area(), 150);
        level.open(Time(50));
        level.set(Time(60), 5_000);
        level.flush(Time(70));
        assert_eq!((level.area(), level.max()), (30 + 50_000, 5_000));
        level.set(Time(70), 1);
        level.flush(Time(80));
        assert_eq!(level.area(), 30 + 50_000 + 10);
    }

    #[test]
    fn levels_above_all_that_are_told_apart_share_the_last_place() {
        let mut level = Occupancy::default();
        for _ in 0..5_000 {
            level.raise(Time(60));
        }
        level.flush(Time(70));
        assert_eq!((level.shares()[0], level.shares()[MAX_SHARES - 1]), (60, 10));
        assert_eq!(level.area(), 50_000);
        level.open(Time(70));
        level.flush(Time(75));
        assert_eq!((level.shares()[0], level.shares()[MAX_SHARES - 1]), (0, 5));
    }
}
