//! The Erlang law: `{ erlang = { mean = "8ms", k = 4 } }`.
//!
//! The sum of k independent exponential stages of mean/k each: cv = 1/sqrt(k). It is the gamma
//! law of a whole shape, kept apart because that is how people think of stages.

use std::fmt;

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use super::gamma::GammaLaw;
use super::measure::{Measure, Positive};
use super::{Law, ReadFile, Spec};
use crate::rng::open_unit;

/// The Erlang law: the sum of `k` exponential stages, of coefficient of variation 1/sqrt(k).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `mean` and `k`")]
#[schemars(rename = "Erlang_of_{Q}")]
pub struct Erlang<Q: Measure> {
    /// The mean of the whole, not of one stage.
    pub mean: Positive<Q>,
    /// The number of stages: a whole number from 1 (the exponential law) to 1000000.
    pub k: Stages,
}

/// A number of stages, from 1 to a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Stages(#[schemars(range(min = 1, max = 1_000_000))] u32);

/// Samples the Erlang law of at most [`ErlangLaw::MAX_STAGES`] stages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangLaw {
    stage: f64,
    k: u32,
}

impl<Q: Measure> Spec<Q> for Erlang<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let (mean, k) = (self.mean.base(), self.k.0);
        let shape = f64::from(k);
        Ok(if k <= ErlangLaw::MAX_STAGES {
            Law::Erlang(ErlangLaw::new(mean, k))
        } else {
            Law::Gamma(Box::new(GammaLaw::new(shape, mean / shape)))
        })
    }
}

impl Stages {
    /// The number of stages `k`, or a sentence that says what is allowed.
    ///
    /// # Errors
    /// If `k` is not from 1 to a million.
    pub fn new(k: i64) -> Result<Self, String> {
        let stages = u32::try_from(k).ok().filter(|k| (1..=1_000_000).contains(k));
        stages.map(Self).ok_or_else(|| format!("`k` is a whole number from 1 to 1000000, not {k}"))
    }
}

impl ErlangLaw {
    /// Above this many stages the gamma law's sampler is faster.
    pub const MAX_STAGES: u32 = 16;

    /// The law with this mean and `k` stages.
    ///
    /// # Panics
    /// If `k` is not from 1 to [`Self::MAX_STAGES`].
    #[must_use]
    pub fn new(mean: f64, k: u32) -> Self {
        assert!((1..=Self::MAX_STAGES).contains(&k), "{k} stages");
        Self { stage: mean / f64::from(k), k }
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.stage * f64::from(self.k)
    }

    /// mean² / k.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.stage * self.stage * f64::from(self.k)
    }
}

impl Distribution<f64> for ErlangLaw {
    /// The logarithm of a product of k numbers instead of the sum of k logarithms. Each factor
    /// is at least 2^-53 and so the product at least 2^-848: it cannot underflow.
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let product =
            (0..self.k).fold(1.0, |product, _| product * (1.0 - open_unit(rng.next_u64())));
        -self.stage * libm::log(product)
    }
}

impl<'de> Deserialize<'de> for Stages {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(StagesVisitor)
    }
}

struct StagesVisitor;

impl Visitor<'_> for StagesVisitor {
    type Value = Stages;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of stages from 1 to 1000000")
    }

    fn visit_i64<E: Error>(self, k: i64) -> Result<Stages, E> {
        Stages::new(k).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, k: u64) -> Result<Stages, E> {
        self.visit_i64(i64::try_from(k).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Erlang};

    use crate::dist::{Law, trial};

    const LAW: &str = r#"{ erlang = { mean = "8ms", k = 4 } }"#;
    const LONG: &str = r#"{ erlang = { mean = "8ms", k = 100 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 8e6, 16e12);
        trial::moments(LONG, 8e6, 64e10);
    }

    #[test]
    fn samples_follow_the_law() {
        for (law, k) in [(LAW, 4_u32), (LONG, 100)] {
            // In milliseconds, where the known CDF is at its best.
            let known = Erlang::new(u64::from(k), f64::from(k) / 8.0).unwrap();
            trial::fits(law, |x| known.cdf(x / 1e6));
            let scale = 8e6 / f64::from(k);
            trial::agrees(law, rand_distr::Gamma::new(f64::from(k), scale).unwrap());
        }
    }

    #[test]
    fn many_stages_are_sampled_as_a_gamma_law() {
        assert!(matches!(trial::law(LAW), Law::Erlang(_)));
        assert!(matches!(trial::law(LONG), Law::Gamma(_)));
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(trial::first(LAW), "[3700026.4354142556, 5791166.312349062, 7135564.420556398]");
    }

    #[test]
    fn impossible_parameters_are_refused() {
        for k in ["0", "-1", "1000000000"] {
            let law = format!(r#"{{ erlang = {{ mean = "8ms", k = {k} }} }}"#);
            trial::refused(&law, "`k` is a whole number from 1 to 1000000, not ");
        }
        trial::refused(r#"{ erlang = { mean = "8ms", k = 2.5 } }"#, "expected a whole number");
        trial::refused(r#"{ erlang = { mean = "8ms", stages = 2 } }"#, "unknown field `stages`");
    }
}
