//! The constant: `"5ms"`.

use rand::Rng;
use rand_distr::Distribution;

/// Samples one value only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConstantLaw(pub f64);

impl ConstantLaw {
    /// The value itself.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.0
    }

    /// None.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        0.0
    }
}

impl Distribution<f64> for ConstantLaw {
    /// The value, without a draw.
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, _: &mut R) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::trial;

    #[test]
    fn a_bare_text_is_constant() {
        let law = trial::law(r#""5ms""#);
        assert_eq!(law.is_constant(), Some(5e6));
        assert_eq!(trial::first(r#""5ms""#), "[5000000.0, 5000000.0, 5000000.0]");
        trial::moments(r#""5ms""#, 5e6, 0.0);
    }

    #[test]
    fn a_bare_number_is_refused_with_the_likely_units() {
        trial::refused("5", "needs a unit: did you mean \"5ms\"");
        trial::refused("0.5", "needs a unit");
    }
}
