//! Zipf's law: `{ zipf = 0.9 }`, the i-th object with a probability proportional to i^-0.9.
//!
//! Web objects have exponents from 0.64 to 0.83: Breslau, Cao, Fan, Phillips and Shenker, "Web
//! caching and Zipf-like distributions", INFOCOM 1999. Up to [`MAX_TABLE`] objects the draws go
//! through an alias table, above it through rejection-inversion.

use std::sync::Arc;

use super::rejection::ZipfRejection;
use crate::alias::AliasTable;
use crate::dist::number::numbers;
use crate::id::ObjectId;
use crate::math::{harmonic, power};

/// The most objects that a table is made for: 32 MiB of it.
pub const MAX_TABLE: u32 = 1 << 22;

numbers! {
    /// The exponent of Zipf's law: 0 is uniform; the larger, the more the first objects prevail.
    Exponent(0.0..=100.0), "the exponent of Zipf's law", "";
}

/// Chooses objects by Zipf's law.
#[derive(Debug, Clone, PartialEq)]
pub struct ZipfObjects {
    count: u32,
    exponent: f64,
    /// The sum of i^-exponent over all objects.
    total: f64,
    choice: Choice,
}

#[derive(Debug, Clone, PartialEq)]
enum Choice {
    Table(Arc<AliasTable>),
    Rejection(ZipfRejection),
}

impl ZipfObjects {
    /// The choice among `count` objects.
    ///
    /// # Panics
    /// If there is no object.
    #[must_use]
    pub fn new(count: u32, exponent: Exponent) -> Self {
        assert!(count > 0, "no object");
        let exponent = exponent.get();
        let choice = if count <= MAX_TABLE {
            let weights: Vec<f64> = (1..=count).map(|i| power(f64::from(i), -exponent)).collect();
            Choice::Table(Arc::new(AliasTable::new(&weights)))
        } else {
            Choice::Rejection(ZipfRejection::new(count, exponent))
        };
        Self { count, exponent, total: harmonic(count, exponent), choice }
    }

    /// The object that 64 uniform random bits choose.
    #[inline]
    #[must_use]
    pub fn pick(&self, bits: u64) -> ObjectId {
        match &self.choice {
            Choice::Table(table) => ObjectId(table.pick(bits)),
            Choice::Rejection(law) => ObjectId(law.pick(bits) - 1),
        }
    }

    /// The probability of an object within the count.
    #[must_use]
    pub fn probability(&self, object: ObjectId) -> f64 {
        power(f64::from(object.0) + 1.0, -self.exponent) / self.total
    }

    /// The number of objects.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use rand_distr::Distribution;

    use super::*;
    use crate::dist::number::Number;
    use crate::rng::{Key, mix};

    const DRAWS: u32 = 300_000;

    fn objects(count: u32, exponent: f64) -> ZipfObjects {
        ZipfObjects::new(count, Exponent::new(exponent).unwrap())
    }

    /// The same law without a table.
    fn rejecting(count: u32, exponent: f64) -> ZipfObjects {
        let choice = Choice::Rejection(ZipfRejection::new(count, exponent));
        ZipfObjects { choice, ..objects(count, exponent) }
    }

    /// The largest distance between the distribution of the drawn ranks, which are sorted, and
    /// the law, times the root of their number.
    fn distance(mut ranks: Vec<u32>, law: &ZipfObjects) -> f64 {
        ranks.sort_unstable();
        let count = f64::from(u32::try_from(ranks.len()).unwrap());
        let (mut known, mut seen, mut most) = (0.0, 0, 0.0_f64);
        for object in 0..law.count() {
            known += law.probability(ObjectId(object));
            seen += ranks[seen..].iter().take_while(|rank| **rank == object).count();
            most = most.max((f64::from(u32::try_from(seen).unwrap()) / count - known).abs());
        }
        assert!((known - 1.0).abs() < 1e-9, "the probabilities sum to {known}");
        most * count.sqrt()
    }

    fn draws(law: &ZipfObjects) -> Vec<u32> {
        (0..u64::from(DRAWS)).map(|draw| law.pick(mix(draw)).0).collect()
    }

    #[test]
    fn tables_and_rejection_follow_the_law() {
        for exponent in [0.0, 0.6, 0.9, 1.0, 1.1, 2.0, 50.0] {
            for law in [objects(10_000, exponent), rejecting(10_000, exponent)] {
                let off = distance(draws(&law), &law);
                assert!(off < 1.95, "exponent {exponent}, {:?}: {off}", law.choice);
            }
        }
    }

    #[test]
    fn another_sampler_of_the_law_agrees() {
        let zipf = rand_distr::Zipf::<f64>::new(1_000.0, 0.9).unwrap();
        let mut rng = Key::root(1, 0).stream("zipf", "oracle");
        let ranks = (0..DRAWS).map(|_| zipf.sample(&mut rng) as u32 - 1).collect();
        let off = distance(ranks, &objects(1_000, 0.9));
        assert!(off < 1.95, "{off}");
    }

    #[test]
    fn billions_of_objects_need_no_table() {
        let law = objects(u32::MAX, 0.9);
        let first: Vec<f64> = [0, 1_000_000].map(|i| law.probability(ObjectId(i))).to_vec();
        assert!((first[0] * 82.465_754_379_290_71 - 1.0).abs() < 1e-12);
        let among_million = f64::from(DRAWS) * harmonic(1_000_000, 0.9) / law.total;
        let seen = draws(&law).iter().filter(|rank| **rank < 1_000_000).count();
        let off = f64::from(u32::try_from(seen).unwrap()) - among_million;
        assert!(off.abs() < 4.5 * among_million.sqrt(), "{seen} instead of {among_million}");
    }

    #[test]
    fn a_single_object_is_always_chosen() {
        for law in [objects(1, 0.9), rejecting(1, 0.9), rejecting(1, 50.0), objects(1, 0.0)] {
            let picked = [0, 1, 1 << 63, u64::MAX].map(|bits| law.pick(bits).0);
            assert_eq!(picked, [0; 4], "{law:?}");
        }
    }

    #[test]
    fn the_first_choices_are_pinned() {
        let first = |law: &ZipfObjects| [0, 1, 2, 3, 4].map(|draw| law.pick(mix(draw)).0);
        assert_eq!(first(&objects(100_000, 0.9)), [0, 3, 1_350, 11_845, 309]);
        assert_eq!(first(&objects(1 << 30, 0.9)), [0, 166_845, 283_465_818, 314, 60_961_975]);
    }
}
