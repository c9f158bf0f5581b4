//! Arrivals at a constant distance, without any drift.

use crate::time::{MAX_SPAN, NANOS_PER_SEC, Time};

/// Arrival number k, from 1, comes at k / rate, rounded to the nearest nanosecond: the rate is
/// taken as the fraction that its float stands for, and nothing is added up.
#[derive(Debug, Clone)]
pub(super) struct Regular {
    count: u64,
    /// The rate is `mantissa` / 2^`shift` per second.
    mantissa: u128,
    shift: u32,
}

impl Regular {
    /// Arrivals at `rate` per second, which is finite and not negative.
    pub(super) fn new(rate: f64) -> Self {
        let bits = rate.to_bits();
        let (exponent, fraction) = ((bits >> 52) as u32, bits & ((1 << 52) - 1));
        // A float is fraction × 2^(exponent - 1075), with a leading 1 unless the exponent is 0.
        let (exponent, mantissa) =
            if exponent == 0 { (1, fraction) } else { (exponent, fraction | (1 << 52)) };
        let shift = 1_075_u32.saturating_sub(exponent);
        // A rate of 0 has no lowest digit.
        let zeros = mantissa.trailing_zeros().min(shift).min(63);
        Self { count: 0, mantissa: u128::from(mantissa >> zeros), shift: shift - zeros }
    }

    /// The next arrival; `None` if it never comes, or later than the longest horizon.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Time> {
        self.count += 1;
        let nanos = u128::from(self.count) * u128::from(NANOS_PER_SEC);
        // What does not fit is later than the longest horizon: the quotient is below 2^62 and
        // the divisor below 2^53, so that an earlier moment has a numerator below 2^115.
        let fits = nanos.leading_zeros() > self.shift;
        let numerator = fits.then(|| nanos << self.shift)?;
        let rounded = (numerator + self.mantissa / 2).checked_div(self.mantissa)?;
        let moment = u64::try_from(rounded).ok().filter(|moment| *moment < MAX_SPAN.0)?;
        Some(Time(moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrival_k_comes_at_k_over_the_rate_to_the_nearest_nanosecond() {
        for rate in [1_u64, 3, 7, 600, 999_999_937, 1_000_000_000] {
            let mut regular = Regular::new(rate as f64);
            for k in 1..=100_000_u64 {
                let exact = (2 * k * NANOS_PER_SEC + rate) / (2 * rate);
                assert_eq!(regular.next(), Some(Time(exact)), "arrival {k} at {rate}/s");
            }
        }
    }

    #[test]
    fn fractional_and_tiny_rates_are_exact_too() {
        assert_eq!(Regular::new(0.5).next(), Some(Time(2_000_000_000)));
        assert_eq!(Regular::new(0.375).next(), Some(Time(2_666_666_667)));
        let mut regular = Regular::new(0.1);
        let thousandth = (0..1_000).filter_map(|_| regular.next()).last();
        assert_eq!(thousandth, Some(Time(10_000 * 1_000_000_000)));
        let rare = Regular::new(1.0 / f64::from(1 << 30)).next();
        assert_eq!(rare, Some(Time((1 << 30) * 1_000_000_000)));
    }

    #[test]
    fn a_rate_too_small_for_the_clock_gives_no_arrival() {
        for rate in [0.0, 1e-10, 1e-30, f64::MIN_POSITIVE, 5e-324] {
            assert_eq!(Regular::new(rate).next(), None, "{rate}");
        }
    }
}
