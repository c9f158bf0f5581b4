//! What the cache of W3 is asked for, and how often it had it.

use lindley::alias::AliasTable;

use crate::lru::Lru;

const OBJECTS: u32 = 100_000;
const CAPACITY: usize = 10_000;
const EXPONENT: f64 = 0.9;

/// What a hit takes at the cache, in nanoseconds.
pub const HIT: u64 = 100_000;

/// The popularity of the objects, Zipf's law, and the empty cache.
pub fn objects() -> (AliasTable, Lru) {
    let weights: Vec<f64> =
        (1..=OBJECTS).map(|rank| libm::pow(f64::from(rank), -EXPONENT)).collect();
    (AliasTable::new(&weights), Lru::new(weights.len(), CAPACITY))
}

/// Hits and questions.
#[derive(Default)]
pub struct Hits {
    hits: u64,
    all: u64,
}

impl Hits {
    #[inline]
    pub fn count(&mut self, is_hit: bool) {
        self.hits = self.hits.wrapping_add(u64::from(is_hit));
        self.all = self.all.wrapping_add(1);
    }

    #[allow(clippy::cast_precision_loss, reason = "a share")]
    pub fn share(&self) -> f64 {
        self.hits as f64 / self.all as f64
    }
}
