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
    least: u64,
    buckets: BTreeMap<u32, u64>,
}

/// The law of sizes as fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Law {
    /// All the same.
    Constant(u64),
    /// A share of empty ones, and lognormal ones with this mean and coefficient of variation.
    Lognormal {
        /// The share of empty ones.
        empty: f64,
        /// The mean of the others.
        mean: f64,
        /// Their coefficient of variation.
        cv: f64,
    },
}

impl Sizes {
    /// Counts a size.
    #[allow(clippy::cast_precision_loss, reason = "a square for a variance")]
    pub fn add(&mut self, bytes: u64) {
        self.least = if self.count == 0 { bytes } else { self.least.min(bytes) };
        self.most = self.most.max(bytes);
        self.count += 1;
        self.sum += u128::from(bytes);
        if bytes == 0 {
            self.empty += 1;
        } else {
            self.squares += bytes as f64 * bytes as f64;
            *self.buckets.entry(bucket(bytes)).or_default() += 1;
        }
    }

    /// Adds what others counted.
    pub fn add_all(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.least = if self.count == 0 { other.least } else { self.least.min(other.least) };
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

    #[allow(clippy::cast_precision_loss, reason = "a law is no exact number")]
    pub(super) fn law(&self) -> Law {
        if self.least == self.most {
            return Law::Constant(self.most);
        }
        let full = (self.count - self.empty) as f64;
        let empty = self.empty as f64 / self.count as f64;
        // So few empty ones are small ones.
        let (count, empty) = if empty < SOME { (self.count as f64, 0.0) } else { (full, empty) };
        let mean = self.sum as f64 / count;
        let variance = (self.squares / count - mean * mean).max(0.0);
        Law::Lognormal { empty, mean, cv: libm::sqrt(variance) / mean }
    }

    /// The largest difference between the shares of sizes up to any one, as counted and by the
    /// law.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "shares are no exact numbers")]
    pub fn distance(&self) -> f64 {
        let Law::Lognormal { empty, mean, cv } = self.law() else { return 0.0 };
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

    #[test]
    fn equal_sizes_are_constant_and_others_keep_their_mean_and_variance() {
        assert_eq!(sizes([7, 7, 7]).law(), Law::Constant(7));
        assert_eq!(sizes([0, 0]).law(), Law::Constant(0));
        let Law::Lognormal { empty, mean, cv } = sizes([100, 300]).law() else { panic!() };
        assert!((mean - 200.0).abs() < 1e-9 && (cv - 0.5).abs() < 1e-9 && empty.abs() < 1e-9);
        let Law::Lognormal { empty, mean, .. } = sizes([0, 0, 100, 300]).law() else { panic!() };
        assert!((mean - 200.0).abs() < 1e-9 && (empty - 0.5).abs() < 1e-9);
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
    }
}
