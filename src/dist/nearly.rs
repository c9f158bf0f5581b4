//! The standard exponential variable up to 10^-13, known sooner than the exact one.
//!
//! Of 2^k z with z between 1 and 2, the upper seven bits of z name a number c near it, whose
//! inverse and logarithm are in a table; the logarithm of z / c is five terms of its series
//! (Tang, "Table-driven implementation of the logarithm function in IEEE floating-point
//! arithmetic", TOMS 1990). No division is in it, and few of its operations wait for one another.

use std::f64::consts::LN_2;

/// By how much a variable is off at most. The series leaves out less than 2^-50. Sums of up to 37
/// are rounded by 2^-48 each: ten such errors, here, in the exact one, and where both are
/// multiplied by a mean, come to less than half of this.
pub(super) const MARGIN: f64 = 1.0 / (1_u64 << 43) as f64;

/// How many numbers are in the table.
const CENTRES: usize = 128;

/// The inverse and the logarithm of the middle of each part of the numbers from 1 to 2.
static TABLE: [(f64, f64); CENTRES] = table();

/// The exponential variable of mean 1 at 64 random bits, up to [`MARGIN`].
#[inline]
pub(super) fn nearly_exponential(bits: u64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    // 1 - u is this number, below 2^53, by 2^53.
    let number = (!bits >> 11 | 1).cast_signed() as f64;
    let fields = number.to_bits();
    let z = f64::from_bits(fields & MANTISSA | 1.0_f64.to_bits());
    let (inverse, log) = TABLE[(fields >> 45) as usize % CENTRES];
    let halvings = f64::from(1_023 + 53 - (fields >> 52) as i32);
    let r = z * inverse - 1.0;
    let square = r * r;
    let rest = (0.5 - r * (1.0 / 3.0)) + square * (0.25 - r * 0.2);
    (halvings * LN_2 - log - r) + square * rest
}

/// Fills the table.
const fn table() -> [(f64, f64); CENTRES] {
    let mut table = [(0.0, 0.0); CENTRES];
    let mut at = 0;
    while at < CENTRES {
        let centre = 1.0 + (at as f64 + 0.5) / CENTRES as f64;
        table[at] = (1.0 / centre, log_up_to_2(centre));
        at += 1;
    }
    table
}

/// ln x for x from 1 to 2, as 2 artanh((x - 1) / (x + 1)), term by term.
const fn log_up_to_2(x: f64) -> f64 {
    let s = (x - 1.0) / (x + 1.0);
    let mut sum = 0.0;
    let mut odd = 41;
    while odd > 0 {
        sum = sum * s * s + 1.0 / odd as f64;
        odd -= 2;
    }
    2.0 * s * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::exponential::standard_exponential;
    use crate::rng::{Key, Purpose};

    #[test]
    fn a_variable_is_off_by_a_quarter_of_the_margin_at_most() {
        let mut draws = Key::root(1, 0).draws(Purpose::named("nearly"));
        let ends = (0..4_096).flat_map(|few| [few, !few, few << 52, few << 12]);
        let powers = (0..64).map(|bit| 1_u64 << bit).flat_map(|it| [it, !it, it - 1, !(it - 1)]);
        for bits in ends.chain(powers).chain((0..200_000).map(|_| draws.next_bits())) {
            for bits in [bits, bits >> 40, !(bits >> 40)] {
                let (nearly, exact) = (nearly_exponential(bits), standard_exponential(bits));
                let off = (nearly - exact).abs();
                assert!(off <= MARGIN / 4.0, "{bits:x}: {nearly} is off from {exact} by {off:e}");
            }
        }
    }

    #[test]
    fn the_table_holds_inverses_and_logarithms() {
        for (inverse, log) in TABLE {
            assert!((log + crate::math::ln(inverse)).abs() < 3e-16, "{inverse} and {log}");
        }
    }
}
