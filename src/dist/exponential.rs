//! The exponential law: `{ exp = "5ms" }`.
//!
//! P(X > x) = exp(-x / mean); the law without memory, as in the M of M/M/1.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Positive};
use super::nearly::{MARGIN, nearly_exponential};
use super::{Law, ReadFile, Spec};
use crate::math::ln;
use crate::rng::open_unit;
use crate::time::Span;

/// The exponential law, given its mean, which is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent, bound = "")]
#[schemars(rename = "Exponential_of_{Q}")]
pub struct Exponential<Q: Measure> {
    /// The mean, above zero.
    pub mean: Positive<Q>,
}

/// Samples the exponential law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialLaw {
    mean: f64,
}

impl<Q: Measure> Spec<Q> for Exponential<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        Ok(Law::Exponential(ExponentialLaw::new(self.mean.base())))
    }
}

impl ExponentialLaw {
    /// The law with this mean.
    #[must_use]
    pub const fn new(mean: f64) -> Self {
        Self { mean }
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// A sample in nanoseconds, times `factor`, as a duration.
    ///
    /// Most often a sample that is a little too small and one that is a little too large are
    /// rounded to the same nanosecond, and so is the exact one, which then need not be known
    /// (Ziv, "Fast evaluation of elementary mathematical functions with correctly rounded last
    /// bit", TOMS 1991). Of samples with a mean of 10 ms, one in 400,000 is worked out exactly.
    #[inline]
    pub(super) fn span<R: Rng + ?Sized>(&self, rng: &mut R, factor: f64) -> Span {
        let bits = rng.next_u64();
        let (nearly, margin) = (self.mean * nearly_exponential(bits), self.mean * MARGIN);
        let (low, high) = ((nearly - margin) * factor, (nearly + margin) * factor);
        Span::from_nanos_between(low, high).unwrap_or_else(|| self.exact_span(bits, factor))
    }

    #[cold]
    #[inline(never)]
    fn exact_span(&self, bits: u64, factor: f64) -> Span {
        Span::from_nanos_rounded(self.mean * standard_exponential(bits) * factor)
    }

    /// The square of the mean.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.mean * self.mean
    }
}

impl Distribution<f64> for ExponentialLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.mean * standard_exponential(rng.next_u64())
    }
}

/// The exponential variable of mean 1 at 64 random bits: -ln(1 - u), which grows with u as every
/// inverse transform here does, so that equal draws give large values under every law. At most
/// 36.8, since u is at most 1 - 2^-53.
#[inline]
#[must_use]
pub fn standard_exponential(bits: u64) -> f64 {
    -ln(1.0 - open_unit(bits))
}

#[cfg(test)]
mod tests {
    use rand_distr::Distribution;

    use super::*;
    use crate::dist::trial;
    use crate::rng::{Key, Purpose};

    const LAW: &str = r#"{ exp = "5ms" }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(LAW, 5e6, 25e12);
    }

    #[test]
    fn samples_follow_the_law() {
        trial::fits(LAW, |x| 1.0 - libm::exp(-x / 5e6));
        trial::agrees(LAW, rand_distr::Exp::new(1.0 / 5e6).unwrap());
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(
            trial::first(LAW),
            "[1669272.4790077717, 731581.6701301968, 2617316.1868303707]"
        );
    }

    #[test]
    fn a_span_is_the_sample_rounded_for_short_and_for_long_means() {
        let purpose = Purpose::named("demand");
        for mean in [0.3, 17.0, 5e6, 1.7e10, 3e13, 1e17, 4e18] {
            let law = ExponentialLaw::new(mean);
            for (key, factor) in (0..20_000).zip([1.0, 1.25, 1.0 / 3.0, 64.0].into_iter().cycle()) {
                let draws = Key::root(5, 0).with(key).draws(purpose);
                let exact = Span::from_nanos_rounded(law.sample(&mut draws.clone()) * factor);
                assert_eq!(law.span(&mut draws.clone(), factor), exact, "{mean} {key} {factor}");
            }
        }
    }

    #[test]
    fn impossible_means_are_refused() {
        trial::refused(r#"{ exp = "0s" }"#, "a duration above zero");
        trial::refused("{ exp = 5 }", "needs a unit");
        trial::refused(r#"{ exp = "-5ms" }"#, "never negative");
        trial::refused(r#"{ exp = { mean = "5ms" } }"#, "expected a duration");
    }
}
