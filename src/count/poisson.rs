//! The Poisson count: `{ poisson = { mean = 4 } }`.
//!
//! The number of events that happen independently of one another: P(N = n) = m^n exp(-m) / n!.

use rand::Rng;

use crate::dist::number::numbers;
use crate::math::ln_gamma;
use crate::rng::open_unit;

use super::whole;

numbers! {
    /// The mean.
    PoissonMean(0.000_001..=1e6), "the mean of a Poisson count", "";
}

/// Samples the Poisson law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    mean: PoissonMean,
    method: Method,
}

/// How a Poisson variable is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    /// By inversion, from the probability of 0.
    Inversion { none: f64 },
    /// By transformed rejection, with the constants of its paper.
    Rejection { ln_mean: f64, a: f64, b: f64, ln_inverse_alpha: f64, v_r: f64 },
}

impl Poisson {
    /// The law with this mean.
    #[must_use]
    pub fn new(mean: PoissonMean) -> Self {
        let m = mean.get();
        if m < 10.0 {
            return Self { mean, method: Method::Inversion { none: libm::exp(-m) } };
        }
        let b = 0.931 + 2.53 * m.sqrt();
        let method = Method::Rejection {
            ln_mean: libm::log(m),
            a: -0.059 + 0.024_83 * b,
            b,
            ln_inverse_alpha: libm::log(1.1239 + 1.1328 / (b - 3.4)),
            v_r: 0.9277 - 3.6224 / (b - 2.0),
        };
        Self { mean, method }
    }

    /// The mean.
    #[must_use]
    pub const fn mean(&self) -> PoissonMean {
        self.mean
    }

    /// A count: from one draw for a mean below 10, from about two and a half above.
    #[inline]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        match self.method {
            Method::Inversion { none } => invert(self.mean.get(), none, open_unit(rng.next_u64())),
            Method::Rejection { ln_mean, a, b, ln_inverse_alpha, v_r } => loop {
                // PTRS of Hörmann, "The transformed rejection method for generating Poisson
                // random variables", Insurance: Mathematics and Economics 12 (1993).
                let u = open_unit(rng.next_u64()) - 0.5;
                let v = open_unit(rng.next_u64());
                let us = 0.5 - u.abs();
                let k = libm::floor((2.0 * a / us + b) * u + self.mean.get() + 0.43);
                if us >= 0.07 && v <= v_r {
                    return whole(k);
                }
                if k < 0.0 || (us < 0.013 && v > us) {
                    continue;
                }
                let density = k * ln_mean - self.mean.get() - ln_gamma(k + 1.0);
                if libm::log(v) + ln_inverse_alpha - libm::log(a / (us * us) + b) <= density {
                    return whole(k);
                }
            },
        }
    }
}

/// The Poisson count at `u` by adding probabilities up, for a mean below 10. The sum stops at
/// 100, above which lies less than 1e-60: rounding may keep it below the largest `u`.
#[inline]
fn invert(mean: f64, none: f64, u: f64) -> u32 {
    let (mut left, mut probability, mut k) = (u, none, 0_u32);
    while left > probability && k < 100 {
        left -= probability;
        k += 1;
        probability *= mean / f64::from(k);
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::trial;

    fn law(mean: f64) -> String {
        format!("{{ poisson = {{ mean = {mean} }} }}")
    }

    #[test]
    fn counts_follow_the_law_by_either_method() {
        for mean in [0.5, 4.0, 9.99, 10.0, 100.0] {
            trial::fits(&law(mean), |n| {
                let n = f64::from(n);
                libm::exp(n * libm::log(mean) - mean - ln_gamma(n + 1.0))
            });
        }
    }

    #[test]
    fn counts_have_the_mean_and_the_variance() {
        for mean in [0.001, 4.0, 1e3, 1e6] {
            trial::moments(&law(mean), mean, mean);
        }
    }

    #[test]
    fn inversion_ends_at_the_largest_draw() {
        let count = invert(9.99, libm::exp(-9.99), open_unit(u64::MAX));
        assert!((40..=100).contains(&count), "{count}");
    }

    #[test]
    fn the_first_counts_are_pinned() {
        assert_eq!(trial::draws(&law(4.0), 5), [3, 1, 3, 4, 2]);
        assert_eq!(trial::draws(&law(40.0), 5), [39, 37, 30, 38, 52]);
    }

    #[test]
    fn impossible_means_are_refused() {
        trial::refused(&law(0.0), "is a number from 0.000001 to 1000000, not 0");
        trial::refused("{ poisson = { mean = nan } }", "not NaN");
        trial::refused("{ poisson = { rate = 1 } }", "unknown field `rate`");
    }
}
