//! Compression at a reverse proxy: CPU for each byte against fewer bytes on the link.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Span;
use crate::unit::{Bytes, Probability};

/// What a scenario says of compression. Only answers to endpoints whose `response` is
/// `compressible` are compressed, each time that they pass: those from the proxy's cache, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompressSpec {
    /// False takes it out, as a variant may want.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The demand on a core of the proxy for each KiB before compression.
    pub cpu_per_kib: Span,
    /// What is left of each byte: above 0, at most 1.
    pub ratio: Probability,
    /// Smaller answers are left as they are; 1 KiB by default.
    #[serde(default = "kibibyte")]
    pub min_size: Bytes,
}

const fn yes() -> bool {
    true
}

const fn kibibyte() -> Bytes {
    Bytes(1_024)
}

/// Compression, ready to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compress {
    /// Nanoseconds on a core of speed 1 for each byte.
    pub per_byte: f64,
    /// What is left of each byte.
    pub ratio: f64,
    /// From so many bytes on.
    pub min_size: u64,
}

impl Compress {
    /// Bytes that are left of so many; none if so few are not compressed.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes are below 2^53, and the cast saturates"
    )]
    pub fn left_of(&self, bytes: u64) -> Option<u64> {
        (bytes >= self.min_size).then(|| (bytes as f64 * self.ratio).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_answers_are_left_as_they_are() {
        let compress = Compress { per_byte: 1.0, ratio: 0.25, min_size: 1_000 };
        for (bytes, left) in [(0, None), (999, None), (1_000, Some(250)), (1_001, Some(251))] {
            assert_eq!(compress.left_of(bytes), left, "{bytes}");
        }
    }
}
