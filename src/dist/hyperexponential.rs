//! The hyperexponential law: `{ hyperexp = { mean = "8ms", cv = 2 } }`.
//!
//! One of two exponential phases, with balanced means: phase i is taken with probability p_i and
//! has mean m / (2 p_i), so that both contribute half of the mean, and
//! p = (1 ± sqrt((cv² - 1) / (cv² + 1))) / 2. Tijms, "A first course in stochastic models" (2003),
//! appendix B.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exponential::standard_exponential;
use super::measure::{Measure, Positive};
use super::number::WideCv;
use super::{Law, ReadFile, Spec};
use crate::rng::open_unit;

/// The hyperexponential law: fast or slow, each exponential and each half of the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `mean` and `cv`")]
#[schemars(rename = "Hyperexponential_of_{Q}")]
pub struct Hyperexponential<Q: Measure> {
    /// The mean.
    pub mean: Positive<Q>,
    /// The coefficient of variation, at least 1: standard deviation divided by mean.
    pub cv: WideCv,
}

/// Samples the hyperexponential law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperexponentialLaw {
    /// The probability of the fast phase, at least one half.
    fast: f64,
    fast_mean: f64,
    slow_mean: f64,
}

impl<Q: Measure> Spec<Q> for Hyperexponential<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        Ok(Law::Hyperexponential(HyperexponentialLaw::new(self.mean.base(), self.cv.get())))
    }
}

impl HyperexponentialLaw {
    /// The law with this mean and coefficient of variation of at least 1.
    ///
    /// # Panics
    /// If `cv` is below 1.
    #[must_use]
    pub fn new(mean: f64, cv: f64) -> Self {
        assert!(cv >= 1.0, "a hyperexponential law with cv {cv}");
        let square = cv * cv;
        let root = ((square - 1.0) / (square + 1.0)).sqrt();
        // Equal to (1 - root) / 2, without the cancellation at a large cv.
        let slow = 1.0 / ((square + 1.0) * (1.0 + root));
        let fast = 1.0 - slow;
        Self { fast, fast_mean: mean / (2.0 * fast), slow_mean: mean / (2.0 * slow) }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        2.0 * self.fast * self.fast_mean
    }

    /// The second moment 2 Σ p_i m_i² = mean (m_1 + m_2), less the square of the mean.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        mean * (self.fast_mean + self.slow_mean - mean)
    }
}

impl Distribution<f64> for HyperexponentialLaw {
    /// Always two draws, one for the phase and one for its length: the remainder of a single
    /// draw would be too coarse for the tail of a rare phase.
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let phase = open_unit(rng.next_u64());
        let mean = if phase < self.fast { self.fast_mean } else { self.slow_mean };
        mean * standard_exponential(rng.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    const LAW: &str = r#"{ hyperexp = { mean = "8ms", cv = 2 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 8e6, 256e12);
        trial::moments(r#"{ hyperexp = { mean = "8ms", cv = 1 } }"#, 8e6, 64e12);
    }

    #[test]
    fn samples_follow_the_law() {
        let p = (1.0 + 0.6_f64.sqrt()) / 2.0;
        trial::fits(LAW, |x| {
            let tail = |p: f64| p * libm::exp(-x * 2.0 * p / 8e6);
            1.0 - tail(p) - tail(1.0 - p)
        });
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first(LAW), "[659603.780676899, 3815533.5922059547, 891845.9335763814]");
    }

    #[test]
    fn impossible_parameters_are_refused() {
        trial::refused(
            r#"{ hyperexp = { mean = "8ms", cv = 0.9 } }"#,
            "is a number from 1 to 1000, not 0.9; below 1 take `gamma`",
        );
        trial::refused(r#"{ hyperexp = { mean = "8ms", cv = inf } }"#, "not inf");
        trial::refused(r#"{ hyperexp = { mean = "0ms", cv = 2 } }"#, "above zero");
    }
}
