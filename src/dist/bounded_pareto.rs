//! The bounded Pareto law: `{ bounded_pareto = { min = "1ms", max = "10s", shape = 1.1 } }`.
//!
//! The Pareto law of scale `min`, given that it is at most `max`: heavy over all that matters,
//! with moments that a simulation can reach. Harchol-Balter, "Performance modeling and design of
//! computer systems" (2013), chapter 20.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Positive};
use super::number::Shape;
use super::{Law, ReadFile, Spec};
use crate::math::{expm1_over, power};
use crate::rng::open_unit;

/// The bounded Pareto law: a power of the value, from `min` to `max`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Bounds<Q>", into = "Bounds<Q>", bound = "")]
#[schemars(rename = "BoundedPareto_of_{Q}")]
pub struct BoundedPareto<Q: Measure> {
    min: Positive<Q>,
    max: Positive<Q>,
    shape: Shape,
}

/// The parameters, not yet checked against one another.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `min`, `max` and `shape`")]
struct Bounds<Q: Measure> {
    /// The smallest value, above zero.
    min: Positive<Q>,
    /// The largest value, above `min`.
    max: Positive<Q>,
    /// The shape: the smaller, the heavier the tail.
    shape: Shape,
}

/// Samples the bounded Pareto law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundedParetoLaw {
    min: f64,
    max: f64,
    shape: f64,
    /// -1 / shape.
    exponent: f64,
    /// The unbounded law's probability of being at most `max`.
    mass: f64,
}

impl<Q: Measure> Spec<Q> for BoundedPareto<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let law = BoundedParetoLaw::new(self.min.base(), self.max.base(), self.shape.get());
        Ok(Law::BoundedPareto(Box::new(law)))
    }
}

impl<Q: Measure> BoundedPareto<Q> {
    /// The bounded Pareto law from `min` to `max` of this shape.
    ///
    /// # Errors
    /// If `min` is not below `max`.
    pub fn new(min: Positive<Q>, max: Positive<Q>, shape: Shape) -> Result<Self, String> {
        if min.base() < max.base() {
            return Ok(Self { min, max, shape });
        }
        Err("`min` is below `max` in a bounded Pareto law".to_owned())
    }
}

impl BoundedParetoLaw {
    /// The law from `min` to `max` of this shape.
    #[must_use]
    pub fn new(min: f64, max: f64, shape: f64) -> Self {
        let mass = -libm::expm1(-shape * libm::log(max / min));
        Self { min, max, shape, exponent: -1.0 / shape, mass }
    }

    /// The first moment.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.moment(1.0) * self.min
    }

    /// The second moment less the square of the first.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let first = self.moment(1.0);
        (self.moment(2.0) - first * first).max(0.0) * self.min * self.min
    }

    /// The mean of (X / min)^r: the integral of shape · exp((r - shape) t) over t = ln(x / min),
    /// divided by the mass.
    fn moment(&self, r: f64) -> f64 {
        self.shape * expm1_over(r - self.shape, libm::log(self.max / self.min)) / self.mass
    }
}

impl Distribution<f64> for BoundedParetoLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let tail = 1.0 - open_unit(rng.next_u64()) * self.mass;
        // Rounding may pass the upper end by a unit of the last place.
        (self.min * power(tail, self.exponent)).min(self.max)
    }
}

impl<Q: Measure> TryFrom<Bounds<Q>> for BoundedPareto<Q> {
    type Error = String;

    fn try_from(written: Bounds<Q>) -> Result<Self, String> {
        Self::new(written.min, written.max, written.shape)
    }
}

impl<Q: Measure> From<BoundedPareto<Q>> for Bounds<Q> {
    fn from(law: BoundedPareto<Q>) -> Self {
        Self { min: law.min, max: law.max, shape: law.shape }
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;
    use crate::math::power;

    const LAW: &str = r#"{ bounded_pareto = { min = "1ms", max = "1s", shape = 1.5 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        // E[X] = 3 (1 - 1000^-0.5) / (1 - 1000^-1.5) and E[X²] = 3 (1000^0.5 - 1) / (the same),
        // in milliseconds.
        let root = 1_000.0_f64.sqrt();
        let mass = 1.0 - 1.0 / (root * root * root);
        let (first, second) = (3.0 * (1.0 - 1.0 / root) / mass, 3.0 * (root - 1.0) / mass);
        trial::moments(LAW, 1e6 * first, 1e12 * (second - first * first));
    }

    #[test]
    fn a_shape_equal_to_the_moments_order_has_a_logarithm() {
        let law = trial::law(r#"{ bounded_pareto = { min = "1ms", max = "1s", shape = 1 } }"#);
        let known = 1e6 * libm::log(1_000.0) / 0.999;
        assert!((law.mean() / known - 1.0).abs() < 1e-14, "{}", law.mean());
    }

    #[test]
    fn samples_follow_the_law() {
        let mass = 1.0 - power(1e-3, 1.5);
        trial::fits(LAW, |x| (1.0 - power(1e6 / x, 1.5)) / mass);
    }

    #[test]
    fn samples_keep_the_bounds() {
        let law = trial::law(LAW);
        assert!(trial::draws(&law, 100_000).iter().all(|x| (1e6..=1e9).contains(x)));
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(
            trial::first(LAW),
            "[1249272.4081206112, 1102456.5322017309, 1417593.8893645874]"
        );
    }

    #[test]
    fn impossible_parameters_are_refused() {
        for (min, max, shape, said) in [
            ("2ms", "1ms", "1", "`min` is below `max`"),
            ("1ms", "1ms", "1", "`min` is below `max`"),
            ("0ms", "1ms", "1", "above zero"),
            ("1ms", "2ms", "0", "the shape is a number from 0.1 to 1000, not 0"),
        ] {
            let law = format!(
                r#"{{ bounded_pareto = {{ min = "{min}", max = "{max}", shape = {shape} }} }}"#
            );
            trial::refused(&law, said);
        }
    }
}
