//! Confidence intervals from the means of independent replications.

use super::confidence::Confidence;
use super::ratio::upper_bound_of_none;
use super::summary::Summary;

/// Fewer replications than this give no interval: with so few, the spread itself is unknown.
pub const MIN_REPLICATIONS: usize = 5;

/// A mean and the interval that covers the truth with the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The point estimate, in the metric's unit.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Student's interval around the mean of `values`, one of each replication, in their order.
    ///
    /// `None` of fewer than [`MIN_REPLICATIONS`], or if a replication has no (finite) value:
    /// leaving it out would hide what went wrong in it.
    #[must_use]
    pub fn of_replications(values: &[f64], confidence: Confidence) -> Option<Self> {
        if values.len() < MIN_REPLICATIONS || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let summary = Summary::of(values);
        let df = (values.len() - 1) as f64;
        Some(Self::around(summary.mean(), confidence.student(df) * summary.standard_error()))
    }

    /// The interval that reaches `half_width` to both sides of `mean`.
    #[must_use]
    pub fn around(mean: f64, half_width: f64) -> Self {
        Self { mean, low: mean - half_width, high: mean + half_width }
    }

    /// Half the distance between the ends.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// The half-width as a share of the mean's size: 0 if there is none, infinite around 0.
    #[must_use]
    pub fn relative_half_width(&self) -> f64 {
        let half = self.half_width();
        if half > 0.0 { half / self.mean.abs() } else { 0.0 }
    }

    /// Whether `value` lies within, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The same of a share of `trials`: if none of them was an event it reaches up to the rule of
    /// three, or its like at another level, and if all were, down from 1 as far; see
    /// [`upper_bound_of_none`].
    #[must_use]
    pub fn of_share_in(self, trials: u64, confidence: Confidence) -> Self {
        let bound = upper_bound_of_none(trials, confidence);
        if self.high <= 0.0 {
            Self { high: bound, ..self }
        } else if self.low >= 1.0 {
            Self { low: 1.0 - bound, ..self }
        } else {
            self
        }
    }

    /// The same of a count: if none was seen in any of so many replications, it may still happen in
    /// 3 of as many more, by the rule of three; see [`upper_bound_of_none`].
    #[must_use]
    pub fn of_count_in(self, replications: u32, confidence: Confidence) -> Self {
        if self.high > 0.0 {
            return self;
        }
        Self { high: upper_bound_of_none(replications.into(), confidence), ..self }
    }

    /// The part of it that lies within `low` and `high`, for metrics that cannot leave them.
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { mean: self.mean, low: self.low.max(low), high: self.high.min(high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::toy;

    #[test]
    fn a_count_of_none_may_be_three_in_as_many_replications_more() {
        let none = Interval { mean: 0.0, low: 0.0, high: 0.0 };
        let bound = none.of_count_in(10, Confidence::P95);
        assert_eq!((bound.mean, bound.low, bound.high), (0.0, 0.0, 0.3));
        let some = Interval { mean: 1.0, low: 0.5, high: 1.5 };
        let same = some.of_count_in(10, Confidence::P95);
        assert_eq!((same.mean, same.low, same.high), (1.0, 0.5, 1.5));
    }

    #[test]
    fn the_interval_is_that_of_the_textbook() {
        // Law, example 4.26: ten values with mean 1.34 and variance 0.17, at 90 %.
        let values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let confidence = Confidence::new(0.9).expect("a level");
        let interval = Interval::of_replications(&values, confidence).expect("ten values");
        assert!((interval.mean - 1.343).abs() < 1e-12);
        assert!((interval.half_width() - 0.24).abs() < 0.005, "{interval:?}");
    }

    #[test]
    fn fewer_than_five_replications_or_a_missing_value_give_none() {
        assert_eq!(Interval::of_replications(&[1.0, 2.0, 3.0, 4.0], Confidence::P95), None);
        let missing = [1.0, 2.0, f64::NAN, 4.0, 5.0];
        assert_eq!(Interval::of_replications(&missing, Confidence::P95), None);
    }

    #[test]
    fn equal_replications_give_an_interval_of_no_width() {
        let interval = Interval::of_replications(&[2.5; 10], Confidence::P95).expect("ten values");
        assert!(interval.contains(2.5));
        assert_eq!(interval.relative_half_width().to_bits(), 0);
    }

    #[test]
    fn intervals_cover_the_true_mean_wait_of_a_queue_as_often_as_they_say() {
        // M/M/1 at load 0.5 with unit service: mean wait 1; 200 x 12 requests are asked for.
        let covered = (0..400).filter(|seed| {
            let means = toy::mean_waits(*seed, 10, 0.5, 2_700);
            let interval = Interval::of_replications(&means, Confidence::P95);
            interval.expect("ten means").contains(1.0)
        });
        let covered = covered.count();
        assert!((368..=392).contains(&covered), "{covered} of 400");
    }

    #[test]
    fn a_share_that_was_never_or_always_seen_reaches_as_far_as_its_trials_allow() {
        let of = |mean: f64| Interval::around(mean, 0.0).of_share_in(3_000, Confidence::P95);
        assert_eq!(of(0.0), Interval { mean: 0.0, low: 0.0, high: 0.001 });
        assert_eq!(of(1.0), Interval { mean: 1.0, low: 0.999, high: 1.0 });
        assert_eq!(of(0.5), Interval::around(0.5, 0.0));
    }
}
