//! Randomness with names: keyed draws for what belongs to a request, streams for what does not.
//!
//! A *key* is the identity of a request, or of an exchange or step within it. All that belongs
//! to a request is a pure function of its key and a purpose, so the same user asks for the same
//! thing at the same cost in every variant, whatever the design does in between. A *stream* is a
//! generator named by (seed, replication, owner, purpose) for what belongs to nobody: arrivals,
//! jitter, a balancer's coin. Both are derived from names, never from positions, so that adding a
//! node changes no draw of the others.
//!
//! The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", OOPSLA 2014); streams are xoshiro256++ (Blackman and Vigna,
//! "Scrambled linear pseudorandom number generators", TOMS 2021), named so that no update of a
//! library can exchange it.

use std::convert::Infallible;

use rand::{SeedableRng, TryRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The increment of SplitMix64: 2^64 divided by the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A generator for what belongs to nobody.
pub type Stream = Xoshiro256PlusPlus;

/// The identity of a request or of a part of it, from which its draws are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(pub u64);

impl Key {
    /// The root of all keys and streams of one replication.
    #[must_use]
    pub const fn root(seed: u64, replication: u32) -> Self {
        Self(mix(seed ^ GOLDEN)).with(replication as u64)
    }

    /// The key of the part of this one that `part` names.
    #[inline]
    #[must_use]
    pub const fn with(self, part: u64) -> Self {
        Self(mix(self.0.wrapping_add(GOLDEN) ^ mix(part.wrapping_add(GOLDEN))))
    }

    /// The key of the part of this one that `name` names.
    #[must_use]
    pub const fn named(self, name: &str) -> Self {
        self.with(hash_name(name))
    }

    /// A small generator for one purpose; its first draw costs one mixing.
    #[inline]
    #[must_use]
    pub const fn draws(self, purpose: Purpose) -> KeyRng {
        KeyRng(self.0 ^ purpose.0)
    }

    /// 64 uniform random bits for one purpose: the first draw of [`draws`](Self::draws).
    #[inline]
    #[must_use]
    pub const fn bits(self, purpose: Purpose) -> u64 {
        mix((self.0 ^ purpose.0).wrapping_add(GOLDEN))
    }

    /// The stream of `purpose` that belongs to `owner`, under this root.
    #[must_use]
    pub fn stream(self, owner: &str, purpose: &str) -> Stream {
        let mut bits = KeyRng(self.named(owner).named(purpose).0);
        let mut seed = [0; 32];
        for part in seed.chunks_exact_mut(8) {
            part.copy_from_slice(&bits.next_bits().to_le_bytes());
        }
        Stream::from_seed(seed)
    }
}

/// What a keyed draw is for: a hashed name, so that draws of one key for two purposes are
/// independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// The purpose called `name`.
    #[must_use]
    pub const fn named(name: &str) -> Self {
        Self(mix(hash_name(name)))
    }

    /// The purpose as a number, for keys of what it names.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// The purpose of the part of this one that `part` numbers, such as a step of some work.
    #[inline]
    #[must_use]
    pub const fn part(self, part: u64) -> Self {
        Self(mix(self.0 ^ part.wrapping_mul(GOLDEN)))
    }
}

/// SplitMix64 started at a key: the draws of one key for one purpose.
#[derive(Debug, Clone)]
pub struct KeyRng(u64);

impl KeyRng {
    /// The next 64 uniform random bits.
    #[inline]
    pub const fn next_bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }
}

impl TryRng for KeyRng {
    type Error = Infallible;

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the upper half is what is wanted")]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_bits() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.next_bits().to_le_bytes()[..part.len()]);
        }
        Ok(())
    }
}

/// A uniform number in the open interval (0, 1) from 64 random bits: never 0 and never 1, so
/// that every inverse transform is finite.
#[inline]
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "52 bits and a half fit a float exactly")]
pub fn open_unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// A uniform whole number below `n`, from 64 random bits; its bias is below n / 2^64.
///
/// # Panics
/// If `n` is 0.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "the product's upper half is below n")]
pub const fn below(n: u64, bits: u64) -> u64 {
    assert!(n > 0, "a number below 0");
    ((bits as u128 * n as u128) >> 64) as u64
}

/// The 64-bit FNV-1a hash of a name, mixed.
#[must_use]
pub const fn hash_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    mix(hash)
}

/// The finaliser of SplitMix64: a bijection of 64 bits in which every input bit changes every
/// output bit with probability near one half.
#[inline]
#[must_use]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn the_first_values_are_pinned() {
        let root = Key::root(1, 0);
        let mut stream = root.stream("app", "arrivals");
        let draws = [
            root.0,
            root.named("app").0,
            root.bits(Purpose::named("demand")),
            root.bits(Purpose::named("demand").part(1)),
            stream.next_u64(),
        ];
        let pinned = "[93ab0a4d8e4ea3ca, 607f7fa4478465fd, 27377c3dc87f696, 818ce9b35ecda30f, \
                      e330b19c90b12ba8]";
        assert_eq!(format!("{draws:x?}"), pinned);
    }

    #[test]
    fn splitmix_gives_its_published_first_values() {
        // The reference implementation started at 1234567.
        let mut rng = KeyRng(1_234_567);
        let values: Vec<u64> = (0..3).map(|_| rng.next_bits()).collect();
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(values, published);
    }

    #[test]
    fn purposes_names_and_replications_give_different_draws() {
        let demand = Purpose::named("demand");
        let mut draws = vec![
            Key::root(1, 0).bits(demand),
            Key::root(1, 1).bits(demand),
            Key::root(2, 0).bits(demand),
            Key::root(1, 0).bits(Purpose::named("object")),
            Key::root(1, 0).bits(demand.part(1)),
            Key::root(1, 0).with(1).bits(demand),
            Key::root(1, 0).named("a").bits(demand),
        ];
        draws.sort_unstable();
        draws.dedup();
        assert_eq!(draws.len(), 7);
    }

    #[test]
    fn keyed_draws_of_neighbouring_requests_are_uniform_and_uncorrelated() {
        let purpose = Purpose::named("demand");
        let draws: Vec<f64> =
            (0..200_000).map(|k| open_unit(Key::root(7, 3).with(k).bits(purpose))).collect();
        let count = 200_000.0;
        let mean = draws.iter().sum::<f64>() / count;
        let lag = draws.windows(2).map(|w| (w[0] - 0.5) * (w[1] - 0.5)).sum::<f64>() / count;
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0_f64).sqrt() / count.sqrt(), "mean {mean}");
        assert!(lag.abs() < 4.0 / 12.0 / count.sqrt(), "covariance of neighbours {lag}");
    }

    #[test]
    fn a_unit_draw_is_never_0_or_1() {
        assert!(open_unit(0) > 0.0);
        assert!(open_unit(u64::MAX) < 1.0);
        assert_eq!(below(10, u64::MAX), 9);
        assert_eq!(below(10, 0), 0);
    }
}
