//! Recorders: what is kept of values while a run goes on.
//!
//! The counts stand in the buckets of an HDR histogram (log-linear: a doubling is cut into equal
//! steps), so that a [`Sample`](super::Sample) of the well-known library is read from them when
//! the run is over; here recording a value takes some thirty instructions.

use crate::time::{MAX_SPAN, Span};

/// Values with their exact sum, their extremes and their counts by bucket.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// Counts by bucket.
    counts: Vec<u64>,
    /// A doubling has two to the power of this many buckets.
    steps: u32,
    /// The largest value that has a bucket of its own.
    single: u64,
    digits: u8,
    sum: u128,
    squares: f64,
    max: u64,
    min: u64,
}

impl Recorder {
    /// No values yet; so many significant digits of each are kept, 1 to 5.
    #[must_use]
    pub fn new(digits: u8) -> Self {
        // The steps of a doubling that tell two values apart which differ by one in the last digit.
        let steps = 10_u64.pow(u32::from(digits)).next_power_of_two().ilog2();
        let single = (2 << steps) - 1;
        let mut new = Self {
            counts: Vec::new(),
            steps,
            single,
            digits,
            sum: 0,
            squares: 0.0,
            max: 0,
            min: u64::MAX,
        };
        new.counts = vec![0; new.bucket(MAX_SPAN.0) + 1];
        new
    }

    /// The bucket of a value: those below two doublings of steps have one each.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the result is far below 2^32")]
    const fn bucket(&self, nanos: u64) -> usize {
        let doubling = (nanos | self.single).ilog2() - self.steps;
        ((doubling as u64) << self.steps) as usize + (nanos >> doubling) as usize
    }

    /// The least value of a bucket.
    const fn least(&self, bucket: usize) -> u64 {
        let doubling = (bucket >> self.steps).saturating_sub(1);
        ((bucket - (doubling << self.steps)) as u64) << doubling
    }

    /// Adds a value of so many nanoseconds; what is longer than [`MAX_SPAN`] stands in the last
    /// bucket.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        self.sum += u128::from(nanos);
        let seconds = Span(nanos).as_secs_f64();
        self.squares += seconds * seconds;
        if nanos > self.max {
            self.max = nanos;
        }
        if nanos < self.min {
            self.min = nanos;
        }
        let bucket = self.bucket(nanos.min(MAX_SPAN.0));
        self.counts[bucket] += 1;
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        let last = self.bucket(self.max.min(MAX_SPAN.0));
        self.counts[..=last].fill(0);
        (self.sum, self.squares, self.max, self.min) = (0, 0.0, 0, u64::MAX);
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.filled().map(|(_, count)| count).sum()
    }

    /// Significant digits that are kept.
    #[must_use]
    pub const fn digits(&self) -> u8 {
        self.digits
    }

    /// The sum of all values in nanoseconds.
    #[must_use]
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The sum of their squares in seconds squared.
    #[must_use]
    pub const fn squares(&self) -> f64 {
        self.squares
    }

    /// The least and the greatest value, if there is any.
    #[must_use]
    pub fn extremes(&self) -> Option<(u64, u64)> {
        (self.min <= self.max).then_some((self.min, self.max))
    }

    /// The buckets that hold values: the least value of each, and how many there are.
    pub fn filled(&self) -> impl Iterator<Item = (u64, u64)> {
        let last = self.bucket(self.max.min(MAX_SPAN.0));
        let counts = self.counts[..=last].iter().enumerate();
        counts.filter(|(_, count)| **count > 0).map(|(bucket, count)| (self.least(bucket), *count))
    }
}

#[cfg(test)]
mod tests {
    use hdrhistogram::Histogram;

    use super::*;
    use crate::rng::{Key, Purpose};

    #[test]
    fn the_buckets_are_those_of_the_library() {
        let mut bits = Key::root(1, 0).draws(Purpose::named("values"));
        for digits in 1..=5 {
            let recorder = Recorder::new(digits);
            let library = Histogram::<u64>::new_with_bounds(1, MAX_SPAN.0, digits).unwrap();
            let edges = [0, 1, 2_047, 2_048, 2_049, 4_095, MAX_SPAN.0];
            let values = (0..10_000).map(|n| bits.next_bits() >> (n % 62 + 2));
            for value in edges.into_iter().chain(values.filter(|value| *value <= MAX_SPAN.0)) {
                let least = recorder.least(recorder.bucket(value));
                assert_eq!(least, library.lowest_equivalent(value), "{value}, {digits} digits");
            }
        }
    }

    #[test]
    fn a_recorder_that_was_cleared_is_as_new() {
        let mut recorder = Recorder::new(3);
        for value in [0, 7, 123_456_789] {
            recorder.record(value);
        }
        assert_eq!((recorder.count(), recorder.sum()), (3, 123_456_796));
        assert_eq!(recorder.extremes(), Some((0, 123_456_789)));
        recorder.clear();
        assert_eq!((recorder.count(), recorder.extremes()), (0, None));
        assert!(recorder.counts.iter().all(|count| *count == 0));
    }
}
