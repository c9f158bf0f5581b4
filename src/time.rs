//! Simulated time: a moment and a length are different types, both whole nanoseconds.
//!
//! No float enters here except through [`Span::from_secs_rounded`], the one place where a drawn
//! sample becomes a length. Sums that would leave the range panic in every build: a clock that
//! wraps would give wrong results silently.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SEC: u64 = 1_000_000_000;

/// The longest horizon: 100 years of 365.25 days. Larger moments do not fit the event key.
pub const MAX_SPAN: Span = Span(100 * 31_557_600 * NANOS_PER_SEC);

/// A moment of simulated time, in nanoseconds since the run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// A length of simulated time, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub u64);

impl Time {
    /// The moment at which a run begins.
    pub const ZERO: Self = Self(0);
    /// Later than every moment of a run: "never".
    pub const NEVER: Self = Self(u64::MAX);

    /// The length since `earlier`.
    ///
    /// # Panics
    /// If `earlier` is later than `self`: time does not go back.
    #[inline]
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        assert!(self.0 >= earlier.0, "time went back");
        Span(self.0 - earlier.0)
    }

    /// Seconds since the run began, for people and plots.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        Span(self.0).as_secs_f64()
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A length of `n` nanoseconds.
    #[must_use]
    pub const fn from_nanos(n: u64) -> Self {
        Self(n)
    }

    /// A length of `n` milliseconds.
    #[must_use]
    pub const fn from_millis(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    /// A length of `n` seconds.
    #[must_use]
    pub const fn from_secs(n: u64) -> Self {
        Self(n * NANOS_PER_SEC)
    }

    /// The length nearest to `secs` seconds. Negative and NaN become zero; what is longer than
    /// [`MAX_SPAN`] becomes that, so that a heavy tail cannot leave the clock's range.
    #[inline]
    #[must_use]
    pub fn from_secs_rounded(secs: f64) -> Self {
        Self::from_nanos_rounded(secs * 1e9)
    }

    /// The length nearest to `nanos` nanoseconds, with the bounds of
    /// [`from_secs_rounded`](Self::from_secs_rounded).
    #[inline]
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "float to integer casts saturate, and both ends are clamped here"
    )]
    pub fn from_nanos_rounded(nanos: f64) -> Self {
        // Adding one half and cutting is exact and portable for the magnitudes in use.
        let cut = (nanos + 0.5) as u64;
        Self(if cut < MAX_SPAN.0 { cut } else { MAX_SPAN.0 })
    }

    /// The length nearest to every number of nanoseconds from `low` to `high`, if that is the same
    /// one for all of them; none as well where it may be the longest.
    #[inline]
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "float to integer casts saturate, and where floats are sparse none lies between"
    )]
    pub fn from_nanos_between(low: f64, high: f64) -> Option<Self> {
        let cut = ((low + 0.5) as i64).cast_unsigned();
        let is_one = cut < MAX_SPAN.0 && high + 0.5 < (cut + 1).cast_signed() as f64;
        is_one.then_some(Self(cut))
    }

    /// Seconds, for people, statistics and plots.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "for statistics, where 53 bits are enough")]
    pub const fn as_secs_f64(self) -> f64 {
        // From a signed integer the conversion is one instruction.
        debug_assert!(self.0 <= i64::MAX.cast_unsigned(), "a length is within the clock's range");
        self.0.cast_signed() as f64 / 1e9
    }

    /// Milliseconds, for people, statistics and plots.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "for statistics, where 53 bits are enough")]
    pub const fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Whether this is no time at all.
    #[inline]
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<Span> for Time {
    type Output = Self;
    #[inline]
    fn add(self, span: Span) -> Self {
        Self(self.0.checked_add(span.0).expect("the clock stays within its range"))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("a length stays within the clock's range"))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect("a length is not negative"))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

impl fmt::Display for Span {
    /// The shortest exact form with the largest unit up to seconds: `250ms`, `1.5s`, `100ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.write_str("0s"),
            n if n >= NANOS_PER_SEC => (NANOS_PER_SEC, "s"),
            n if n >= 1_000_000 => (1_000_000, "ms"),
            n if n >= 1_000 => (1_000, "us"),
            _ => (1, "ns"),
        };
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        if rest == 0 {
            return write!(f, "{whole}{name}");
        }
        let width = unit.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        write!(f, "{whole}.{}{name}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_written_exactly_with_the_largest_unit() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5us"),
            (250_000_000, "250ms"),
            (1_000_000_001, "1.000000001s"),
            (90_000_000_000, "90s"),
        ] {
            assert_eq!(Span(nanos).to_string(), text);
        }
    }

    #[test]
    fn a_drawn_length_is_rounded_to_the_nearest_nanosecond_and_kept_in_range() {
        assert_eq!(Span::from_secs_rounded(1.5e-9), Span(2));
        assert_eq!(Span::from_secs_rounded(0.4e-9), Span(0));
        assert_eq!(Span::from_secs_rounded(-1.0), Span::ZERO);
        assert_eq!(Span::from_secs_rounded(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_secs_rounded(1e300), MAX_SPAN);
    }

    #[test]
    fn a_length_that_is_known_within_bounds_is_given_if_both_are_rounded_to_it() {
        let between = Span::from_nanos_between;
        assert_eq!(between(7.5, 8.25), Some(Span(8)));
        assert_eq!(between(-0.1, 0.49), Some(Span::ZERO));
        let apart = [(7.4, 7.6), (-9.0, -8.9), (f64::NAN, 1.0), (1.0, f64::NAN), (1e300, 1e301)];
        assert_eq!(apart.map(|(low, high)| between(low, high)), [None; 5]);
        let long = 9_007_199_254_740_994.0;
        assert!(between(long, long).is_none_or(|it| it == Span::from_nanos_rounded(long)));
        assert_eq!(between(long - 2.0, long + 2.0), None);
    }

    #[test]
    #[should_panic(expected = "time went back")]
    fn a_length_is_never_negative() {
        let _ = Time(1).since(Time(2));
    }
}
