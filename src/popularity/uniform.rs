//! All objects alike: `"uniform"`.

use crate::id::ObjectId;
use crate::rng::below;

/// Chooses among objects that are all alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniformObjects {
    count: u32,
}

impl UniformObjects {
    /// The choice among `count` objects.
    ///
    /// # Panics
    /// If there is no object.
    #[must_use]
    pub const fn new(count: u32) -> Self {
        assert!(count > 0, "no object");
        Self { count }
    }

    /// The object that 64 uniform random bits choose.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "below a count of 32 bits")]
    pub const fn pick(&self, bits: u64) -> ObjectId {
        ObjectId(below(self.count as u64, bits) as u32)
    }

    /// The probability of each object.
    #[must_use]
    pub fn probability(&self) -> f64 {
        1.0 / f64::from(self.count)
    }

    /// The number of objects.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::mix;

    #[test]
    fn objects_are_chosen_alike() {
        let objects = UniformObjects::new(10);
        let mut counts = [0.0; 10];
        for draw in 0..100_000 {
            counts[objects.pick(mix(draw)).index()] += 1.0;
        }
        let chi_squared: f64 = counts.iter().map(|n| (n - 1e4) * (n - 1e4) / 1e4).sum();
        assert!(chi_squared < 27.88, "p < 0.001 with 9 degrees of freedom: {chi_squared}");
    }

    #[test]
    fn the_first_and_the_last_object_are_reached() {
        let objects = UniformObjects::new(u32::MAX);
        assert_eq!(objects.pick(0), ObjectId(0));
        assert_eq!(objects.pick(u64::MAX), ObjectId(u32::MAX - 1));
    }
}
