//! The Weibull law: `{ weibull = { mean = "8ms", shape = 0.7 } }`, or with `scale`.
//!
//! P(X > x) = exp(-(x / scale)^shape), mean = scale · Γ(1 + 1/shape). A shape below 1 has a tail
//! heavier than the exponential's, above 1 a lighter one. Johnson, Kotz and Balakrishnan,
//! "Continuous univariate distributions" I (1994), chapter 21.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exponential::standard_exponential;
use super::measure::Measure;
use super::number::Shape;
use super::scaled::{Scaled, Size};
use super::{Law, ReadFile, Spec};
use crate::math::{gamma, ln_gamma, power};

/// The Weibull law: P(X > x) = exp(-(x / scale)^shape).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Scaled<Q>", into = "Scaled<Q>", bound = "")]
#[schemars(rename = "Weibull_of_{Q}")]
pub struct Weibull<Q: Measure> {
    size: Size<Q>,
    shape: Shape,
}

/// Samples the Weibull law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeibullLaw {
    scale: f64,
    inverse_shape: f64,
}

impl<Q: Measure> Spec<Q> for Weibull<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let shape = self.shape.get();
        let scale = match self.size {
            Size::Mean(mean) => mean.base() / gamma(1.0 + 1.0 / shape),
            Size::Scale(scale) => scale.base(),
        };
        Ok(Law::Weibull(WeibullLaw::new(scale, shape)))
    }
}

impl<Q: Measure> Weibull<Q> {
    /// The Weibull law of this size and shape.
    #[must_use]
    pub const fn new(size: Size<Q>, shape: Shape) -> Self {
        Self { size, shape }
    }
}

impl WeibullLaw {
    /// The law with this scale and shape.
    #[must_use]
    pub const fn new(scale: f64, shape: f64) -> Self {
        Self { scale, inverse_shape: 1.0 / shape }
    }

    /// scale · Γ(1 + 1/shape).
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.scale * gamma(1.0 + self.inverse_shape)
    }

    /// scale² · Γ(1 + 2/shape), less the square of the mean; by logarithms, since the difference
    /// of two nearly equal numbers loses its digits when the shape is large.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let second = ln_gamma(1.0 + 2.0 * self.inverse_shape);
        mean * mean * libm::expm1(second - 2.0 * ln_gamma(1.0 + self.inverse_shape))
    }
}

impl Distribution<f64> for WeibullLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale * power(standard_exponential(rng.next_u64()), self.inverse_shape)
    }
}

impl<Q: Measure> TryFrom<Scaled<Q>> for Weibull<Q> {
    type Error = String;

    fn try_from(written: Scaled<Q>) -> Result<Self, String> {
        written.split().map(|(size, shape)| Self::new(size, shape))
    }
}

impl<Q: Measure> From<Weibull<Q>> for Scaled<Q> {
    fn from(weibull: Weibull<Q>) -> Self {
        Self::new(weibull.size, weibull.shape)
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    const LAW: &str = r#"{ weibull = { scale = "8ms", shape = 2 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        let pi = std::f64::consts::PI;
        trial::moments(LAW, 4e6 * pi.sqrt(), 64e12 * (1.0 - pi / 4.0));
        // The moments of shape 1/2 are those of the square of an exponential: 2 and 24.
        trial::moments(r#"{ weibull = { mean = "8ms", shape = 0.5 } }"#, 8e6, 320e12);
    }

    #[test]
    fn samples_follow_the_law() {
        trial::fits(LAW, |x| 1.0 - libm::exp(-(x / 8e6) * (x / 8e6)));
        trial::agrees(LAW, rand_distr::Weibull::new(8e6, 2.0).unwrap());
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first(LAW), "[4622411.462786441, 3060105.452050063, 5788060.745312608]");
    }

    #[test]
    fn impossible_parameters_are_refused() {
        trial::refused(
            r#"{ weibull = { mean = "8ms", scale = "8ms", shape = 2 } }"#,
            "give `mean` or `scale`, not both",
        );
        trial::refused("{ weibull = { shape = 2 } }", "`mean` or `scale` is missing");
        trial::refused(r#"{ weibull = { mean = "8ms" } }"#, "missing field `shape`");
        trial::refused(r#"{ weibull = { mean = "8ms", shape = 1e-6 } }"#, "from 0.1 to 1000");
    }
}
