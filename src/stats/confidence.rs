//! The probability that an interval is meant to cover the truth with.

use super::student::{normal_quantile, student_quantile};

/// A confidence level: strictly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %, the level of every interval that is printed.
    pub const P95: Self = Self(0.95);
    /// 99 %.
    pub const P99: Self = Self(0.99);

    /// The level `probability`, or `None` unless it lies strictly between 0 and 1.
    #[must_use]
    pub fn new(probability: f64) -> Option<Self> {
        (probability > 0.0 && probability < 1.0).then_some(Self(probability))
    }

    /// The level as a probability.
    #[must_use]
    pub const fn probability(self) -> f64 {
        self.0
    }

    /// The level of each of `comparisons` intervals that together hold at this one
    /// (Bonferroni): `alpha / comparisons` instead of `alpha`. None or one changes nothing.
    ///
    /// `k` variants against one baseline are `k - 1` comparisons, all pairs `k (k - 1) / 2`.
    #[must_use]
    pub fn shared_by(self, comparisons: u32) -> Self {
        Self(1.0 - (1.0 - self.0) / f64::from(comparisons.max(1)))
    }

    /// How many standard errors a two-sided interval spans on each side, with `df` degrees of
    /// freedom (Student's t).
    #[must_use]
    pub fn student(self, df: f64) -> f64 {
        student_quantile(0.5 + 0.5 * self.0, df)
    }

    /// The same for a known variance (normal law).
    #[must_use]
    pub fn normal(self) -> f64 {
        normal_quantile(0.5 + 0.5 * self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_lies_strictly_between_0_and_1() {
        for wrong in [0.0, 1.0, -0.5, 1.5, f64::NAN] {
            assert_eq!(Confidence::new(wrong), None, "{wrong}");
        }
        assert_eq!(Confidence::new(0.95), Some(Confidence::P95));
    }

    #[test]
    fn a_shared_level_divides_the_risk() {
        let each = Confidence::P95.shared_by(5);
        assert!((each.probability() - 0.99).abs() < 1e-12);
        assert_eq!(Confidence::P95.shared_by(1), Confidence::P95);
    }

    #[test]
    fn the_known_factors_of_95_percent_come_out() {
        assert!((Confidence::P95.normal() - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((Confidence::P95.student(9.0) - 2.262_157_162_740_992).abs() < 1e-9);
    }
}
