//! Counts: `3`, `{ geometric = { mean = 5 } }`, `{ poisson = { mean = 4 } }`.
//!
//! How many pages a visit has, how many resources a page, how often a call is made.

pub mod geometric;
pub mod poisson;

mod text;
#[cfg(test)]
mod trial;

use rand::Rng;

/// A number of things, fixed or drawn; ready to be sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Count {
    /// Always the same.
    Constant(u32),
    /// The number of trials up to the first success: at least 1.
    Geometric(geometric::Geometric),
    /// The number of events that are independent of one another.
    Poisson(poisson::Poisson),
}

impl Count {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(n) => f64::from(*n),
            Self::Geometric(law) => law.mean().get(),
            Self::Poisson(law) => law.mean().get(),
        }
    }

    /// A count. A constant takes no draw.
    #[inline]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        match self {
            Self::Constant(n) => *n,
            Self::Geometric(law) => law.sample(rng),
            Self::Poisson(law) => law.sample(rng),
        }
    }
}

/// The whole part of a number from 0 to 2^32.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts cut and saturate"
)]
const fn whole(x: f64) -> u32 {
    x as u32
}

#[cfg(test)]
mod tests {
    use super::trial;

    #[test]
    fn a_number_is_constant() {
        assert_eq!(trial::draws("3", 2), [3, 3]);
        trial::moments("0", 0.0, 0.0);
    }
}
