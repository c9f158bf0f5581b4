//! The quantiles that results carry: enough points to draw a distribution from the file alone,
//! more of them in the tail, where the questions are.

use std::fmt;

/// A quantile in hundredths of a percent, so that it is exact and can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantile(u16);

/// Hundredths of a percent in the whole.
const WHOLE: u16 = 10_000;
/// How many quantiles the ladder has.
const STEPS: usize = 118;

/// The ladder, rising: p1 to p98 by ones, p98.5, p99 to p99.8 by tenths, and p99.9 to p99.99 by
/// hundredths.
pub const LADDER: [Quantile; STEPS] = ladder();

impl Quantile {
    /// The median.
    pub const P50: Self = Self(5_000);
    /// The 90th percentile.
    pub const P90: Self = Self(9_000);
    /// The 95th percentile.
    pub const P95: Self = Self(9_500);
    /// The 99th percentile.
    pub const P99: Self = Self(9_900);
    /// The 99.9th percentile.
    pub const P999: Self = Self(9_990);
    /// The 99.99th percentile.
    pub const P9999: Self = Self(9_999);

    /// The share of values at or below it.
    #[must_use]
    pub fn p(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// The share of values above it.
    #[must_use]
    pub fn tail(self) -> f64 {
        f64::from(WHOLE - self.0) / f64::from(WHOLE)
    }

    /// Its place in the ladder, if it is one of its steps.
    #[must_use]
    pub fn step(self) -> Option<usize> {
        LADDER.binary_search(&self).ok()
    }
}

/// As in the column `quantile`: `0.999`.
impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.p().to_string())
    }
}

const fn ladder() -> [Quantile; STEPS] {
    let mut steps = [Quantile(0); STEPS];
    let (mut at, mut next) = (0, 100);
    while next < WHOLE {
        steps[at] = Quantile(next);
        at += 1;
        next += match next {
            9_990.. => 1,
            9_900.. => 10,
            9_800.. => 50,
            _ => 100,
        };
    }
    assert!(at == STEPS, "the ladder has as many steps as it says");
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_rises_from_p1_to_p99_99() {
        assert!(LADDER.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((LADDER[0].p(), LADDER[STEPS - 1].p()), (0.01, 0.9999));
    }

    #[test]
    fn the_named_quantiles_are_steps_of_it() {
        use Quantile as Q;
        for quantile in [Q::P50, Q::P90, Q::P95, Q::P99, Q::P999, Q::P9999] {
            let step = quantile.step().expect("a step");
            assert_eq!(LADDER[step], quantile);
        }
    }

    #[test]
    fn a_quantile_is_written_as_the_shortest_decimal() {
        let texts: Vec<String> = [Quantile::P50, Quantile::P999, Quantile::P9999]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(texts, ["0.5", "0.999", "0.9999"]);
    }

    #[test]
    fn the_tail_is_exact() {
        assert_eq!(Quantile::P999.tail().to_bits(), 0.001_f64.to_bits());
    }
}
