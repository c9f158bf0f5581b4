//! The gamma law: `{ gamma = { mean = "8ms", cv = 0.5 } }`.
//!
//! Density x^(a-1) exp(-x/b) / (Γ(a) b^a) with shape a = 1/cv² and scale b = mean · cv². Sampled
//! as in Marsaglia and Tsang, "A simple method for generating gamma variables", TOMS 26 (2000):
//! a transformed normal is accepted in more than 95 of 100 cases, so that about two draws are
//! needed; a shape below 1 is raised by 1 and paid for with one more.

use rand::Rng;
use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::measure::{Measure, Positive};
use super::number::Cv;
use super::{Law, ReadFile, Spec};
use crate::math::{normal_quantile, power};
use crate::rng::open_unit;

/// The gamma law: from the exponential (`cv` = 1) towards a constant or a heavier spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound = "", expecting = "a table with `mean` and `cv`")]
#[schemars(rename = "Gamma_of_{Q}")]
pub struct Gamma<Q: Measure> {
    /// The mean.
    pub mean: Positive<Q>,
    /// The coefficient of variation: standard deviation divided by mean; 1 is the exponential.
    pub cv: Cv,
}

/// Samples the gamma law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaLaw {
    shape: f64,
    inverse_shape: f64,
    scale: f64,
    /// The (raised) shape less one third.
    d: f64,
    /// 1 / sqrt(9d).
    c: f64,
}

impl<Q: Measure> Spec<Q> for Gamma<Q> {
    fn law(&self, _: &mut ReadFile<'_>) -> Result<Law, String> {
        let square = self.cv.get() * self.cv.get();
        Ok(Law::Gamma(Box::new(GammaLaw::new(1.0 / square, self.mean.base() * square))))
    }
}

impl GammaLaw {
    /// The law with this shape and this scale, both above 0.
    #[must_use]
    pub fn new(shape: f64, scale: f64) -> Self {
        let d = if shape < 1.0 { shape + 2.0 / 3.0 } else { shape - 1.0 / 3.0 };
        Self { shape, inverse_shape: 1.0 / shape, scale, d, c: 1.0 / (9.0 * d).sqrt() }
    }

    /// Shape times scale.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    /// Shape times scale².
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    /// A sample of scale 1 for the shape, raised by 1 if it is below 1.
    #[inline]
    fn raised<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let z = normal_quantile(open_unit(rng.next_u64()));
            let root = 1.0 + self.c * z;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = open_unit(rng.next_u64());
            let square = z * z;
            if u < 1.0 - 0.0331 * square * square
                || libm::log(u) < 0.5 * square + self.d * (1.0 - v + libm::log(v))
            {
                return self.d * v;
            }
        }
    }
}

impl Distribution<f64> for GammaLaw {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let sample = self.scale * self.raised(rng);
        if self.shape >= 1.0 {
            return sample;
        }
        sample * power(open_unit(rng.next_u64()), self.inverse_shape)
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Gamma};

    use crate::dist::trial;

    /// Shape 4 and scale 2 ms.
    const SMOOTH: &str = r#"{ gamma = { mean = "8ms", cv = 0.5 } }"#;
    /// Shape 1/4 and scale 32 ms.
    const ROUGH: &str = r#"{ gamma = { mean = "8ms", cv = 2 } }"#;

    #[test]
    fn samples_have_the_mean_and_the_variance() {
        trial::moments(SMOOTH, 8e6, 16e12);
        trial::moments(ROUGH, 8e6, 256e12);
        trial::moments(r#"{ gamma = { mean = "8ms", cv = 0.001 } }"#, 8e6, 64e6);
    }

    #[test]
    fn samples_follow_the_law() {
        for (law, shape, scale) in [(SMOOTH, 4.0, 2e6), (ROUGH, 0.25, 32e6)] {
            // In milliseconds, where the known CDF is at its best.
            let known = Gamma::new(shape, 1e6 / scale).unwrap();
            trial::fits(law, |x| known.cdf(x / 1e6));
            trial::agrees(law, rand_distr::Gamma::new(shape, scale).unwrap());
        }
    }

    #[test]
    fn the_first_samples_are_pinned() {
        assert_eq!(
            trial::first(SMOOTH),
            "[5355282.464334764, 6473574.54931344, 10703818.742230738]"
        );
        assert_eq!(
            trial::first(ROUGH),
            "[415896.26446533715, 36502.719734629405, 934726.3956243942]"
        );
    }

    #[test]
    fn samples_stay_finite_at_the_ends_of_cv() {
        for cv in ["1e-6", "1000"] {
            let law = trial::law(&format!(r#"{{ gamma = {{ mean = "8ms", cv = {cv} }} }}"#));
            assert!(trial::draws(&law, 1_000).iter().all(|x| x.is_finite() && *x >= 0.0), "{cv}");
        }
    }

    #[test]
    fn impossible_parameters_are_refused() {
        trial::refused(r#"{ gamma = { mean = "8ms", cv = 0.0 } }"#, "from 0.000001 to 1000");
        trial::refused(r#"{ gamma = { mean = "8ms", cv = -1 } }"#, "not -1");
        trial::refused(r#"{ gamma = { mean = "8ms", cv = "1" } }"#, "expected the coefficient");
        trial::refused(r#"{ gamma = { cv = 1 } }"#, "missing field `mean`");
    }
}
