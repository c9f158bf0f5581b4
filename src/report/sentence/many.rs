//! More than two variants that all keep up.

use super::{doubt, is_near, is_same, list, load_pages, measured, name};
use crate::report::order::{at_what_level, pair};
use crate::stats::{Rounded, Verdict};
use crate::study::VariantResult;

/// The best of several, in these words: by p99 if that shows it and all have one, else by the mean;
/// where all load pages, by their mean load.
pub(super) fn many(results: &[VariantResult], places: &[usize], is_best: &str) -> String {
    let has = |metric: &str| {
        let has = |it: &usize| results[*it].metric(metric).is_some_and(|row| row.mean.is_some());
        places.iter().all(has)
    };
    let metrics: &[(&str, &str)] = if load_pages(results, places) {
        &[("page_load_mean", "mean page load")]
    } else {
        &[("latency_p99", "p99"), ("latency_mean", "mean time")]
    };
    let known = metrics.iter().copied().filter(|(metric, _)| has(metric));
    let ranked = known.map(|(metric, word)| (metric, word, best(results, places, metric)));
    let ranked: Vec<_> = ranked.collect();
    let is_clear =
        |(_, _, (_, alike, near)): &&(&str, &str, Best)| alike.is_empty() && near.is_empty();
    let Some((metric, word, (best, alike, near))) =
        ranked.iter().find(is_clear).or_else(|| ranked.first())
    else {
        return format!("There is too little data to compare {}", list(results, places));
    };
    let b = name(&results[*best]);
    let value = measured(&results[*best], metric).unwrap_or_default();
    let (cost, few) = (costs(results, places, *best), doubt(results, places, metric));
    if alike.is_empty() && near.is_empty() {
        let rest: Vec<usize> = places.iter().copied().filter(|place| place != best).collect();
        let rest = list(results, &rest);
        return format!("{b} {is_best}: its {word} of {value} is below those of {rest}{cost}{few}");
    }
    let mut buts = Vec::new();
    if !alike.is_empty() {
        let level = |other: &usize| at_what_level(results, [*other, *best], metric);
        let level = alike.iter().map(level).find(|it| !it.is_empty()).unwrap_or_default();
        buts.push(format!("is not told apart from {}{level}", list(results, alike)));
    }
    if !near.is_empty() {
        buts.push(format!("is less than 1 % below {}", list(results, near)));
    }
    let buts = buts.join(" and ");
    format!("{b} has the lowest {word} ({value}){cost}, but {buts}{few}")
}

/// A variant, those that it is not shown to be below, and those that it is below by too little.
type Best = (usize, Vec<usize>, Vec<usize>);

/// The variant with the lowest mean of `metric`.
fn best(results: &[VariantResult], places: &[usize], metric: &str) -> Best {
    let mean = |place: usize| {
        let row = results[place].metric(metric);
        row.and_then(|row| row.mean).unwrap_or(f64::INFINITY)
    };
    let best = places.iter().copied().min_by(|a, b| mean(*a).total_cmp(&mean(*b)));
    let best = best.unwrap_or_default();
    let (mut alike, mut near) = (Vec::new(), Vec::new());
    for other in places.iter().copied().filter(|place| *place != best) {
        match pair(results, other, best, metric) {
            Some(paired) if paired.verdict == Verdict::Lower => {
                near.extend(is_near(&paired).then_some(other));
            }
            Some(_) | None => alike.push(other),
        }
    }
    (best, alike, near)
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
