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

/// What to add where a difference is not shown that a table shows, which has fewer comparisons to
/// share a level among: those with the baseline alone.
pub(super) fn at_what_level(
    results: &[VariantResult],
    [one, other]: [usize; 2],
    metric: &str,
) -> String {
    let count = results.len();
    let comparisons = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX).max(1);
    let [a, b] = [one, other].map(|place| results[place].values(metric));
    let alone = Paired::of(&a, &b, results[one].confidence(), comparisons);
    if count > 2 && alone.is_some_and(|paired| paired.verdict.is_significant()) {
        format!(" at the level that all {} pairs share", count * (count - 1) / 2)
    } else {
        String::new()
    }
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
    fn where_only_fewer_comparisons_show_a_difference_the_level_is_told() {
        let mut results = sample::compared().0;
        results.truncate(2);
        results.push(results[0].clone());
        let place = crate::metrics::end_to_end().position(|it| it.name == "latency_mean");
        let place = place.expect("a metric");
        let mut set = |which: usize, values: [f64; 5]| {
            let first = results[which].replications[0].clone();
            let with = |value: f64| {
                let mut run = first.clone();
                run.summary[place] = value;
                run
            };
            results[which].replications = values.map(with).to_vec();
        };
        // Differences of mean 1 and deviation √0.4: t is 3.54 of 4 degrees, which 97.5 % of two
        // comparisons take 3.50 for, and 98.3 % of three pairs 3.96.
        set(0, [10.0; 5]);
        set(1, [11.0, 11.0, 11.0 + 0.8_f64.sqrt(), 11.0 - 0.8_f64.sqrt(), 11.0]);
        set(2, [10.0; 5]);
        let pair = pair(&results, 0, 1, "latency_mean").expect("values");
        assert_eq!(pair.verdict, Verdict::NotShown);
        let said = at_what_level(&results, [0, 1], "latency_mean");
        assert_eq!(said, " at the level that all 3 pairs share");
        assert_eq!(at_what_level(&results, [0, 2], "latency_mean"), "");
        assert_eq!(at_what_level(&results[..2], [0, 1], "latency_mean"), "");
    }

    #[test]
    fn turning_a_pair_around_turns_the_verdict_around() {
        let (results, _) = sample::compared();
        let verdict = |a, b| pair(&results, a, b, "latency_mean").map(|paired| paired.verdict);
        assert_eq!(verdict(0, 1), Some(Verdict::Lower));
        assert_eq!(verdict(1, 0), Some(Verdict::Higher));
    }
}
