//! The buckets of a timeline: equal ones, and wider ones where a run takes far longer than its
//! duration, as one does that drains slowly. So their number, and with it the memory of a run,
//! grows with the logarithm of its length.

use crate::time::{Span, Time};

/// So many buckets are passed before the width doubles, and twice as many before it does so first.
const STEP: u64 = 1_024;

/// When the buckets of a timeline end: a function of their number alone, so that those of all
/// replications end at the same moments.
#[derive(Debug, Clone, Copy)]
pub struct Buckets {
    /// The width of the first ones.
    pub width: Span,
}

impl Buckets {
    /// How often the width has doubled for a bucket.
    const fn doublings(number: usize) -> u64 {
        (number as u64 / STEP).saturating_sub(1)
    }

    /// The end of bucket `number`, which is the beginning of the next one.
    #[must_use]
    pub const fn end(self, number: usize) -> Time {
        let doublings = Self::doublings(number);
        let places = number as u64 - doublings * STEP + 1;
        let widths = if doublings < 48 { places << doublings } else { u64::MAX };
        Time(self.width.0.saturating_mul(widths))
    }

    /// The beginning of bucket `number`.
    #[must_use]
    pub const fn start(self, number: usize) -> Time {
        match number.checked_sub(1) {
            Some(before) => self.end(before),
            None => Time::ZERO,
        }
    }

    /// The width of bucket `number` in widths of the first one.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a power of two")]
    pub const fn widths(number: usize) -> f64 {
        let doublings = Self::doublings(number);
        (1_u64 << if doublings < 63 { doublings } else { 63 }) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_one_another_and_none_is_wider_than_a_thousandth_of_what_was_before() {
        let buckets = Buckets { width: Span(100) };
        assert_eq!(buckets.start(0), Time::ZERO);
        let mut wider = 0;
        for number in 0..20_000 {
            let width = buckets.end(number).0 - buckets.start(number).0;
            assert!((width as f64 / 100.0 - Buckets::widths(number)).abs() < 1e-9);
            assert!(number < 2_048 || width * 1_000 <= buckets.start(number).0, "{number}");
            wider += u64::from(width > 100);
        }
        assert_eq!(wider, 20_000 - 2_048);
    }

    #[test]
    fn the_longest_run_has_few_buckets() {
        let buckets = Buckets { width: Span(1) };
        let numbers = 0..usize::MAX;
        let count = numbers.take_while(|number| buckets.end(*number).0 < 1 << 62).count();
        assert!(count < 60_000, "{count}");
        assert_eq!(buckets.end(usize::MAX / 2), Time(u64::MAX));
    }
}
