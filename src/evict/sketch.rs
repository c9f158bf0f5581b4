//! How often keys were asked for lately, estimated in little memory.
//!
//! A counting Bloom filter whose counters are all halved after a number of requests: Einziger,
//! Friedman and Manes, "TinyLFU: a highly efficient cache admission policy", ACM Transactions on
//! Storage 2017. As many counters and hashes as give one false answer in a thousand for as many
//! keys as fit into the cache.

use crate::rng::mix;

const HASHES: u32 = 10;

/// Counters for ten objects.
const COUNTERS_OF_TEN: u64 = 144;

/// Counters that there are at least and at most.
const FEWEST: u64 = 32;
const MOST: u64 = 1 << 28;

/// How counts grow old.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ageing {
    /// For each object that fits, how much is counted until all counters are halved.
    pub(super) sample: u64,
    /// What a counter holds at most.
    pub(super) highest: u16,
    /// Whether half of the sample is still remembered after that, as it is by the counters.
    pub(super) keeps_half: bool,
}

/// Estimated counts of keys.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    counters: Vec<u16>,
    asked: u64,
    objects: u64,
    ageing: Ageing,
}

impl Sketch {
    /// A sketch for so many objects at once.
    #[allow(clippy::cast_possible_truncation, reason = "below 2^28")]
    pub(super) fn new(objects: u64, ageing: Ageing) -> Self {
        let counters = (objects.saturating_mul(COUNTERS_OF_TEN) / 10).clamp(FEWEST, MOST);
        Self { counters: vec![0; counters as usize], asked: 0, objects, ageing }
    }

    /// Makes the sketch large enough for so many objects at once. Counts are kept.
    pub(super) fn fit(&mut self, objects: u64) {
        while self.objects < objects && (self.counters.len() as u64) < MOST {
            // A place is a share of the table: in one twice as large each counter stands twice.
            self.counters = self.counters.iter().flat_map(|counter| [*counter; 2]).collect();
            self.objects *= 2;
        }
    }

    /// Notes that a key was asked for, for so many keys of a sample.
    pub(super) fn count(&mut self, key: u64, of_sample: u64) {
        for place in places(key, self.counters.len()) {
            let counter = &mut self.counters[place];
            *counter = counter.saturating_add(1).min(self.ageing.highest);
        }
        self.asked += of_sample;
        if self.asked >= self.ageing.sample * self.objects {
            self.asked = if self.ageing.keeps_half { self.asked / 2 } else { 0 };
            self.counters.iter_mut().for_each(|counter| *counter /= 2);
        }
    }

    /// How often a key was asked for, at most.
    pub(super) fn estimate(&self, key: u64) -> u16 {
        places(key, self.counters.len()).map(|place| self.counters[place]).min().unwrap_or(0)
    }
}

/// Where a key is counted, by double hashing (Kirsch and Mitzenmacher 2008) with two numbers of
/// SplitMix64 seeded by the key. Mixing the key alone would not do: 0 stays 0, all whose hashes
/// were the same place, so that it counted tenfold.
#[allow(clippy::cast_possible_truncation, reason = "the places lie within the counters")]
fn places(key: u64, counters: usize) -> impl Iterator<Item = usize> {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let number = |n: u64| mix(key.wrapping_add(STEP.wrapping_mul(n)));
    let (first, step) = (number(1) as u32, number(2) as u32 | 1);
    (0..HASHES).map(move |number| {
        let hash = first.wrapping_add(number.wrapping_mul(step));
        ((u64::from(hash) * counters as u64) >> 32) as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: u64 = 32;
    const AGEING: Ageing = Ageing { sample: SAMPLE, highest: u16::MAX, keeps_half: false };

    #[test]
    fn counts_are_never_too_low_and_seldom_too_high() {
        let mut sketch = Sketch::new(1_000, AGEING);
        for key in 0..900 {
            (0..key % 10).for_each(|_| sketch.count(key, 1));
        }
        let off = (0..900).filter(|key| {
            let estimate = u64::from(sketch.estimate(*key));
            assert!(estimate >= key % 10);
            estimate > key % 10
        });
        assert!(off.count() < 9);
    }

    #[test]
    fn no_key_counts_more_than_another() {
        let mut sketch = Sketch::new(1_000, AGEING);
        for key in [0, 1, u64::MAX, u64::MAX / 2] {
            sketch.count(key, 1);
            assert_eq!(sketch.estimate(key), 1, "{key}");
        }
    }

    #[test]
    fn counts_age_and_growing_keeps_them() {
        let mut sketch = Sketch::new(50, AGEING);
        (0..100).for_each(|_| sketch.count(7, 1));
        assert_eq!(sketch.estimate(7), 100);
        sketch.fit(90);
        assert_eq!((sketch.estimate(7), sketch.estimate(8)), (100, 0));
        (1_000..1_000 + 100 * SAMPLE).for_each(|key| sketch.count(key, 1));
        assert!(sketch.estimate(1_000_000) < 100);
    }

    #[test]
    fn a_sample_of_which_half_is_kept_is_full_again_after_the_other_half() {
        let ageing = Ageing { sample: 10, highest: 15, keeps_half: true };
        let mut sketch = Sketch::new(4, ageing);
        let count_to = |sketch: &mut Sketch, times| {
            (0..times).for_each(|_| sketch.count(7, 1));
            sketch.estimate(7)
        };
        assert_eq!(count_to(&mut sketch, 39), 15);
        assert_eq!(count_to(&mut sketch, 1), 7);
        assert_eq!(count_to(&mut sketch, 19), 15);
        assert_eq!(count_to(&mut sketch, 1), 7);
    }
}
