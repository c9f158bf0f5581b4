//! Any two variants of a result against each other.

use crate::stats::{MIN_REPLICATIONS, Paired, Verdict};
use crate::study::VariantResult;

/// `variant` against `baseline` (places in `results`) in one metric, at the level that all pairs
/// of variants share. None if one of the two has no number there.
pub(super) fn pair(
    results: &[VariantResult],
    baseline: usize,
    variant: usize,
    metric: &str,
) -> Option<Paired> {
    let [base, other] = [&results[baseline], &results[variant]];
    let has_number = |it: &VariantResult| it.metric(metric).is_some_and(|row| row.mean.is_some());
    if !has_number(base) || !has_number(other) {
        return None;
    }
    paired_values(results, &base.values(metric), &other.values(metric))
}

/// Values of two of `results`, by replication, at the level that all pairs of variants share.
pub(super) fn paired_values(
    results: &[VariantResult],
    baseline: &[f64],
    variant: &[f64],
) -> Option<Paired> {
    let pairs = results.len() * results.len().saturating_sub(1) / 2;
    let pairs = u32::try_from(pairs).unwrap_or(u32::MAX);
    Paired::of(baseline, variant, results.first()?.confidence(), pairs)
}

/// A clause that says so where there are too few replications for any interval, so that nothing can
/// be told apart however long they are.
pub(super) fn too_few_replications(results: &[VariantResult]) -> Option<String> {
    let count = results.iter().map(|result| result.replications.len()).min()?;
    (count < MIN_REPLICATIONS).then(|| {
        format!("at least {MIN_REPLICATIONS} replications are needed to compare, not {count}")
    })
}

/// A sentence that names two variants that sojourn and wait order differently, if there are any.
pub(super) fn disagreement_note(results: &[VariantResult]) -> Option<String> {
    let (sooner, waiting) = disagreement(results)?;
    let [sooner, waiting] = [sooner, waiting].map(|place| &results[place].name);
    Some(format!(
        "Sojourn and wait order the designs differently: `{sooner}` answers sooner, although \
         requests wait longer there than at `{waiting}`. Sojourn is what users feel."
    ))
}

/// Two variants of which the first has the lower sojourn and the second the lower wait, both shown,
/// if there are any: to wait less is not to be answered sooner.
fn disagreement(results: &[VariantResult]) -> Option<(usize, usize)> {
    let verdict = |a, b, metric| pair(results, b, a, metric).map(|paired| paired.verdict);
    let pairs = (0..results.len()).flat_map(|a| (0..results.len()).map(move |b| (a, b)));
    pairs.filter(|(a, b)| a != b).find(|(a, b)| {
        verdict(*a, *b, "latency_mean") == Some(Verdict::Lower)
            && verdict(*a, *b, "wait_mean") == Some(Verdict::Higher)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_fast_core_answers_sooner_although_more_wait_for_it() {
        let results = sample::run(sample::FAST_OR_MANY, sample::PLAIN);
        assert_eq!(disagreement(&results), Some((1, 0)));
    }

    #[test]
    fn designs_that_agree_are_not_called_otherwise() {
        assert_eq!(disagreement(&sample::compared().0), None);
    }

    #[test]
    fn turning_a_pair_around_turns_the_verdict_around() {
        let (results, _) = sample::compared();
        let verdict = |a, b| pair(&results, a, b, "latency_mean").map(|paired| paired.verdict);
        assert_eq!(verdict(0, 1), Some(Verdict::Lower));
        assert_eq!(verdict(1, 0), Some(Verdict::Higher));
    }
}
