//! One object after the other, and again from the first: `"loop"`.
//!
//! The pattern of a scan that is repeated, such as a crawler's: a cache of fewer objects than the
//! loop has never finds anything by LRU or FIFO.

use crate::id::ObjectId;

/// Chooses objects in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleObjects {
    count: u32,
}

impl CycleObjects {
    /// The turns of `count` objects.
    ///
    /// # Panics
    /// If there is no object.
    #[must_use]
    pub const fn new(count: u32) -> Self {
        assert!(count > 0, "no object");
        Self { count }
    }

    /// The object of the `nth` choice, from 0.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "below a count of 32 bits")]
    pub const fn pick(&self, nth: u64) -> ObjectId {
        ObjectId((nth % self.count as u64) as u32)
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

    #[test]
    fn after_the_last_object_comes_the_first() {
        let objects = CycleObjects::new(3);
        let picked = [0, 1, 2, 3, 7].map(|nth| objects.pick(nth).0);
        assert_eq!(picked, [0, 1, 2, 0, 1]);
    }
}
