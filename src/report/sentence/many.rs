//! More than two variants that all keep up.

use super::{doubt, is_same, list, measured, name};
use crate::report::order::pair;
use crate::stats::{Rounded, Verdict};
use crate::study::VariantResult;

/// The best of several: by p99 if that shows it and all have one, else by the mean.
pub(super) fn many(results: &[VariantResult], places: &[usize]) -> String {
    let has = |metric: &str| {
        let has = |it: &usize| results[*it].metric(metric).is_some_and(|row| row.mean.is_some());
        places.iter().all(has)
    };
    let metrics = [("latency_p99", "p99"), ("latency_mean", "mean time")];
    let known = metrics.into_iter().filter(|(metric, _)| has(metric));
    let ranked = known.map(|(metric, word)| (metric, word, best(results, places, metric)));
    let ranked: Vec<_> = ranked.collect();
    let is_clear = |(_, _, (_, alike)): &&(&str, &str, (usize, Vec<usize>))| alike.is_empty();
    let Some((metric, word, (best, alike))) =
        ranked.iter().find(is_clear).or_else(|| ranked.first())
    else {
        return format!("There is too little data to compare {}", list(results, places));
    };
    let b = name(&results[*best]);
    let value = measured(&results[*best], metric).unwrap_or_default();
    let (cost, few) = (costs(results, places, *best), doubt(results, places, metric));
    if alike.is_empty() {
        let rest: Vec<usize> = places.iter().copied().filter(|place| place != best).collect();
        let rest = list(results, &rest);
        return format!("{b} is best: its {word} of {value} is below those of {rest}{cost}{few}");
    }
    let alike = list(results, alike);
    format!("{b} has the lowest {word} ({value}){cost}, but is not told apart from {alike}{few}")
}

/// The variant with the lowest mean of `metric`, and those that it is not shown to be below.
fn best(results: &[VariantResult], places: &[usize], metric: &str) -> (usize, Vec<usize>) {
    let mean = |place: usize| {
        let row = results[place].metric(metric);
        row.and_then(|row| row.mean).unwrap_or(f64::INFINITY)
    };
    let best = places.iter().copied().min_by(|a, b| mean(*a).total_cmp(&mean(*b)));
    let best = best.unwrap_or_default();
    let is_alike = |other: &usize| {
        let paired = pair(results, *other, best, metric);
        paired.is_none_or(|paired| paired.verdict != Verdict::Lower)
    };
    let others = places.iter().copied().filter(|place| *place != best);
    (best, others.filter(is_alike).collect())
}

/// What the best costs, among the others.
fn costs(results: &[VariantResult], places: &[usize], best: usize) -> String {
    let cost = |place: usize| results[place].cost_per_hour();
    if places.iter().any(|place| cost(*place) <= 0.0) {
        return String::new();
    }
    if places.iter().all(|place| is_same(cost(*place), cost(best))) {
        return " at the same price".to_owned();
    }
    let (low, high) = places
        .iter()
        .filter(|place| **place != best)
        .fold((f64::INFINITY, 0.0_f64), |(low, high), place| {
            (low.min(cost(*place)), high.max(cost(*place)))
        });
    let others = match (Rounded::plain(low), Rounded::plain(high)) {
        (low, high) if low == high => format!("{low}"),
        (low, high) => format!("{low} to {high}"),
    };
    format!(", at {} per hour where the others cost {others}", Rounded::plain(cost(best)))
}
