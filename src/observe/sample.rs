//! Samples: values of which only sums, extremes and a histogram are kept.

use hdrhistogram::Histogram;

use crate::time::Span;

/// Values with their exact sum, their extremes and a histogram.
#[derive(Debug, Clone)]
pub struct Sample {
    /// How many.
    pub count: u64,
    /// Their sum in nanoseconds.
    pub sum: u128,
    /// The sum of their squares, in seconds squared.
    pub squares: f64,
    /// How many were more than nothing.
    pub positive: u64,
    max: u64,
    min: u64,
    histogram: Histogram<u64>,
}

impl Sample {
    /// No values yet; the histogram keeps so many significant digits.
    #[must_use]
    pub fn new(digits: u8) -> Self {
        let histogram = Histogram::new_with_bounds(1, crate::time::MAX_SPAN.0, digits)
            .expect("the bounds and 1 to 5 digits are sound");
        Self { count: 0, sum: 0, squares: 0.0, positive: 0, max: 0, min: u64::MAX, histogram }
    }

    /// Adds a value of so many nanoseconds.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        self.count += 1;
        self.sum += u128::from(nanos);
        let seconds = Span(nanos).as_secs_f64();
        self.squares += seconds * seconds;
        self.positive += u64::from(nanos > 0);
        self.max = self.max.max(nanos);
        self.min = self.min.min(nanos);
        self.histogram.saturating_record(nanos);
    }

    /// Adds all values of another sample.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
        self.positive += other.positive;
        self.max = self.max.max(other.max);
        self.min = self.min.min(other.min);
        self.histogram.add(&other.histogram).expect("equal bounds");
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.histogram.reset();
        (self.count, self.sum, self.squares, self.positive) = (0, 0, 0.0, 0);
        (self.max, self.min) = (0, u64::MAX);
    }

    /// The mean in seconds.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / 1e9)
    }

    /// The standard deviation in seconds.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a moment for statistics")]
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        Some((self.squares / self.count as f64 - mean * mean).max(0.0).sqrt())
    }

    /// The largest value in seconds.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then(|| Span(self.max).as_secs_f64())
    }

    /// The `q`-quantile in seconds: the middle of its bucket, within what was seen.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let value = self.histogram.value_at_quantile(q);
        let middle = self.histogram.median_equivalent(value).clamp(self.min, self.max);
        Some(Span(if value == 0 { 0 } else { middle }).as_secs_f64())
    }

    /// How many values lie in the bucket of `nanos` or above.
    #[must_use]
    pub fn count_from(&self, nanos: u64) -> u64 {
        self.histogram.count_between(nanos, u64::MAX)
    }
}
