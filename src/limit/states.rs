//! The state of each key, with those forgotten whose past no longer matters.

use std::hash::{BuildHasherDefault, Hasher};

use indexmap::IndexMap;
use indexmap::map::Entry;

use crate::rng::mix;

/// So many keys are kept without a look at whether they still matter.
const FEW: usize = 1_024;

/// States by key. Nothing depends on their order.
#[derive(Debug, Clone)]
pub(super) struct States<S> {
    of: IndexMap<u64, S, BuildHasherDefault<Mixer>>,
    /// With so many keys it looks for those that may be forgotten.
    full: usize,
}

impl<S> States<S> {
    pub(super) fn new() -> Self {
        Self { of: IndexMap::default(), full: FEW }
    }

    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// The state of a key, and whether it was there before; a new one is `fresh`. When the keys
    /// have doubled since the last look, those that `is_spent` are forgotten first: so it holds
    /// at most twice what matters, and a look costs each insertion a constant on average.
    #[inline]
    pub(super) fn of(
        &mut self,
        key: u64,
        fresh: S,
        is_spent: impl Fn(&S) -> bool,
    ) -> (&mut S, bool) {
        if self.of.len() >= self.full {
            self.of.retain(|_, state| !is_spent(state));
            self.full = FEW.max(2 * self.of.len());
        }
        match self.of.entry(key) {
            Entry::Occupied(known) => (known.into_mut(), true),
            Entry::Vacant(new) => (new.insert(fresh), false),
        }
    }
}

/// A hasher of one number without a random seed.
#[derive(Debug, Clone, Copy, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_state() {
        let mut states = States::new();
        assert_eq!(states.of(7, 1, |_| false), (&mut 1, false));
        *states.of(7, 1, |_| false).0 = 5;
        assert_eq!(states.of(7, 1, |_| false), (&mut 5, true));
    }

    #[test]
    fn spent_keys_are_forgotten_and_others_kept() {
        let mut states = States::new();
        for key in 0..100_000_u64 {
            // Of each hundred keys one matters for ever, the others for a thousand keys.
            states.of(key, key, |old| old % 100 != 0 && old + 1_000 < key);
            assert!(states.len() <= 2 * (2_000 + usize::try_from(key).unwrap() / 100));
        }
        for key in (0..100_000).step_by(100) {
            assert!(states.of(key, 0, |_| false).1, "key {key}");
        }
    }
}
