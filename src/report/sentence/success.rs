//! Variants of which fewer requests succeed: no latency of successes makes up for that.

use super::{list, name};
use crate::report::order::paired_values;
use crate::stats::{Verdict, percent};
use crate::study::VariantResult;

/// A difference in the share of successes below this is not told, however sure it is.
const MATTERS: f64 = 0.001;

/// A share of failures above this is told of any variant.
const TOLD: f64 = 0.01;

/// The share of a site's own requests that succeed, by replication. What pages of another site
/// forge in the name of its users is no request of the site: each forgery that is not let in
/// fails, and that is what the site is for.
fn own_success(result: &VariantResult) -> Vec<f64> {
    let [ended, succeeded, forged, accepted] =
        ["throughput", "goodput", "forged_attempts", "forged_accepted"].map(|it| result.values(it));
    let success = result.values("success_ratio");
    let own = |(place, success): (usize, &f64)| {
        let [all, forged] = [[ended[place], succeeded[place]], [forged[place], accepted[place]]];
        without(all, forged).unwrap_or(*success)
    };
    success.iter().enumerate().map(own).collect()
}

/// The share that succeeds of `all` but what is `forged`, each given as how many ended and how many
/// of them succeeded per second; none if nothing is forged.
fn without(all: [f64; 2], forged: [f64; 2]) -> Option<f64> {
    let [ended, succeeded] = all;
    let [tried, let_in] = forged;
    // A forgery counts when it is decided, a moment before it ends.
    let share = || ((succeeded - let_in) / (ended - tried)).clamp(0.0, 1.0);
    (tried > 0.0 && ended > tried).then(share)
}

/// The share of its own requests that fail, if there is a number.
pub(super) fn failing(result: &VariantResult) -> Option<f64> {
    let all = result.metric("success_ratio")?.mean?;
    let values = own_success(result);
    let known: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    Some(1.0 - if known.is_empty() { all } else { mean })
}

/// The variants whose share of successes is not shown to be below that of the best, and the others.
pub(super) fn split(results: &[VariantResult], places: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let share = |place: &usize| failing(&results[*place]).unwrap_or(1.0);
    let Some(best) = places.iter().copied().min_by(|a, b| share(a).total_cmp(&share(b))) else {
        return (Vec::new(), Vec::new());
    };
    let values = own_success(&results[best]);
    let is_worse = |place: &usize| {
        let paired = paired_values(results, &values, &own_success(&results[*place]));
        let verdict = paired.map(|paired| paired.verdict);
        verdict == Some(Verdict::Lower) && share(place) - share(&best) > MATTERS
    };
    places.iter().partition(|place| !is_worse(place))
}

/// What fails of the variants at `worse`, against those at `better`, as the start of a sentence.
pub(super) fn told(results: &[VariantResult], better: &[usize], worse: &[usize]) -> String {
    let share = |place: usize| words(failing(&results[place]).unwrap_or(0.0));
    let each = |(number, place): (usize, &usize)| {
        let of = if number == 0 { " of its requests" } else { "" };
        format!("{} fails {}{of}", name(&results[*place]), share(*place))
    };
    let fails: Vec<String> = worse.iter().enumerate().map(each).collect();
    let most = better.iter().filter_map(|place| failing(&results[*place]));
    let most = words(most.fold(0.0, f64::max));
    let at_most = if better.len() == 1 || most == "none" { "" } else { " at most" };
    format!("{}, {}{at_most} {most}", fails.join(", "), list(results, better))
}

/// That many of a variant's requests fail, as the end of a sentence.
pub(super) fn fails(result: &VariantResult) -> Option<String> {
    above(result, TOLD)
}

/// The same of fewer: where others are set aside, it is told what that costs.
pub(super) fn shares(result: &VariantResult) -> Option<String> {
    above(result, MATTERS)
}

fn above(result: &VariantResult, least: f64) -> Option<String> {
    let failing = failing(result).filter(|it| *it > least)?;
    Some(format!("; {} fails {} of its requests", name(result), words(failing)))
}

fn words(share: f64) -> String {
    match share {
        none if none <= 0.0 => "none".to_owned(),
        nearly_all if (0.999_5..1.0).contains(&nearly_all) => percent(nearly_all, 0.0),
        many if many >= 0.001 => format!("{:.1} %", many * 100.0),
        few => percent(few, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgeries_that_are_stopped_are_no_failures_of_the_site() {
        let is = |share: Option<f64>, expected: f64| {
            assert!(share.is_some_and(|it| (it - expected).abs() < 1e-12), "{share:?}");
        };
        is(without([100.0, 97.0], [3.0, 0.0]), 1.0);
        is(without([100.0, 100.0], [3.0, 3.0]), 1.0);
        is(without([100.0, 50.0], [20.0, 10.0]), 0.5);
        assert_eq!(without([100.0, 97.0], [0.0, 0.0]), None);
        assert_eq!(without([100.0, 97.0], [f64::NAN, f64::NAN]), None);
    }

    #[test]
    fn shares_are_told_with_the_digits_that_a_reader_needs() {
        assert_eq!([words(0.0), words(0.112), words(0.0002)], ["none", "11.2 %", "0.02 %"]);
        assert_eq!([words(0.999_8), words(1.0)], ["99.98 %", "100.0 %"]);
    }
}
