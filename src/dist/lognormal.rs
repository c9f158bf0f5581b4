//! The lognormal law: `{ lognormal = { mean = "8ms", cv = 1.0 } }`.
//!
//! X = mean · exp(σz - σ²/2) with z standard normal and σ² = ln(1 + cv²), so that `mean` and `cv`
//! are those of X itself, not of its logarithm. Johnson, Kotz and Balakrishnan, "Continuous
//! univariate distributions" I (1994), chapter 14.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Positive};
use super::number::Cv;
use super::{Law, ReadFile, Spec};
use crate::math::{exp, normal_quantile};
use crate::rng::open_unit;

/// The lognormal law: the logarithm of the variable is normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `mean` and `cv`")]
#[schemars(rename = "Lognormal_of_{Q}")]
pub struct Lognormal<Q: Measure> {
    /// The mean of the variable itself, not of its logarithm.
    pub mean: Positive<Q>,
    /// The coefficient of variation of the variable itself: standard deviation divided by mean.
    pub cv: Cv,
}

/// Samples the lognormal law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LognormalLaw {
    mean: f64,
    sigma: f64,
    half_square: f64,
}

impl<Q: Measure> Spec<Q> for Lognormal<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        Ok(Law::Lognormal(LognormalLaw::new(self.mean.base(), self.cv.get())))
    }
}

impl LognormalLaw {
    /// The law with this mean and coefficient of variation.
    #[must_use]
    pub fn new(mean: f64, cv: f64) -> Self {
        let square = libm::log1p(cv * cv);
        Self { mean, sigma: square.sqrt(), half_square: square / 2.0 }
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// mean² (exp(σ²) - 1).
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.mean * self.mean * libm::expm1(2.0 * self.half_square)
    }
}

impl Distribution<f64> for LognormalLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let z = normal_quantile(open_unit(rng.next_u64()));
        self.mean * exp(self.sigma * z - self.half_square)
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, LogNormal};

    use crate::dist::trial;

    const LAW: &str = r#"{ lognormal = { mean = "8ms", cv = 0.5 } }"#;

    /// The parameters of the logarithm.
    fn mu_sigma() -> (f64, f64) {
        let square: f64 = libm::log(1.25);
        (libm::log(8e6) - square / 2.0, square.sqrt())
    }

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 8e6, 16e12);
        trial::moments(r#"{ lognormal = { mean = "8ms", cv = 1 } }"#, 8e6, 64e12);
    }

    #[test]
    fn samples_follow_the_law() {
        let (mu, sigma) = mu_sigma();
        let known = LogNormal::new(mu, sigma).unwrap();
        trial::fits(LAW, |x| known.cdf(x));
        trial::agrees(LAW, rand_distr::LogNormal::new(mu, sigma).unwrap());
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first(LAW), "[5462575.652427503, 4259810.420515261, 6406955.736286226]");
    }

    #[test]
    fn impossible_parameters_are_refused() {
        trial::refused(r#"{ lognormal = { mean = "8ms", cv = 0 } }"#, "from 0.000001 to 1000");
        trial::refused(r#"{ lognormal = { mean = "8ms", cv = nan } }"#, "not NaN");
        trial::refused(r#"{ lognormal = { mean = "0s", cv = 1 } }"#, "above zero");
        trial::refused(r#"{ lognormal = { mean = "8ms" } }"#, "missing field `cv`");
        trial::refused(r#"{ lognormal = { mu = 1, cv = 1 } }"#, "unknown field `mu`");
    }
}
