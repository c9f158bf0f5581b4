//! Where a result comes from.

use crate::rng::mix;

/// Where a result comes from, and how to get it again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// The scenario's name: the stem of its file.
    pub scenario: String,
    /// What the scenario asks, in a sentence; may be empty.
    pub title: String,
    /// The [`digest`] of the scenario's texts.
    pub digest: String,
    /// All texts that the scenario was read from.
    pub text: String,
    /// What the command line laid over it: arguments of `--set` and `--vary`.
    pub overlays: Vec<String>,
    /// The seed of all randomness.
    pub seed: u64,
    /// The command that gives the same result.
    pub command: String,
}

/// A digest of a scenario's texts in 16 hex digits: FNV-1a over the bytes, then mixed. It tells
/// whether two results come from the same text; it does not withstand somebody who forges one.
///
/// Source: Fowler, Noll and Vo, "The FNV Non-Cryptographic Hash Algorithm".
#[must_use]
pub fn digest(text: &str) -> String {
    digest_of(text.as_bytes())
}

/// The same of any bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = bytes.iter().copied().fold(0xcbf2_9ce4_8422_2325, step);
    format!("{:016x}", mix(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_a_byte_have_different_digests_of_16_digits() {
        assert_ne!(digest("seed = 1"), digest("seed = 2"));
        assert_eq!(digest("seed = 1"), digest("seed = 1"));
        assert_eq!(digest("").len(), 16);
    }
}
