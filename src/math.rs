//! Portable special functions: the same bits on every platform, since all that is transcendental
//! comes from the `libm` crate and the rest is plain arithmetic.

/// The value below which a standard normal variable stays with probability `p`.
///
/// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
/// Statistics 37 (1988), routine PPND16: about 16 digits. It is -∞ at 0, ∞ at 1 and NaN outside.
#[inline]
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * horner(&CENTRE.0, r) / horner(&CENTRE.1, r);
    }
    normal_tail_quantile(p, q)
}

/// The natural logarithm of `x`, which is positive, finite and not subnormal: to the last bit what
/// `libm::log` gives. This one knows that its argument needs no other care and is inlined; drawing
/// exponential variables is a tenth of the work of a simple simulation.
///
/// With x = 2^k (1 + f), 1 + f between √2/2 and √2, and s = f / (2 + f), ln x = k ln 2 +
/// 2 artanh s, whose series in s² is cut to seven terms with minimax coefficients (Sun
/// Microsystems, fdlibm 5.3, `e_log.c`, 1993).
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the fields of a float are cut out by shifts")]
pub fn ln(x: f64) -> f64 {
    const LN2: [f64; 2] = [1.908_214_929_270_587_7e-10, 6.931_471_803_691_238e-1];
    const ODD: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const EVEN: [f64; 3] =
        [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    // The upper halves of 1 and of √2/2.
    const ONE: u32 = 0x3ff0_0000;
    const HALF_ROOT: u32 = 0x3fe6_a09e;
    let bits = x.to_bits();
    let upper = (bits >> 32) as u32 + (ONE - HALF_ROOT);
    let k = f64::from((upper >> 20) as i32 - 1_023);
    let upper = (upper & 0x000f_ffff) + HALF_ROOT;
    let f = f64::from_bits(u64::from(upper) << 32 | bits & 0xffff_ffff) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (EVEN[0] + w * (EVEN[1] + w * EVEN[2]));
    let odd = z * (ODD[0] + w * (ODD[1] + w * (ODD[2] + w * ODD[3])));
    s * (half_square + (odd + even)) + k * LN2[0] - half_square + f + k * LN2[1]
}

/// The logarithm of the gamma function of `x` > 0.
#[inline]
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The gamma function of `x` > 0: infinite above 171.6.
#[inline]
#[must_use]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// e to the power `x`, as 2^(x log2 e), with a relative error of up to |x| 2^-53 more than
/// `libm::exp` has: that one branches on its argument and takes 15 ns for random ones, while
/// `libm::exp2` looks up a table and takes 5.
#[inline]
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp2(x * std::f64::consts::LOG2_E)
}

/// The number `x` > 0 to the power `y`, as 2^(y log2 x): several times as fast as `libm::pow`,
/// with a relative error of up to |y log2 x| 2^-53 more.
#[inline]
#[must_use]
pub fn power(x: f64, y: f64) -> f64 {
    libm::exp2(y * libm::log2(x))
}

/// (exp(ax) - 1) / a, and its limit x at a = 0: the integral of exp(at) from 0 to x.
#[inline]
#[must_use]
pub fn expm1_over(a: f64, x: f64) -> f64 {
    if (a * x).abs() < 1e-17 { x } else { libm::expm1(a * x) / a }
}

/// ln(1 + ax) / a, and its limit x at a = 0: the inverse of [`expm1_over`] in x.
#[inline]
#[must_use]
pub fn log1p_over(a: f64, x: f64) -> f64 {
    if (a * x).abs() < 1e-17 { x } else { libm::log1p(a * x) / a }
}

/// The sum of i^-`s` for i from 1 to `n` (the generalised harmonic number), for `s` >= 0.
///
/// The first terms are added one by one, the rest by the Euler-Maclaurin formula with two
/// correction terms, so that four billion terms cost as much as a hundred.
#[must_use]
pub fn harmonic(n: u32, s: f64) -> f64 {
    const EXACT: u32 = 128;
    let term = |i: f64| power(i, -s);
    let head = n.min(EXACT);
    // Small terms first, so that they are not lost against the sum.
    let sum = (1..=head).rev().fold(0.0, |sum, i| sum + term(f64::from(i)));
    if n == head {
        return sum;
    }
    let (from, to) = (f64::from(head), f64::from(n));
    let log_from = libm::log(from);
    let integral = libm::exp((1.0 - s) * log_from) * expm1_over(1.0 - s, libm::log(to) - log_from);
    let ends = (term(to) - term(from)) / 2.0;
    let first = s / 12.0 * (term(from) / from - term(to) / to);
    let cubed = |x: f64| term(x) / (x * x * x);
    let second = s * (s + 1.0) * (s + 2.0) / 720.0 * (cubed(from) - cubed(to));
    sum + integral + ends + first - second
}

/// The tails of [`normal_quantile`], where |q| = |p - 1/2| > 0.425.
fn normal_tail_quantile(p: f64, q: f64) -> f64 {
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return if tail < 0.0 { f64::NAN } else { f64::INFINITY.copysign(q) };
    }
    let r = (-libm::log(tail)).sqrt();
    let x = if r <= 5.0 {
        horner(&NEAR.0, r - 1.6) / horner(&NEAR.1, r - 1.6)
    } else {
        horner(&FAR.0, r - 5.0) / horner(&FAR.1, r - 5.0)
    };
    x.copysign(q)
}

/// The polynomial with these coefficients, from the constant one on, at `x`.
#[inline]
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// Numerator and denominator of a rational approximation, from the constant term on.
type Rational = ([f64; 8], [f64; 8]);

/// AS 241 for p near one half.
const CENTRE: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

/// AS 241 for p near neither one half nor the ends.
const NEAR: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

/// AS 241 for p near 0 or 1.
const FAR: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};

    /// Checks a value to 14 digits; the known ones below were computed with 30 digits.
    #[track_caller]
    fn near(value: f64, known: f64) {
        assert!((value - known).abs() <= 1e-14 * known.abs(), "{value} is not {known}");
    }

    #[test]
    fn normal_quantiles_have_fourteen_digits_from_end_to_end() {
        for (p, z) in [
            (0.6, 0.253_347_103_135_799_7),
            (0.925, 1.439_531_470_938_456_2),
            (0.93, 1.475_791_028_179_171),
            (0.975, 1.959_963_984_540_054),
            (0.01, -2.326_347_874_040_841),
            (1e-10, -6.361_340_902_404_056),
            (1e-15, -7.941_345_326_170_997),
            (1.0 / 9_007_199_254_740_992.0, -8.209_536_151_601_387),
        ] {
            near(normal_quantile(p), z);
        }
    }

    #[test]
    fn normal_quantiles_are_antisymmetric_and_never_decrease() {
        let quantiles: Vec<f64> =
            (1..4096).map(|i| normal_quantile(f64::from(i) / 4096.0)).collect();
        assert!(quantiles.is_sorted());
        for (low, high) in quantiles.iter().zip(quantiles.iter().rev()) {
            assert_eq!(low.to_bits(), (0.0 - high).to_bits());
        }
    }

    #[test]
    fn normal_quantiles_outside_of_0_to_1_are_not_numbers() {
        assert_eq!(normal_quantile(0.0).to_string(), "-inf");
        assert_eq!(normal_quantile(1.0).to_string(), "inf");
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(1.1).is_nan());
    }

    #[test]
    fn the_logarithm_is_that_of_libm_to_the_last_bit() {
        let mut draws = Key::root(1, 0).draws(Purpose::named("logarithms"));
        let edges = [
            f64::MIN_POSITIVE,
            1.0,
            1.0 - f64::EPSILON / 2.0,
            std::f64::consts::FRAC_1_SQRT_2,
            f64::MAX,
        ];
        let units = (0..100_000).map(|_| open_unit(draws.next_bits()));
        for x in edges.into_iter().chain(units) {
            for x in [x, x * 1e-9, x * 1e9].into_iter().filter(|x| x.is_normal()) {
                assert_eq!(ln(x).to_bits(), libm::log(x).to_bits(), "the logarithm of {x}");
            }
        }
    }

    #[test]
    fn gamma_has_its_known_values() {
        near(gamma(0.5), 1.772_453_850_905_516);
        near(gamma(1.1), 0.951_350_769_866_873_1);
        near(gamma(11.0), 3_628_800.0);
        near(ln_gamma(1_000.5), 5_908.674_175_848_678);
    }

    #[test]
    fn exp_agrees_with_the_slower_one() {
        for x in [-36.7, -1.0, -1e-9, 0.0, 0.5, 3.0, 12.5] {
            near(exp(x), libm::exp(x));
        }
    }

    #[test]
    fn power_agrees_with_pow() {
        for (x, y) in [(2.0, 0.5), (1e-3, 7.0), (1e9, -1.3), (1.0, 1e6)] {
            near(power(x, y), libm::pow(x, y));
        }
    }

    #[test]
    fn the_exponential_integral_and_its_inverse_pass_through_their_limits() {
        for a in [0.0, 1e-300, 1e-13, 1e-3, -2.0] {
            near(log1p_over(a, expm1_over(a, 0.4)), 0.4);
        }
        near(expm1_over(2.0, 1.0), (libm::exp(2.0) - 1.0) / 2.0);
    }

    #[test]
    fn harmonic_numbers_have_fourteen_digits_for_few_and_for_many_terms() {
        for (n, s, known) in [
            (1, 7.0, 1.0),
            (10, 1.0, 2.928_968_253_968_254),
            (1_000, 0.9, 10.523_506_611_799_367),
            (1_000_000, 2.5, 1.341_487_256_584_251),
            (1 << 22, 1.0, 15.826_453_756_429_615),
            (u32::MAX, 0.9, 82.465_754_379_290_71),
            (u32::MAX, 0.0, 4_294_967_295.0),
        ] {
            near(harmonic(n, s), known);
        }
    }
}
