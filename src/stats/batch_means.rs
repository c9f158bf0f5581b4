//! Batch means: an interval from a single long run, where replications are not to be had.
//!
//! Schmeiser, "Batch size effects in the analysis of simulation output", Operations Research
//! 1982: more than about 30 batches gain nothing, and smaller batches are the less independent.

use super::confidence::Confidence;
use super::interval::Interval;
use super::summary::Summary;

/// Fewer batches than this make the interval needlessly wide.
const MIN_BATCHES: u32 = 20;
/// More are refused.
const MAX_BATCHES: u32 = 40;
/// Successive batch means that correlate more than this are not independent enough.
const MAX_CORRELATION: f64 = 0.2;

/// What the batches of one run say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchMeans {
    /// Student's interval over the batch means.
    pub interval: Interval,
    /// The correlation of successive batch means.
    pub lag1_correlation: f64,
    /// Whether the batches are long enough.
    pub batching: Batching,
}

/// Whether batches are long enough for their means to count as independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batching {
    /// They are.
    Sound,
    /// Successive means correlate by more than 0.2: the interval is too narrow.
    Correlated,
}

impl BatchMeans {
    /// The batch means of `series`, observations in their order after the warm-up. What is left
    /// over at the front when they do not divide evenly is dropped, as nearest to the warm-up.
    ///
    /// `None` unless there are 20 to 40 `batches`, each with an observation, all finite.
    #[must_use]
    pub fn of(series: &[f64], batches: u32, confidence: Confidence) -> Option<Self> {
        if !(MIN_BATCHES..=MAX_BATCHES).contains(&batches) {
            return None;
        }
        let length = series.len() / batches as usize;
        if length == 0 {
            return None;
        }
        let kept = &series[series.len() - length * batches as usize..];
        let means: Vec<f64> =
            kept.chunks_exact(length).map(|batch| Summary::of(batch).mean()).collect();
        let interval = Interval::of_replications(&means, confidence)?;
        let lag1_correlation = lag1_correlation(&means);
        let batching =
            if lag1_correlation > MAX_CORRELATION { Batching::Correlated } else { Batching::Sound };
        Some(Self { interval, lag1_correlation, batching })
    }
}

/// The correlation of each value with the next; 0 if they do not vary.
fn lag1_correlation(values: &[f64]) -> f64 {
    let mean = Summary::of(values).mean();
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let products: f64 = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    if squares > 0.0 { products / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::toy;

    #[test]
    fn batches_of_a_long_run_cover_the_true_mean_wait() {
        let covered = (0..200).filter(|seed| {
            let waits = toy::waits(*seed, 0, 0.5, 25_000);
            let batches = BatchMeans::of(&waits[1_000..], 20, Confidence::P95);
            batches.expect("20 batches").interval.contains(1.0)
        });
        let covered = covered.count();
        assert!((180..=198).contains(&covered), "{covered} of 200");
    }

    #[test]
    fn a_run_too_short_for_its_batches_is_found_out() {
        let waits = toy::waits(3, 0, 0.95, 2_000);
        let batches = BatchMeans::of(&waits, 30, Confidence::P95).expect("30 batches");
        assert_eq!(batches.batching, Batching::Correlated, "{batches:?}");
    }

    #[test]
    fn independent_observations_are_soundly_batched() {
        let alternating: Vec<f64> = (0..2_000).map(|i| f64::from(i * 7 % 11)).collect();
        let batches = BatchMeans::of(&alternating, 25, Confidence::P95).expect("25 batches");
        assert_eq!(batches.batching, Batching::Sound);
    }

    #[test]
    fn too_few_or_too_many_batches_are_refused() {
        let series = [1.0; 1_000];
        assert_eq!(BatchMeans::of(&series, 19, Confidence::P95), None);
        assert_eq!(BatchMeans::of(&series, 41, Confidence::P95), None);
        assert_eq!(BatchMeans::of(&series[..19], 20, Confidence::P95), None);
    }

    #[test]
    fn the_odd_observations_at_the_front_are_dropped() {
        let mut series = vec![1e9; 3];
        series.extend([2.0; 40]);
        let batches = BatchMeans::of(&series, 20, Confidence::P95).expect("20 batches");
        assert!((batches.interval.mean - 2.0).abs() < 1e-12);
    }
}
