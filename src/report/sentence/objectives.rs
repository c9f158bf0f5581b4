//! Variants that miss the objectives of their scenario: what its author calls better comes before
//! any mean.

use super::list;
use crate::report::slo::{SloOutcome, slo_outcome, slo_verdicts};
use crate::study::VariantResult;

/// Whether a variant misses an objective.
pub(super) fn is_missed(results: &[VariantResult], place: usize) -> bool {
    slo_outcome(&slo_verdicts(&results[place])) == Some(SloOutcome::Missed)
}

/// The variants that do not miss an objective, or all if every one of them does. Who misses one is
/// told in `clauses`.
pub(super) fn split(
    results: &[VariantResult],
    places: &[usize],
    clauses: &mut Vec<String>,
) -> Vec<usize> {
    let outcome = |place: usize| slo_outcome(&slo_verdicts(&results[place]));
    let of = |wanted: &[SloOutcome]| -> Vec<usize> {
        let has = |place: &usize| outcome(*place).is_some_and(|it| wanted.contains(&it));
        places.iter().copied().filter(has).collect()
    };
    let missed = of(&[SloOutcome::Missed]);
    if missed.is_empty() {
        return places.to_vec();
    }
    let verb = |several: &str, one: &str, places: &[usize]| {
        let verb = if places.len() == 1 { one } else { several };
        format!("{} {verb}", list(results, places))
    };
    let mut clause = format!("{} the SLO", verb("miss", "misses", &missed));
    let met = of(&[SloOutcome::Met]);
    if !met.is_empty() {
        clause.push_str(&format!(", {} it", verb("meet", "meets", &met)));
    }
    let open = of(&[SloOutcome::Unclear, SloOutcome::Unknown]);
    if !open.is_empty() {
        clause.push_str(&format!(", of {} that is not known", list(results, &open)));
    }
    clauses.push(clause);
    let rest: Vec<usize> = places.iter().copied().filter(|it| !missed.contains(it)).collect();
    if rest.is_empty() { places.to_vec() } else { rest }
}
