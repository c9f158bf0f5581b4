//! The uniform law: `{ uniform = { min = "2ms", max = "6ms" } }`.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::constant::ConstantLaw;
use super::measure::Measure;
use super::{Law, ReadFile, Spec};
use crate::rng::open_unit;

/// The uniform law: all values from `min` to `max` alike.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Interval<Q>", into = "Interval<Q>", bound = "")]
#[schemars(rename = "Uniform_of_{Q}")]
pub struct Uniform<Q: Measure> {
    min: Q,
    max: Q,
}

/// Two ends, not yet checked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `min` and `max`")]
struct Interval<Q: Measure> {
    /// The smallest value.
    min: Q,
    /// The largest value, at least `min`.
    max: Q,
}

/// Samples the uniform law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UniformLaw {
    min: f64,
    width: f64,
}

impl<Q: Measure> Spec<Q> for Uniform<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let (min, max) = (self.min.base(), self.max.base());
        Ok(if min < max {
            Law::Uniform(UniformLaw::new(min, max))
        } else {
            Law::Constant(ConstantLaw(min))
        })
    }
}

impl<Q: Measure> Uniform<Q> {
    /// The uniform law from `min` to `max`.
    ///
    /// # Errors
    /// If `min` is above `max`.
    pub fn new(min: Q, max: Q) -> Result<Self, String> {
        if min <= max {
            return Ok(Self { min, max });
        }
        let (min, max) = (min.to_text(), max.to_text());
        Err(format!("`min` is at most `max`, but \"{min}\" is above \"{max}\""))
    }
}

impl UniformLaw {
    /// The law from `min` to `max`.
    #[must_use]
    pub const fn new(min: f64, max: f64) -> Self {
        Self { min, width: max - min }
    }

    /// Half-way between the ends.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.min + self.width / 2.0
    }

    /// A twelfth of the square of the width.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }
}

impl Distribution<f64> for UniformLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.min + self.width * open_unit(rng.next_u64())
    }
}

impl<Q: Measure> TryFrom<Interval<Q>> for Uniform<Q> {
    type Error = String;

    fn try_from(written: Interval<Q>) -> Result<Self, String> {
        Self::new(written.min, written.max)
    }
}

impl<Q: Measure> From<Uniform<Q>> for Interval<Q> {
    fn from(uniform: Uniform<Q>) -> Self {
        Self { min: uniform.min, max: uniform.max }
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    const LAW: &str = r#"{ uniform = { min = "2ms", max = "6ms" } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 4e6, 16e12 / 12.0);
    }

    #[test]
    fn samples_follow_the_law() {
        trial::fits(LAW, |x| (x - 2e6) / 4e6);
        trial::agrees(LAW, rand_distr::Uniform::new(2e6, 6e6).unwrap());
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(
            trial::first(LAW),
            "[3135368.0854433626, 2544462.464273478, 3630139.4263005774]"
        );
    }

    #[test]
    fn equal_ends_are_a_constant() {
        let law = trial::law(r#"{ uniform = { min = "2ms", max = "2ms" } }"#);
        assert_eq!(law.is_constant(), Some(2e6));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        trial::refused(
            r#"{ uniform = { min = "6ms", max = "2ms" } }"#,
            "`min` is at most `max`, but \"6ms\" is above \"2ms\"",
        );
        trial::refused(r#"{ uniform = { min = "6ms" } }"#, "missing field `max`");
        trial::refused(r#"{ uniform = { min = -1, max = "2ms" } }"#, "never negative");
    }
}
