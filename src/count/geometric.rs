//! The geometric count: `{ geometric = { mean = 5 } }`, at least 1.
//!
//! The number of trials up to and with the first success: P(N > n) = (1 - 1/mean)^n, as of a
//! visitor who leaves with the same probability after each page.

use rand::Rng;

use crate::dist::exponential::standard_exponential;
use crate::dist::number::numbers;

use super::whole;

numbers! {
    /// The mean, from 1 on, since the count is at least 1.
    GeometricMean(1.0..=1e6), "the mean of a geometric count", "";
}

/// Samples the geometric law on 1, 2, 3...
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometric {
    mean: GeometricMean,
    /// -ln(1 - 1/mean): infinite if the mean is 1.
    rate: f64,
}

impl Geometric {
    /// The law with this mean.
    #[must_use]
    pub fn new(mean: GeometricMean) -> Self {
        Self { mean, rate: -libm::log1p(-1.0 / mean.get()) }
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> GeometricMean {
        self.mean
    }

    /// A count, from one draw: the whole part of an exponential variable is geometric. With the
    /// largest mean the largest count is below 3.7e7.
    #[inline]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        1 + whole(standard_exponential(rng.next_u64()) / self.rate)
    }
}

#[cfg(test)]
mod tests {
    use crate::count::trial;

    const LAW: &str = "{ geometric = { mean = 5 } }";

    #[test]
    fn counts_follow_the_law_from_1_on() {
        trial::fits(LAW, |n| match n {
            0 => 0.0,
            _ => 0.2 * libm::pow(0.8, f64::from(n) - 1.0),
        });
    }

    #[test]
    fn counts_have_the_mean_and_the_variance() {
        trial::moments(LAW, 5.0, 20.0);
    }

    #[test]
    fn a_mean_of_1_is_always_1() {
        assert_eq!(trial::draws("{ geometric = { mean = 1 } }", 4), [1; 4]);
    }

    #[test]
    fn the_first_counts_are_pinned() {
        assert_eq!(trial::draws(LAW, 5), [3, 1, 3, 3, 1]);
    }

    #[test]
    fn impossible_means_are_refused() {
        trial::refused("{ geometric = { mean = 0.5 } }", "is a number from 1 to 1000000, not 0.5");
        trial::refused("{ geometric = 5 }", "expected a table such as { mean = 5 }");
        trial::refused("{ geometric = { p = 0.5 } }", "unknown field `p`");
    }
}
