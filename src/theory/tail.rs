//! Quantiles of laws whose survival function has no inverse in closed form.

/// The smallest `t` >= 0 at which `survival` has fallen to `1 - p`, by bisection; `scale` is any
/// length of the order of the mean. `survival` falls from at most 1 to 0.
pub(super) fn quantile(p: f64, scale: f64, survival: impl Fn(f64) -> f64) -> f64 {
    let tail = 1.0 - p;
    if survival(0.0) <= tail {
        return 0.0;
    }
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (0.0, scale);
    while survival(high) > tail && high.is_finite() {
        (low, high) = (high, 2.0 * high);
    }
    // Every step gains one bit.
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if survival(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_of_an_exponential_is_a_logarithm() {
        for p in [0.01, 0.5, 0.99, 0.9999] {
            let found = quantile(p, 1.0, |t| libm::exp(-3.0 * t));
            assert!((found + libm::log(1.0 - p) / 3.0).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn an_atom_at_zero_has_quantile_zero() {
        let found = quantile(0.5, 1.0, |t| 0.5 * libm::exp(-t));
        assert_eq!(found.to_bits(), 0);
    }

    #[test]
    fn there_is_no_finite_maximum() {
        assert!(quantile(1.0, 1.0, |t| libm::exp(-t)).is_infinite());
    }
}
