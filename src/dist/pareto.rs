//! The Pareto law: `{ pareto = { mean = "8ms", shape = 2.5 } }`, or with `scale`.
//!
//! P(X > x) = (scale / x)^shape for x from `scale` on: the support is [scale, ∞), not [0, ∞) as
//! in the Lomax law that some tools call by the same name. scale = mean (shape - 1) / shape. The
//! variance is infinite up to shape 2, the mean up to shape 1. Johnson, Kotz and Balakrishnan,
//! "Continuous univariate distributions" I (1994), chapter 20.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exponential::standard_exponential;
use super::measure::Measure;
use super::number::Shape;
use super::scaled::{Scaled, Size};
use super::{Law, ReadFile, Spec};
use crate::math::exp;

/// The Pareto law: P(X > x) = (scale / x)^shape from `scale` on; `mean` needs a shape above 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Scaled<Q>", into = "Scaled<Q>", bound = "")]
#[schemars(rename = "Pareto_of_{Q}")]
pub struct Pareto<Q: Measure> {
    size: Size<Q>,
    shape: Shape,
}

/// Samples the Pareto law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoLaw {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
}

impl<Q: Measure> Spec<Q> for Pareto<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let shape = self.shape.get();
        let scale = match self.size {
            Size::Mean(mean) => mean.base() * (shape - 1.0) / shape,
            Size::Scale(scale) => scale.base(),
        };
        Ok(Law::Pareto(ParetoLaw::new(scale, shape)))
    }
}

impl<Q: Measure> Pareto<Q> {
    /// The Pareto law of this size and shape.
    ///
    /// # Errors
    /// If the mean is given and the shape is at most 1, where the mean is infinite.
    pub fn new(size: Size<Q>, shape: Shape) -> Result<Self, String> {
        if matches!(size, Size::Mean(_)) && shape.get() <= 1.0 {
            return Err(format!(
                "the mean of a Pareto law of shape {} is infinite: give a shape above 1, or \
                 `scale`, its smallest value, instead of `mean`",
                shape.get()
            ));
        }
        Ok(Self { size, shape })
    }
}

impl ParetoLaw {
    /// The law with this scale, its smallest value, and this shape.
    #[must_use]
    pub const fn new(scale: f64, shape: f64) -> Self {
        Self { scale, shape, inverse_shape: 1.0 / shape }
    }

    /// scale · shape / (shape - 1), infinite up to shape 1.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.shape <= 1.0 {
            return f64::INFINITY;
        }
        self.scale * self.shape / (self.shape - 1.0)
    }

    /// scale² · shape / ((shape - 1)² (shape - 2)), infinite up to shape 2.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.shape <= 2.0 {
            return f64::INFINITY;
        }
        let less = self.shape - 1.0;
        self.scale * self.scale * self.shape / (less * less * (self.shape - 2.0))
    }
}

impl Distribution<f64> for ParetoLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.scale * exp(standard_exponential(rng.next_u64()) * self.inverse_shape)
    }
}

impl<Q: Measure> TryFrom<Scaled<Q>> for Pareto<Q> {
    type Error = String;

    fn try_from(written: Scaled<Q>) -> Result<Self, String> {
        written.split().and_then(|(size, shape)| Self::new(size, shape))
    }
}

impl<Q: Measure> From<Pareto<Q>> for Scaled<Q> {
    fn from(pareto: Pareto<Q>) -> Self {
        Self::new(pareto.size, pareto.shape)
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;
    use crate::math::power;

    /// From 6 ms on.
    const LAW: &str = r#"{ pareto = { mean = "7.5ms", shape = 5 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 7.5e6, 3.75e12);
    }

    #[test]
    fn samples_follow_the_law() {
        trial::fits(LAW, |x| 1.0 - power(6e6 / x, 5.0));
        trial::agrees(LAW, rand_distr::Pareto::new(6e6, 5.0).unwrap());
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first(LAW), "[6414303.178456151, 6178173.860861146, 6662215.698598018]");
    }

    #[test]
    fn infinite_moments_are_infinite() {
        let moments = |shape: &str| {
            let law =
                trial::law(&format!(r#"{{ pareto = {{ scale = "6ms", shape = {shape} }} }}"#));
            (law.mean(), law.variance(), law.scv())
        };
        let none = f64::INFINITY;
        assert_eq!(moments("1"), (none, none, none));
        assert_eq!(moments("2"), (12e6, none, none));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        for shape in ["1", "0.5"] {
            let law = format!(r#"{{ pareto = {{ mean = "8ms", shape = {shape} }} }}"#);
            trial::refused(&law, "is infinite: give a shape above 1, or `scale`");
        }
        trial::refused(r#"{ pareto = { scale = "8ms", shape = 0 } }"#, "from 0.1 to 1000");
        trial::refused("{ pareto = { shape = 2 } }", "`mean` or `scale` is missing");
    }
}
