//! Sizes of responses: a law of them, and how well it fits.
//!
//! Where sizes differ they are taken to be lognormal with the mean and the variance of the log
//! (Barford and Crovella, "Generating representative web workloads", SIGMETRICS 1998, for the body
//! of the distribution), beside a share of empty ones, such as `304`.

use std::collections::BTreeMap;

/// A share of empty responses below this is none.
const SOME: f64 = 0.01;

/// Sizes that were counted: exact sums, and buckets of an eighth of an octave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sizes {
    count: u64,
    empty: u64,
    sum: u128,
    squares: f64,
    most: u64,
    /// The least of those above 0.
    least: u64,
    buckets: BTreeMap<u32, u64>,
}

/// The smallest coefficient of variation of a law of scenarios: what varies less is constant.
const LEAST_CV: f64 = 1e-6;

/// The largest one.
const MOST_CV: f64 = 1e3;

/// The law of sizes as fitted: a share of empty ones, and the law of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    /// The share of empty ones.
    pub(super) empty: f64,
    /// The others.
    pub(super) full: Full,
}

/// The law of sizes above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Full {
    /// All the same.
    Constant(u64),
    /// Lognormal with this mean and coefficient of variation.
    Lognormal {
        /// The mean, at least 1.
        mean: f64,
        /// The coefficient of variation, of those that a scenario may have.
        cv: f64,
    },
}

impl Sizes {
    /// Counts a size.
    #[allow(clippy::cast_precision_loss, reason = "a square for a variance")]
    pub fn add(&mut self, bytes: u64) {
        self.most = self.most.max(bytes);
        self.count += 1;
        self.sum += u128::from(bytes);
        if bytes == 0 {
            self.empty += 1;
        } else {
            self.least = if self.least == 0 { bytes } else { self.least.min(bytes) };
            self.squares += bytes as f64 * bytes as f64;
            *self.buckets.entry(bucket(bytes)).or_default() += 1;
        }
    }

    /// Adds what others counted.
    pub fn add_all(&mut self, other: &Self) {
        if other.least > 0 {
            self.least = if self.least == 0 { other.least } else { self.least.min(other.least) };
        }
        self.most = self.most.max(other.most);
        self.count += other.count;
        self.empty += other.empty;
        self.sum += other.sum;
        self.squares += other.squares;
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    /// The mean; 0 of none.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a mean is no exact number")]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The law that fits; of sizes that are all alike, or nearly, they are the law themselves.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a law is no exact number, and a mean of sizes is one"
    )]
    pub(super) fn law(&self) -> Law {
        if self.empty == self.count {
            return Law { empty: 0.0, full: Full::Constant(0) };
        }
        let some = (self.count - self.empty) as f64;
        let empty = self.empty as f64 / self.count as f64;
        // So few empty ones are small ones.
        let (count, empty) = if empty < SOME { (self.count as f64, 0.0) } else { (some, empty) };
        let is_one = self.least == self.most && (empty > 0.0 || self.empty == 0);
        if is_one {
            return Law { empty, full: Full::Constant(self.most) };
        }
        let mean = (self.sum as f64 / count).max(1.0);
        let variance = (self.squares / count - mean * mean).max(0.0);
        let cv = libm::sqrt(variance) / mean;
        let full = if cv < LEAST_CV {
            Full::Constant(libm::round(mean) as u64)
        } else {
            Full::Lognormal { mean, cv: cv.min(MOST_CV) }
        };
        Law { empty, full }
    }

    /// The largest difference between the shares of sizes up to any one, as counted and by the
    /// law.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "shares are no exact numbers")]
    pub fn distance(&self) -> f64 {
        let Law { empty, full: Full::Lognormal { mean, cv } } = self.law() else { return 0.0 };
        let variance = libm::log1p(cv * cv);
        let (middle, deviation) = (libm::log(mean) - variance / 2.0, libm::sqrt(variance));
        let below = |size: f64| {
            let normal = (libm::log(size) - middle) / deviation.max(1e-12);
            empty + (1.0 - empty) * 0.5 * libm::erfc(-normal / std::f64::consts::SQRT_2)
        };
        let (mut seen, mut worst) = (self.empty, 0.0);
        for (bucket, count) in &self.buckets {
            seen += count;
            let counted = seen as f64 / self.count as f64;
            worst = f64::max(worst, libm::fabs(counted - below(end_of(*bucket))));
        }
        worst
    }
}

/// The bucket of a size above 0: its octave, and which eighth of that.
fn bucket(bytes: u64) -> u32 {
    let octave = bytes.ilog2();
    let eighth = if octave >= 3 { bytes >> (octave - 3) } else { bytes << (3 - octave) };
    octave * 8 + u32::try_from(eighth & 7).unwrap_or(0)
}

/// The size at which a bucket ends.
fn end_of(bucket: u32) -> f64 {
    libm::ldexp(f64::from(9 + bucket % 8) / 8.0, i32::try_from(bucket / 8).unwrap_or(64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{mix, open_unit};

    fn sizes(all: impl IntoIterator<Item = u64>) -> Sizes {
        let mut sizes = Sizes::default();
        all.into_iter().for_each(|bytes| sizes.add(bytes));
        sizes
    }

    #[test]
    fn a_bucket_holds_what_lies_below_its_end_and_not_more() {
        for bytes in (1..2_000).chain([u64::MAX >> 12, 1 << 60]) {
            let bucket = bucket(bytes);
            assert!((bytes as f64) < end_of(bucket), "{bytes}");
            assert!(bucket == 0 || bytes as f64 * 1.13 >= end_of(bucket) - 1.0, "{bytes}");
        }
    }

    /// The share of empty sizes, and the mean and the coefficient of variation of the others.
    fn lognormal(all: impl IntoIterator<Item = u64>) -> [f64; 3] {
        let Law { empty, full: Full::Lognormal { mean, cv } } = sizes(all).law() else { panic!() };
        [empty, mean, cv]
    }

    #[test]
    fn equal_sizes_are_constant_and_others_keep_their_mean_and_variance() {
        let constant = |bytes| Law { empty: 0.0, full: Full::Constant(bytes) };
        assert_eq!(sizes([7, 7, 7]).law(), constant(7));
        assert_eq!(sizes([0, 0]).law(), constant(0));
        let [empty, mean, cv] = lognormal([100, 300]);
        assert!((mean - 200.0).abs() < 1e-9 && (cv - 0.5).abs() < 1e-9 && empty.abs() < 1e-9);
        let [empty, mean, _] = lognormal([0, 0, 100, 300]);
        assert!((mean - 200.0).abs() < 1e-9 && (empty - 0.5).abs() < 1e-9);
    }

    #[test]
    fn one_size_beside_empty_answers_is_one_size_however_many_there_are() {
        for requests in [2, 40, 100_000] {
            let law = sizes((0..requests).map(|n| if n % 2 == 0 { 30_001 } else { 0 })).law();
            assert_eq!(law, Law { empty: 0.5, full: Full::Constant(30_001) });
        }
    }

    #[test]
    fn no_law_has_a_variation_that_a_scenario_may_not_have() {
        let alike = [(1 << 60) - 1, 1 << 60];
        assert!(matches!(sizes(alike).law().full, Full::Constant(_)));
        let [_, mean, cv] = lognormal((0..2_000_000).map(|n| if n == 0 { 1 << 60 } else { 1 }));
        assert!(mean > 1e11 && (cv - MOST_CV).abs() < 1e-9, "{mean}, {cv}");
    }

    #[test]
    fn the_distance_tells_a_lognormal_law_from_another() {
        let exponential = |n| (-libm::log(open_unit(mix(n))) * 1e4) as u64;
        assert!(sizes((0..20_000).map(exponential)).distance() > 0.03);
        // The sum of twelve uniform draws is nearly normal.
        let normal = |n: u64| (0..12).map(|k| open_unit(mix(n * 12 + k))).sum::<f64>() - 6.0;
        let lognormal = |n| libm::exp(9.0 + 0.8 * normal(n)) as u64;
        assert!(sizes((0..20_000).map(lognormal)).distance() < 0.02);
    }

    #[test]
    fn what_was_counted_apart_can_be_added() {
        let mut apart = sizes([1, 2, 3]);
        apart.add_all(&sizes([4, 0]));
        apart.add_all(&Sizes::default());
        assert_eq!(apart, sizes([1, 2, 3, 4, 0]));
        let mut empty = sizes([0]);
        empty.add_all(&sizes([9, 2]));
        assert_eq!(empty, sizes([0, 9, 2]));
    }
}
