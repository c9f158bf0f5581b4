//! What a comparison shows, in one sentence that a person can quote.

mod many;
mod success;
mod two;

use super::assumptions::arrivals_differ;
use super::order::too_few_replications;
use super::stability::trouble;
use crate::stats::{Interval, Paired, Rounded, Status};
use crate::study::{Comparison, VariantResult};

/// What `comparison` shows, in one sentence. Of two variants it says how much sooner one answers;
/// of more, which one answers soonest and from which it cannot be told apart. Variants that cannot
/// keep up are named.
///
/// Latency is that of successes. So where a smaller share of some variants' requests succeeds, that
/// comes first, and only the others are ranked. A difference of less than 1 % is not called one.
#[must_use]
pub fn sentence(results: &[VariantResult], comparison: &Comparison) -> String {
    let is_stable = |place: &usize| trouble(&results[*place]).is_none();
    let (mut stable, unstable): (Vec<usize>, Vec<usize>) = (0..results.len()).partition(is_stable);
    // The baseline first, whatever the order of the variants.
    stable.sort_by_key(|place| results[*place].name != comparison.baseline);
    let fails = |places: &[usize]| -> String {
        places.iter().filter_map(|place| success::fails(&results[*place])).collect()
    };
    let verdict = match (stable.as_slice(), unstable.as_slice()) {
        ([], []) => return "Nothing was run.".to_owned(),
        ([], [only]) => return format!("{}.", misses(results, *only)),
        ([], all) => return format!("{} can keep up with the load.", none_of(results, all)),
        ([only], _) => alone(results, *only) + &fails(&[*only]),
        (several, _) if let Some(few) = too_few_replications(results) => {
            format!("{} are not compared: {few}{}", list(results, several), fails(several))
        }
        (several, _) => ranked(results, several),
    };
    let troubles = unstable.iter().map(|place| format!("; {}", misses(results, *place)));
    let attacks = attacks(results, &stable);
    format!("{verdict}{}{attacks}.", troubles.collect::<String>())
}

/// A difference below this share is not called one: what is sure may still be too little to matter.
const MATTERS: f64 = 0.01;

/// Whether a ratio is too near to 1 to matter.
fn is_near(paired: &Paired) -> bool {
    paired.ratio.is_some_and(|ratio| (ratio.mean - 1.0).abs() < MATTERS)
}

/// Several variants that all keep up: those that fail more first, then how the others rank.
fn ranked(results: &[VariantResult], places: &[usize]) -> String {
    let (better, worse) = success::split(results, places);
    let rank = |places: &[usize]| match places {
        [only] => alone(results, *only),
        [base, other] => two::two(results, *base, *other),
        several => many::many(results, several),
    };
    let offered = offered(results, places);
    let fails = better.iter().filter_map(|place| success::fails(&results[*place]));
    if worse.is_empty() {
        return format!("{}{offered}{}", rank(&better), fails.collect::<String>());
    }
    let told = success::told(results, &better, &worse);
    // Of two all is said: of those that succeed one may still be answered sooner.
    let (of, shown) = match places {
        [_, _] => ("of successes, ", places),
        _ => ("", better.as_slice()),
    };
    format!("{told}; {of}{}{offered}", rank(shown))
}

/// That variants do not bear the same load, as the end of a clause: what is offered less is
/// answered sooner. People who wait ask less, so only arrivals from outside show a load.
fn offered(results: &[VariantResult], places: &[usize]) -> String {
    let all: Vec<VariantResult> = places.iter().map(|place| results[*place].clone()).collect();
    if !arrivals_differ(&all) {
        return String::new();
    }
    let mean = |place: &usize| results[*place].metric("offered_rate").and_then(|row| row.mean);
    let rates: Vec<f64> = places.iter().filter_map(mean).collect();
    let (low, high) = rates
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), rate| (low.min(*rate), high.max(*rate)));
    if rates.is_empty() || high - low <= MATTERS * high {
        return String::new();
    }
    let each = places.iter().filter_map(|place| {
        let rate = Rounded::plain(mean(place)?);
        Some(format!("{} {rate}/s", name(&results[*place])))
    });
    format!(" (not under the same load: {} are offered)", each.collect::<Vec<_>>().join(", "))
}

/// What forged requests came to, as the end of a sentence, if there are any and variants differ.
fn attacks(results: &[VariantResult], places: &[usize]) -> String {
    let rate = |place: &usize, metric| results[*place].metric(metric).and_then(|row| row.mean);
    let any = |metric| places.iter().any(|place| rate(place, metric).is_some_and(|it| it > 0.0));
    if !any("forged_attempts") {
        return String::new();
    }
    let each = places.iter().filter_map(|place| {
        let (tried, let_in) = (rate(place, "forged_attempts")?, rate(place, "forged_accepted")?);
        let share = if tried > 0.0 { 100.0 * let_in / tried } else { 0.0 };
        Some(format!("{} {share:.0} %", name(&results[*place])))
    });
    format!("; of forged requests are let in: {}", each.collect::<Vec<_>>().join(", "))
}

fn name(result: &VariantResult) -> String {
    format!("`{}`", result.name)
}

fn list(results: &[VariantResult], places: &[usize]) -> String {
    places.iter().map(|place| name(&results[*place])).collect::<Vec<_>>().join(", ")
}

fn none_of(results: &[VariantResult], places: &[usize]) -> String {
    match places {
        [a, b] => format!("Neither {} nor {}", name(&results[*a]), name(&results[*b])),
        _ => format!("None of {}", list(results, places)),
    }
}

fn misses(results: &[VariantResult], place: usize) -> String {
    let result = &results[place];
    format!("{} {}", name(result), trouble(result).unwrap_or_default())
}

/// What to add where the intervals of `metric` are not to be relied on.
fn doubt(results: &[VariantResult], places: &[usize], metric: &str) -> &'static str {
    let is_few = |place: &usize| {
        results[*place].metric(metric).is_some_and(|row| row.status == Status::FewData)
    };
    if places.iter().any(is_few) { " (from few data)" } else { "" }
}

fn rounded(interval: Interval) -> Rounded {
    Rounded::new(interval.mean, interval.half_width())
}

/// A number of milliseconds as it was measured.
fn measured(result: &VariantResult, metric: &str) -> Option<String> {
    let row = result.metric(metric)?;
    let text = row.interval.map_or_else(|| row.mean.map(Rounded::plain), |it| Some(rounded(it)));
    text.map(|text| format!("{text} ms"))
}

fn alone(results: &[VariantResult], place: usize) -> String {
    let result = &results[place];
    match measured(result, "latency_mean") {
        Some(mean) => {
            let doubt = doubt(results, &[place], "latency_mean");
            format!("{} answers in {mean} on average{doubt}", name(result))
        }
        None => format!("There is too little data to say how soon {} answers", name(result)),
    }
}

/// Whether two prices are the same but for rounding.
fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests;
