//! What a comparison shows, in one sentence that a person can quote.

mod many;
mod two;

use super::order::too_few_replications;
use super::stability::trouble;
use crate::stats::{Interval, Rounded, Status};
use crate::study::{Comparison, VariantResult};

/// What `comparison` shows, in one sentence. Of two variants it says how much sooner one answers;
/// of more, which one answers soonest and from which it cannot be told apart. Variants that cannot
/// keep up are named.
#[must_use]
pub fn sentence(results: &[VariantResult], comparison: &Comparison) -> String {
    let is_stable = |place: &usize| trouble(&results[*place]).is_none();
    let (mut stable, unstable): (Vec<usize>, Vec<usize>) = (0..results.len()).partition(is_stable);
    // The baseline first, whatever the order of the variants.
    stable.sort_by_key(|place| results[*place].name != comparison.baseline);
    let verdict = match (stable.as_slice(), unstable.as_slice()) {
        ([], []) => return "Nothing was run.".to_owned(),
        ([], [only]) => return format!("{}.", misses(results, *only)),
        ([], all) => return format!("{} can keep up with the load.", none_of(results, all)),
        ([only], _) => alone(results, *only),
        (several, _) if let Some(few) = too_few_replications(results) => {
            format!("{} are not compared: {few}", list(results, several))
        }
        ([base, other], _) => two::two(results, *base, *other),
        (several, _) => many::many(results, several),
    };
    let troubles = unstable.iter().map(|place| format!("; {}", misses(results, *place)));
    let failures = stable.iter().filter_map(|place| fails(&results[*place]));
    format!("{verdict}{}.", troubles.chain(failures).collect::<String>())
}

/// Latency is that of successes: a variant that turns requests away is quoted with how many.
fn fails(result: &VariantResult) -> Option<String> {
    let success = result.metric("success_ratio")?.mean?;
    let failing = (1.0 - success) * 100.0;
    (failing > 1.0).then(|| format!("; {} fails {failing:.1} % of its requests", name(result)))
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
