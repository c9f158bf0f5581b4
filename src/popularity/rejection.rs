//! Zipf's law over any number of objects without a table, by rejection-inversion.
//!
//! Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", ACM TOMACS 6 (1996): the inverse of the integral H of x^-s is rounded to a
//! whole number, which is nearly always accepted. About 40 ns, against 5 ns for a table.

use crate::math::{exp, expm1_over, log1p_over, power};
use crate::rng::{mix, open_unit};

/// Chooses among the objects 1 to n in proportion to i^-s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ZipfRejection {
    exponent: f64,
    count: u32,
    /// H(3/2) - 1, the lower end of the inverted interval.
    low: f64,
    /// H(n + 1/2) less the lower end.
    width: f64,
    /// What a rounding down may be and still be accepted without a comparison.
    sure: f64,
}

impl ZipfRejection {
    pub(super) fn new(count: u32, exponent: f64) -> Self {
        let low = integral(exponent, 1.5) - 1.0;
        let width = integral(exponent, f64::from(count) + 0.5) - low;
        let second = integral(exponent, 2.5) - power(2.0, -exponent);
        let sure = 2.0 - inverse(exponent, second);
        Self { exponent, count, low, width, sure }
    }

    /// The object, from 1 on, that 64 uniform random bits choose; where they are rejected, more
    /// are made of them.
    #[inline]
    pub(super) fn pick(&self, mut bits: u64) -> u32 {
        loop {
            let area = self.low + self.width * open_unit(bits);
            let x = inverse(self.exponent, area);
            let object = nearest(x, self.count);
            let k = f64::from(object);
            if k - x <= self.sure
                || area >= integral(self.exponent, k + 0.5) - power(k, -self.exponent)
            {
                return object;
            }
            bits = mix(bits.wrapping_add(0x9e37_79b9_7f4a_7c15));
        }
    }
}

/// H(x): the integral of t^-s from 1 to x.
#[inline]
fn integral(exponent: f64, x: f64) -> f64 {
    expm1_over(1.0 - exponent, libm::log(x))
}

/// The x for which H(x) is `area`.
#[inline]
fn inverse(exponent: f64, area: f64) -> f64 {
    exp(log1p_over(1.0 - exponent, area))
}

/// The whole number from 1 to `count` nearest to `x`.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts cut and saturate, and both ends are clamped"
)]
fn nearest(x: f64, count: u32) -> u32 {
    ((x + 0.5) as u32).clamp(1, count)
}
