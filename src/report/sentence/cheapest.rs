//! Which variant meets the objectives for least money: where several do, that may matter more than
//! which is fastest.

use super::{is_same, list};
use crate::report::slo::{SloOutcome, slo_outcome, slo_verdicts};
use crate::stats::Rounded;
use crate::study::VariantResult;

/// The cheapest of the variants at `ranked` that meet the SLO, as the end of a sentence about those
/// at `places`; nothing if fewer than two do, or they have no prices, or all the same one.
pub(super) fn cheapest(results: &[VariantResult], places: &[usize], ranked: &[usize]) -> String {
    let cost = |place: &usize| results[*place].cost_per_hour();
    let is_met =
        |place: &&usize| slo_outcome(&slo_verdicts(&results[**place])) == Some(SloOutcome::Met);
    let met: Vec<usize> = ranked.iter().filter(is_met).copied().collect();
    let lowest = met.iter().map(cost).fold(f64::INFINITY, f64::min);
    let is_lowest = |place: &usize| is_same(cost(place), lowest);
    if met.len() < 2 || lowest <= 0.0 || met.iter().all(is_lowest) {
        return String::new();
    }
    let all = if met.len() < places.len() {
        "of those that meet the SLO"
    } else if met.len() == 2 {
        "both meet the SLO, and"
    } else {
        "all meet the SLO, and"
    };
    let least: Vec<usize> = met.into_iter().filter(is_lowest).collect();
    let (names, lowest) = (list(results, &least), Rounded::plain(lowest));
    let verb = if least.len() == 1 { "is" } else { "are" };
    format!("; {all} {names} {verb} cheapest, at {lowest} per hour")
}
