//! Quantiles of Student's t and of the normal law, by `libm` alone, so that intervals are the
//! same bytes on every platform.
//!
//! The tail of t is half an incomplete beta function, taken by its continued fraction (Press et
//! al., "Numerical Recipes", section 6.4). The quantile is its inverse by Newton's method in
//! log-log scale, where the tail is concave, so that the iteration cannot diverge.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// From so many degrees of freedom the expansion about the normal law has all digits, and the
/// continued fraction would need thousands of terms.
const NEARLY_NORMAL: f64 = 1e6;

/// The quantile of Student's t with `df` degrees of freedom at probability `p`.
///
/// Infinite at 0 and 1, NaN where there is none: `p` outside \[0, 1\] or `df` not positive.
#[must_use]
pub fn student_quantile(p: f64, df: f64) -> f64 {
    let sound = df > 0.0 && df.is_finite();
    if !sound {
        return f64::NAN;
    }
    quantile(p, |tail| {
        let z = normal_upper(tail);
        if df >= NEARLY_NORMAL {
            return expanded(z, df);
        }
        invert(tail, z.max(1.0), |t| (student_tail(t, df), student_density(t, df)))
    })
}

/// The quantile of the standard normal law at probability `p`: infinite at 0 and 1, NaN outside.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    quantile(p, normal_upper)
}

/// The quantile at `p` of a law that is symmetric about 0, from its upper tail below one half.
fn quantile(p: f64, upper: impl Fn(f64) -> f64) -> f64 {
    let tail = if p > 0.5 { 1.0 - p } else { p };
    let far = if tail > 0.0 && tail < 0.5 {
        upper(tail)
    } else if tail >= 0.5 {
        0.0
    } else if tail < 0.0 || tail.is_nan() {
        f64::NAN
    } else {
        f64::INFINITY
    };
    if p > 0.5 { far } else { -far }
}

/// Where the normal law leaves `tail` above it, for `tail` in (0, 1/2).
fn normal_upper(tail: f64) -> f64 {
    // P(Z > z) <= exp(-z^2/2) / 2, so this start is never below the root.
    let start = (-2.0 * libm::log(2.0 * tail)).sqrt();
    invert(tail, start, |z| {
        let density = libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt();
        (0.5 * libm::erfc(z * FRAC_1_SQRT_2), density)
    })
}

/// The quantile of t from that of the normal law, `z` (Abramowitz and Stegun 26.7.5).
fn expanded(z: f64, df: f64) -> f64 {
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * (3.0 + square * (16.0 + 5.0 * square)) / 96.0;
    z + (first + second / df) / df
}

/// The `t` above 0 at which the tail is `wanted`; `law` gives tail and density.
fn invert(wanted: f64, start: f64, law: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut t = start;
    for _ in 0..200 {
        let (tail, density) = law(t);
        if tail <= 0.0 {
            // Beyond the range of floats: come back towards the bulk.
            t *= 0.5;
            continue;
        }
        // Newton in u = ln t on ln(tail): a step that cannot change t's sign.
        let step = libm::log(tail / wanted) * tail / (density * t);
        let next = t * libm::exp(step.clamp(-2.0, 2.0));
        let moved = (next - t).abs();
        t = next;
        if moved <= 4.0 * f64::EPSILON * t {
            break;
        }
    }
    t
}

/// P(T > t) for `t` >= 0: half of I_x(df/2, 1/2) at x = df / (df + t^2).
fn student_tail(t: f64, df: f64) -> f64 {
    let (a, b) = (0.5 * df, 0.5);
    let over = t * t / df;
    let (x, y) = (1.0 / (1.0 + over), over / (1.0 + over));
    // x^a y^b / B(a, b), with log1p for large df, where x is close to 1.
    let front = libm::exp(-a * libm::log1p(over) + b * libm::log(y) - ln_beta_half(a));
    if x < (a + 1.0) / (a + b + 2.0) {
        0.5 * front * beta_fraction(a, b, x) / a
    } else {
        0.5 * (1.0 - front * beta_fraction(b, a, y) / b)
    }
}

fn student_density(t: f64, df: f64) -> f64 {
    let power = -0.5 * (df + 1.0) * libm::log1p(t * t / df);
    libm::exp(power - ln_beta_half(0.5 * df)) / df.sqrt()
}

/// ln B(a, 1/2) = ln(gamma(a) gamma(1/2) / gamma(a + 1/2)).
fn ln_beta_half(a: f64) -> f64 {
    let half_gamma = 0.5 * libm::log(PI);
    if a < 25.0 {
        return libm::lgamma(a) + half_gamma - libm::lgamma(a + 0.5);
    }
    // The difference of two large logarithms would lose digits: its asymptotic series does not
    // (Abramowitz and Stegun 6.1.47; the next term is below 1e-12 here).
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let series = inverse * (0.125 - square * (1.0 / 192.0 - square / 640.0));
    half_gamma - 0.5 * libm::log(a) + series
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..5_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

    use super::*;

    const LEVELS: [f64; 9] = [0.505, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995, 0.99999];

    #[test]
    fn t_quantiles_agree_with_an_independent_implementation() {
        for df in (1..=40).map(f64::from).chain([1.5, 2.5, 49.0, 50.0, 51.0, 99.0, 999.0]) {
            let oracle = StudentsT::new(0.0, 1.0, df).expect("df is positive");
            for p in LEVELS {
                let (ours, theirs) = (student_quantile(p, df), oracle.inverse_cdf(p));
                assert!((ours / theirs - 1.0).abs() < 1e-9, "df {df}, p {p}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn t_quantiles_have_their_closed_forms_at_1_and_2_degrees() {
        for p in LEVELS {
            let cauchy = libm::tan(PI * (p - 0.5));
            let two = (2.0 * p - 1.0) * (2.0 / (4.0 * p * (1.0 - p))).sqrt();
            assert!((student_quantile(p, 1.0) / cauchy - 1.0).abs() < 1e-11, "{p}");
            assert!((student_quantile(p, 2.0) / two - 1.0).abs() < 1e-11, "{p}");
        }
    }

    #[test]
    fn normal_quantiles_agree_with_an_independent_implementation() {
        let oracle = Normal::new(0.0, 1.0).expect("unit variance");
        for p in LEVELS {
            let (ours, theirs) = (normal_quantile(p), oracle.inverse_cdf(p));
            assert!((ours / theirs - 1.0).abs() < 1e-9, "p {p}: {ours} {theirs}");
        }
    }

    #[test]
    fn the_expansion_about_the_normal_law_continues_the_exact_quantile() {
        for p in LEVELS {
            let exact = student_quantile(p, 0.999_999 * NEARLY_NORMAL);
            let expansion = expanded(normal_quantile(p), 0.999_999 * NEARLY_NORMAL);
            assert!((exact / expansion - 1.0).abs() < 1e-10, "{p}: {exact} {expansion}");
        }
    }

    #[test]
    fn quantiles_are_odd_about_the_median() {
        assert!(student_quantile(0.5, 3.0).abs() < f64::MIN_POSITIVE);
        let (low, high) = (student_quantile(0.25, 3.0), student_quantile(0.75, 3.0));
        assert!((low + high).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_quantile_is_not_a_number() {
        for (p, df) in [(-0.1, 3.0), (1.1, 3.0), (0.9, 0.0), (0.9, -1.0), (f64::NAN, 3.0)] {
            assert!(student_quantile(p, df).is_nan(), "{p} {df}");
        }
        assert!(normal_quantile(1.0).is_infinite());
    }
}
