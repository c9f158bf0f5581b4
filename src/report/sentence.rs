//! What a comparison shows, in one sentence that a person can quote.

mod cheapest;
mod harm;
mod many;
mod objectives;
mod success;
mod two;

use super::assumptions::arrivals_differ;
use super::order::too_few_replications;
use super::stability::{growing, short_of, trouble};
use crate::stats::{Interval, Paired, Rounded, Status};
use crate::study::{Comparison, Replication, VariantResult};
use crate::time::Time;

/// What `comparison` shows, in one sentence. Of two variants it says how much sooner one answers;
/// of more, which one answers soonest and from which it cannot be told apart. Variants that cannot
/// keep up are named. Where all load pages of several parts, people wait for the last part, so it
/// is the time of whole pages that counts.
///
/// What matters more than latency comes first, and only those that are best in it are ranked: how
/// much the variants let attackers do, then who misses the objectives of the scenario, then, since
/// latency is that of successes, where a smaller share of requests succeeds. A difference of less
/// than 1 % is not called one.
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
        ([], all) => {
            let none = none_of(results, all);
            return format!("{none} can keep up with the load{}.", what_grows(results, all));
        }
        ([only], _) => alone(results, *only) + &fails(&[*only]),
        (several, _) if let Some(few) = too_few_replications(results) => {
            format!("{} are not compared: {few}{}", list(results, several), fails(several))
        }
        (several, _) => ranked(results, several),
    };
    let troubles = unstable.iter().map(|place| format!("; {}", misses(results, *place)));
    let troubles: String = troubles.collect();
    let are_not_compared = stable.len() > 1 && too_few_replications(results).is_some();
    let attacks = harm::at_the_end(results, &stable, are_not_compared);
    format!("{verdict}{troubles}{attacks}.")
}

/// A difference below this share is not called one: what is sure may still be too little to matter.
const MATTERS: f64 = 0.01;

/// Whether all of these variants load pages of several parts, and it is known how soon.
fn load_pages(results: &[VariantResult], places: &[usize]) -> bool {
    let loads = |place: &usize| {
        results[*place].metric("page_load_mean").is_some_and(|row| row.mean.is_some())
    };
    places.iter().all(loads)
}

/// Whether a ratio is too near to 1 to matter.
fn is_near(paired: &Paired) -> bool {
    paired.ratio.is_some_and(|ratio| (ratio.mean - 1.0).abs() < MATTERS)
}

/// Several variants that all keep up: those that let attackers do more first, then those that miss
/// the objectives, then those that fail more, and at last how the others rank.
fn ranked(results: &[VariantResult], places: &[usize]) -> String {
    let offered = offered(results, places);
    let mut clauses = Vec::new();
    let safe = harm::split(results, places, &mut clauses);
    let kept = objectives::split(results, &safe, &mut clauses);
    let (better, worse) = success::split(results, &kept);
    let fails = better.iter().filter_map(|place| success::fails(&results[*place]));
    let mut fails: String = fails.collect();
    if !worse.is_empty() {
        clauses.push(success::told(results, &better, &worse));
        fails = String::new();
    } else if kept.len() < safe.len() {
        fails = kept.iter().filter_map(|place| success::shares(&results[*place])).collect();
    }
    // Of two all is said: of those that succeed one may still be answered sooner.
    let succeeds = |place: &usize| success::failing(&results[*place]).is_some_and(|it| it < 1.0);
    let both_told = places.len() == 2 && kept.len() == safe.len() && places.iter().all(succeeds);
    let shown = if both_told { places } else { better.as_slice() };
    let of = if both_told && !worse.is_empty() { "of successes, " } else { "" };
    let rank = match shown {
        [only] => alone(results, *only),
        [base, other] => two::two(results, *base, *other),
        // Who misses the objectives is not praised for being the least bad.
        several if several.iter().all(|it| objectives::is_missed(results, *it)) => {
            many::many(results, several, "comes nearest")
        }
        several => many::many(results, several, "is best"),
    };
    let cheapest = cheapest::cheapest(results, places, &better);
    let fails = format!("{fails}{cheapest}");
    let Some(first) = clauses.first().cloned() else { return format!("{rank}{offered}{fails}") };
    let rest: String = clauses[1..].iter().map(|it| format!("; {}", within(it))).collect();
    format!("{}{rest}; {of}{}{offered}{fails}", begun(&first), within(&rank))
}

/// A clause as it stands within a sentence: names keep their letters.
fn within(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().to_string() + letters.as_str())
}

/// A clause as it begins a sentence.
fn begun(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().to_string() + letters.as_str())
}

/// That variants do not bear the same load, as the end of a clause: what is offered less is
/// answered sooner. People who wait ask less, so only arrivals from outside show a load.
fn offered(results: &[VariantResult], places: &[usize]) -> String {
    let all: Vec<VariantResult> = places.iter().map(|place| results[*place].clone()).collect();
    if !arrivals_differ(&all) {
        return String::new();
    }
    let rates: Vec<f64> = all.iter().filter_map(arrival_rate).collect();
    let (low, high) = rates
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), rate| (low.min(*rate), high.max(*rate)));
    if rates.len() < all.len() || high - low <= MATTERS * high {
        return String::new();
    }
    let told = rates.iter().map(|rate| format!("{}/s", Rounded::plain(*rate)));
    format!(" (not under the same load: {} are offered)", by_value(results, places, told))
}

/// How many requests came in a second for as long as any came: a run that drains is longer than
/// that, and by how much the variants differ in.
#[allow(clippy::cast_precision_loss, reason = "a rate for a sentence")]
fn arrival_rate(result: &VariantResult) -> Option<f64> {
    let last = Time(result.graph.run.duration.0);
    let span = |run: &Replication| run.end.min(last).since(result.window.min(last)).as_secs_f64();
    let seconds: f64 = result.replications.iter().map(span).sum();
    let issued: u64 = result.replications.iter().map(|run| run.issued).sum();
    (seconds > 0.0).then(|| issued as f64 / seconds)
}

/// What each of `places` has, where those that have the same stand together.
fn by_value(
    results: &[VariantResult],
    places: &[usize],
    values: impl Iterator<Item = String>,
) -> String {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, value) in places.iter().zip(values) {
        match groups.iter_mut().find(|(other, _)| *other == value) {
            Some((_, same)) => same.push(*place),
            None => groups.push((value, vec![*place])),
        }
    }
    let each = groups.iter().map(|(value, same)| format!("{} {value}", list(results, same)));
    each.collect::<Vec<_>>().join(", ")
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
    let short = short_of(result);
    let short = short.map_or_else(String::new, |it| format!("; too little: {}", it.text));
    format!("{} {}{short}", name(result), trouble(result).unwrap_or_default())
}

/// What grows in each of several variants, or is too little, as the end of a sentence.
fn what_grows(results: &[VariantResult], places: &[usize]) -> String {
    let told: Vec<String> = places.iter().filter_map(|place| growing(&results[*place])).collect();
    match told.first() {
        Some(first) if told.len() == places.len() && told.iter().all(|it| it == first) => {
            format!("; {first}")
        }
        Some(_) if told.len() == places.len() => {
            let told = told.into_iter().map(|it| format!("({it})"));
            format!("; {}", by_value(results, places, told))
        }
        Some(_) | None => String::new(),
    }
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
