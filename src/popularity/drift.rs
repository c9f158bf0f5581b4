//! Zipf's law whose ranks move over the objects:
//! `{ drift = { zipf = 0.9, every = "60s", by = 200 } }`.
//!
//! The object of a rank is the rank plus `by` for each whole `every` since the beginning of the
//! run, modulo the number of objects: what was popular becomes as rare as the last, and then
//! climbs again. It is a function of the draw and of the moment, and of nothing else, so that two
//! designs that get a request at one moment get the same one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::zipf::{Exponent, ZipfObjects};
use crate::id::ObjectId;
use crate::time::{Span, Time};
use crate::unit::{length_keys, whole_keys};

length_keys! {
    every: "60s";
}

whole_keys! {
    by: 1..=1_000_000_000;
}

/// Zipf's law whose ranks move over the objects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table with `zipf`, `every` and `by`")]
#[schemars(inline)]
pub struct Drift {
    /// The exponent of Zipf's law, which holds at any moment.
    pub zipf: Exponent,
    /// How long the ranks stay where they are.
    #[serde(deserialize_with = "every")]
    pub every: Span,
    /// By how many objects they move then.
    #[serde(deserialize_with = "by")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub by: u32,
}

/// Chooses objects by Zipf's law with moving ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftObjects {
    ranks: ZipfObjects,
    every: u64,
    by: u64,
}

impl DriftObjects {
    /// The choice among `count` objects.
    ///
    /// # Panics
    /// If there is no object.
    #[must_use]
    pub fn new(count: u32, drift: &Drift) -> Self {
        let ranks = ZipfObjects::new(count, drift.zipf);
        Self { ranks, every: drift.every.0.max(1), by: u64::from(drift.by) }
    }

    /// The object that 64 uniform random bits choose at a moment.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "below a count of 32 bits")]
    pub fn pick(&self, bits: u64, now: Time) -> ObjectId {
        let count = u64::from(self.ranks.count());
        let moves = now.0 / self.every % count;
        let moved = moves * (self.by % count) % count;
        ObjectId(((u64::from(self.ranks.pick(bits).0) + moved) % count) as u32)
    }

    /// The number of objects.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.ranks.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::number::Number;
    use crate::rng::mix;

    fn objects(count: u32, by: u32) -> DriftObjects {
        let zipf = Exponent::new(0.9).unwrap();
        DriftObjects::new(count, &Drift { zipf, every: Span::from_secs(50), by })
    }

    #[test]
    fn ranks_move_by_so_many_objects_every_so_often() {
        let law = objects(1_000, 200);
        for second in 0..2_000_u64 {
            let bits = mix(second);
            let object = law.pick(bits, Time(second * 1_000_000_000)).0;
            let rank = u64::from(law.ranks.pick(bits).0);
            assert_eq!(u64::from(object), (rank + second / 50 * 200) % 1_000, "{second}");
        }
    }

    #[test]
    fn the_last_moment_and_the_largest_move_do_not_overflow() {
        let law = objects(4_000_000_000, 1_000_000_000);
        assert!(law.pick(0, Time(u64::MAX)).0 < law.count());
    }
}
