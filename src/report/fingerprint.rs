//! One fingerprint of a whole result.

use crate::rng::mix;
use crate::study::VariantResult;

/// The observable fingerprints of all replications of all variants, in their order, as one in 16
/// hex digits: equal exactly when every request of every run had the same outcome.
#[must_use]
pub fn fingerprint(results: &[VariantResult]) -> String {
    let runs = results.iter().flat_map(|result| &result.replications);
    hex(runs.fold(0, |hash: u64, run| mix(hash.rotate_left(5) ^ run.observable)))
}

/// A fingerprint in 16 hex digits.
pub(super) fn hex(fingerprint: u64) -> String {
    format!("{fingerprint:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn it_depends_on_the_seed_and_on_nothing_else_that_is_no_outcome() {
        let of = |text: &str| fingerprint(&sample::run(text, sample::PLAIN));
        assert_eq!(of(sample::QUEUE), of(sample::PROMISED));
        assert_ne!(of(sample::QUEUE), of(&format!("seed = 2\n{}", sample::QUEUE)));
    }
}
