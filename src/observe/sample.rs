//! Samples: values of which only sums, extremes and a histogram are known, as metrics read them.

use hdrhistogram::Histogram;

use super::Recorder;
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

    /// All values of these recorders, which keep equally many digits; nothing of none, as where
    /// nobody but attackers asks.
    #[must_use]
    pub fn of<'a>(recorders: impl IntoIterator<Item = &'a Recorder>) -> Self {
        let mut recorders = recorders.into_iter().peekable();
        let digits = recorders.peek().map_or(1, |recorder| recorder.digits());
        let mut sample = Self::new(digits);
        recorders.for_each(|recorder| sample.add(recorder));
        sample
    }

    /// Adds all values of a recorder.
    pub fn add(&mut self, recorder: &Recorder) {
        self.sum += recorder.sum();
        self.squares += recorder.squares();
        if let Some((min, max)) = recorder.extremes() {
            (self.min, self.max) = (self.min.min(min), self.max.max(max));
        }
        for (nanos, count) in recorder.filled() {
            self.count += count;
            self.positive += if nanos > 0 { count } else { 0 };
            self.histogram.saturating_record_n(nanos, count);
        }
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

    /// The mean in seconds of the values from rank `from` up to rank `to`, counted from the least
    /// one, where a rank may lie within a value; none if there is nothing between them. Values
    /// count as [`quantile`](Self::quantile) reads them.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
    pub fn mean_between(&self, from: f64, to: f64) -> Option<f64> {
        let (mut before, mut weight, mut sum) = (0.0, 0.0, 0.0);
        for step in self.histogram.iter_recorded() {
            let after = before + step.count_since_last_iteration() as f64;
            let share = after.min(to) - f64::max(before, from);
            if share > 0.0 {
                let value = self.histogram.median_equivalent(step.value_iterated_to());
                weight += share;
                sum += share * Span(value.clamp(self.min, self.max)).as_secs_f64();
            }
            before = after;
        }
        (weight > 0.0).then(|| sum / weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose};

    #[test]
    fn a_quantile_is_that_of_the_sorted_values_but_for_half_a_bucket() {
        let mut bits = Key::root(1, 0).draws(Purpose::named("values"));
        let mut values: Vec<u64> = (0..10_000).map(|n| bits.next_bits() >> (n % 30 + 12)).collect();
        for (digits, half) in [(1, 1.0 / 32.0), (2, 1.0 / 256.0), (3, 1.0 / 2_048.0)] {
            let mut recorder = Recorder::new(digits);
            values.iter().for_each(|value| recorder.record(*value));
            let sample = Sample::of([&recorder]);
            values.sort_unstable();
            for rank in (200..=9_800).step_by(400) {
                // Half a rank lower, so that no rounding of a product asks for the next one.
                let q = (rank as f64 - 0.5) / values.len() as f64;
                let exact = values[rank - 1] as f64;
                let off = sample.quantile(q).expect("there are values") * 1e9 - exact;
                assert!(off.abs() <= half * exact + 1.0, "{digits} digits, {q}: {off} of {exact}");
            }
        }
    }
}
