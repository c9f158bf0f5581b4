//! Mean and variance of numbers as they come, without keeping them.

/// Count, mean and sum of squared deviations, by Welford's recursion ("Note on a method for
/// calculating corrected sums of squares and products", Technometrics 1962).
///
/// The result depends on the order in its last bits, so callers push in replication order, never
/// in the order in which threads finish.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Summary {
    /// The summary of `values`, in their order.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut summary = Self::default();
        for value in values {
            summary.push(*value);
        }
        summary
    }

    /// Adds one value.
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// How many values there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; 0 of none.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Their sample variance (divided by n - 1); 0 of fewer than two.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count < 2 { 0.0 } else { self.squares / (self.count - 1) as f64 }
    }

    /// Their sample standard deviation.
    #[must_use]
    pub fn std(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The standard error of their mean, if they are independent; 0 of fewer than two.
    #[must_use]
    pub fn standard_error(&self) -> f64 {
        if self.count < 2 { 0.0 } else { (self.variance() / self.count as f64).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_variance_and_standard_error_are_those_of_the_textbook() {
        let summary = Summary::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        assert!((summary.mean() - 5.0).abs() < 1e-15);
        assert!((summary.variance() - 32.0 / 7.0).abs() < 1e-14);
        assert!((summary.standard_error() - (4.0_f64 / 7.0).sqrt()).abs() < 1e-14);
    }

    #[test]
    fn a_large_offset_does_not_spoil_the_variance() {
        let summary = Summary::of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        assert!((summary.variance() - 30.0).abs() < 1e-6);
    }

    #[test]
    fn fewer_than_two_values_vary_by_nothing() {
        assert_eq!(Summary::default().variance().to_bits(), 0);
        assert_eq!(Summary::of(&[3.0]).standard_error().to_bits(), 0);
    }
}
