//! A mixture: `{ mixture = [{ weight = 9, of = "1ms" }, { weight = 1, of = { exp = "9ms" } }] }`.
//!
//! Each sample comes from one of the parts, taken with a probability proportional to its weight.

use std::sync::Arc;

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::Measure;
use super::number::Weight;
use super::{Dist, Law, ReadFile, Spec};
use crate::alias::{self, AliasTable};

/// The most parts of a mixture.
const MAX_PARTS: usize = 10_000;

/// The parts of a mixture, at least one of them with a weight above 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Part<Q>>", into = "Vec<Part<Q>>", bound = "")]
#[schemars(rename = "Mixture_of_{Q}", extend("minItems" = 1))]
pub struct Mixture<Q: Measure>(Vec<Part<Q>>);

/// One part of a mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `weight` and `of`")]
#[schemars(rename = "Part_of_{Q}")]
pub struct Part<Q: Measure> {
    /// How often this part is taken, relative to the other parts.
    pub weight: Weight,
    /// The distribution of this part.
    pub of: Dist<Q>,
}

/// Samples a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureLaw {
    table: AliasTable,
    /// Each part's probability and law.
    parts: Vec<(f64, Law)>,
}

impl<Q: Measure> Spec<Q> for Mixture<Q> {
    fn law(&self, files: &mut ReadFile<'_>) -> Result<Law, String> {
        let mut parts = Vec::new();
        for part in &self.0 {
            let law = part.of.law(files)?;
            if part.weight.get() > 0.0 {
                parts.push((part.weight.get(), law));
            }
        }
        match parts.as_slice() {
            [(_, only)] => Ok(only.clone()),
            _ => Ok(Law::Mixture(Arc::new(MixtureLaw::new(parts)?))),
        }
    }
}

impl<Q: Measure> Mixture<Q> {
    /// The mixture of these parts.
    ///
    /// # Errors
    /// If no part has a weight above 0, or if there are more than 10000.
    pub fn new(parts: Vec<Part<Q>>) -> Result<Self, String> {
        if parts.len() > MAX_PARTS {
            return Err(format!("a mixture has at most {MAX_PARTS} parts, not {}", parts.len()));
        }
        let weights: Vec<f64> = parts.iter().map(|part| part.weight.get()).collect();
        alias::total(&weights).map_err(|said| format!("in a mixture {said}"))?;
        Ok(Self(parts))
    }
}

impl MixtureLaw {
    /// The mixture of these laws with these weights.
    ///
    /// # Errors
    /// If the weights are none, as [`alias::total`] says.
    pub fn new(mut parts: Vec<(f64, Law)>) -> Result<Self, String> {
        let weights: Vec<f64> = parts.iter().map(|(weight, _)| *weight).collect();
        let total = alias::total(&weights)?;
        for (weight, _) in &mut parts {
            *weight /= total;
        }
        Ok(Self { table: AliasTable::new(&weights), parts })
    }

    /// The weighted mean of the parts' means.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.parts.iter().map(|(share, law)| share * law.mean()).sum()
    }

    /// The mean of the parts' variances plus the variance of their means.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        if mean.is_infinite() {
            return f64::INFINITY;
        }
        let spread = |law: &Law| {
            let off = law.mean() - mean;
            law.variance() + off * off
        };
        self.parts.iter().map(|(share, law)| share * spread(law)).sum()
    }
}

impl Distribution<f64> for MixtureLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let part = self.table.pick(rng.next_u64());
        self.parts[part as usize].1.sample(rng)
    }
}

impl<Q: Measure> TryFrom<Vec<Part<Q>>> for Mixture<Q> {
    type Error = String;

    fn try_from(parts: Vec<Part<Q>>) -> Result<Self, String> {
        Self::new(parts)
    }
}

impl<Q: Measure> From<Mixture<Q>> for Vec<Part<Q>> {
    fn from(mixture: Mixture<Q>) -> Self {
        mixture.0
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    const LAW: &str = r#"{ mixture = [
        { weight = 3, of = { exp = "2ms" } },
        { weight = 1, of = { uniform = { min = "4ms", max = "8ms" } } },
    ] }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        // Means 2 and 6, variances 4 and 4/3, shares 3/4 and 1/4: 3 + 1/3 within, 3 between.
        trial::moments(LAW, 3e6, 1e12 * (6.0 + 1.0 / 3.0));
    }

    #[test]
    fn samples_follow_the_law() {
        trial::fits(LAW, |x| {
            let second = ((x - 4e6) / 4e6).clamp(0.0, 1.0);
            0.75 * (1.0 - libm::exp(-x / 2e6)) + 0.25 * second
        });
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(
            trial::first(LAW),
            "[292632.6680520787, 1692758.3010269199, 395666.70580030186]"
        );
    }

    #[test]
    fn a_single_part_is_its_own_law() {
        let law = trial::law(
            r#"{ mixture = [ { weight = 0, of = { exp = "1s" } }, { weight = 2, of = "1ms" } ] }"#,
        );
        assert_eq!(law.is_constant(), Some(1e6));
    }

    #[test]
    fn an_infinite_part_makes_the_moments_infinite() {
        let law = trial::law(
            r#"{ mixture = [ { weight = 1, of = "1ms" },
                             { weight = 1, of = { pareto = { scale = "1ms", shape = 1 } } } ] }"#,
        );
        assert_eq!((law.mean(), law.variance()), (f64::INFINITY, f64::INFINITY));
    }

    #[test]
    fn impossible_parts_are_refused() {
        for (parts, said) in [
            ("", "at least one weight is above 0"),
            (r#"{ weight = 0, of = "1ms" }"#, "at least one weight is above 0"),
            (r#"{ weight = -1, of = "1ms" }"#, "a weight is a number from 0 to"),
            (r#"{ weight = nan, of = "1ms" }"#, "not NaN"),
            (r#"{ weight = 1 }"#, "missing field `of`"),
            (r#"{ weight = 1, of = 1 }"#, "needs a unit"),
            (r#"{ weight = 1, of = { trace = "service_us" } }"#, "request's trace row"),
        ] {
            trial::refused(&format!("{{ mixture = [{parts}] }}"), said);
        }
    }
}
