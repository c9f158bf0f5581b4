//! What attackers get: no latency makes up for letting more of them through.

use super::{MATTERS, by_value};
use crate::report::order::paired_values;
use crate::stats::{Interval, Rounded, Verdict};
use crate::study::{self, VariantResult};

/// Something that attackers want.
struct Harm {
    /// How much of it they get.
    metric: &'static str,
    /// Of how much that they try, if it is told as a share.
    of: Option<&'static str>,
    /// What it is, as the start of a clause.
    words: &'static str,
    /// The unit behind its number.
    unit: &'static str,
    /// What it is told instead of, if that is there: of a theft, what it is used for says more.
    unless: &'static [&'static str],
}

/// What attackers want, in the order in which it is told.
const HARMS: [Harm; 5] = [
    Harm {
        metric: "attack_succeeded",
        of: None,
        words: "attacks that succeed",
        unit: "",
        unless: &[],
    },
    Harm {
        metric: "forged_accepted",
        of: Some("forged_attempts"),
        words: "forged requests that are let in",
        unit: " %",
        unless: &[],
    },
    Harm {
        metric: "ridden_accepted",
        of: None,
        words: "requests of scripts that are let in",
        unit: "/s",
        unless: &[],
    },
    Harm {
        metric: "thief_rate",
        of: None,
        words: "requests of thieves that are let in",
        unit: "/s",
        unless: &[],
    },
    Harm {
        metric: "stolen_mean",
        of: None,
        words: "stolen credentials that work at a time",
        unit: "",
        unless: &["thief_rate"],
    },
];

/// The variants that let attackers do least, of each kind in its turn: whoever is shown to let
/// through more than another is not among them. What differs is told in `clauses`.
pub(super) fn split(
    results: &[VariantResult],
    places: &[usize],
    clauses: &mut Vec<String>,
) -> Vec<usize> {
    let mut safe = places.to_vec();
    for harm in HARMS.iter().filter(|harm| harm.is_told(results, places)) {
        let least = harm.least(results, &safe);
        if least.len() < safe.len() {
            clauses.push(harm.told(results, &safe));
        }
        safe = least;
    }
    safe
}

/// What attackers get where no variant stops more of it than another, as the end of a sentence; all
/// that they get where the variants `are_not_compared`.
pub(super) fn at_the_end(
    results: &[VariantResult],
    places: &[usize],
    are_not_compared: bool,
) -> String {
    let told = HARMS.iter().filter(|harm| harm.is_told(results, places));
    let is_alike = |harm: &&Harm| harm.least(results, places).len() == places.len();
    let alike = told.filter(|harm| are_not_compared || is_alike(harm));
    alike.map(|harm| format!("; {}", harm.told(results, places))).collect()
}

impl Harm {
    /// Whether there is any of it in some variant.
    fn is_told(&self, results: &[VariantResult], places: &[usize]) -> bool {
        let any = |metric: &str| {
            let mean = |place: &usize| results[*place].metric(metric).and_then(|row| row.mean);
            places.iter().filter_map(mean).any(|mean| mean > 0.0)
        };
        any(self.of.unwrap_or(self.metric)) && !self.unless.iter().any(|other| any(other))
    }

    /// How much of it there is, by replication.
    fn values(&self, result: &VariantResult) -> Vec<f64> {
        let got = result.values(self.metric);
        let Some(of) = self.of else { return got };
        let share = |(got, tried): (f64, f64)| if tried > 0.0 { 100.0 * got / tried } else { 0.0 };
        got.into_iter().zip(result.values(of)).map(share).collect()
    }

    /// The mean of that; 0 without values.
    fn mean(&self, result: &VariantResult) -> f64 {
        let values = self.values(result);
        let known: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        study::mean(&known).unwrap_or(0.0)
    }

    /// Those that are not shown to have more of it than the one with the least.
    fn least(&self, results: &[VariantResult], places: &[usize]) -> Vec<usize> {
        let mean = |place: &usize| self.mean(&results[*place]);
        let best = places.iter().copied().min_by(|a, b| mean(a).total_cmp(&mean(b)));
        let Some(best) = best else { return Vec::new() };
        let (least, values) = (mean(&best), self.values(&results[best]));
        let is_more = |place: &usize| {
            let paired = paired_values(results, &values, &self.values(&results[*place]));
            let is_shown = paired.is_some_and(|paired| paired.verdict == Verdict::Higher);
            let own = mean(place);
            is_shown && own > least * (1.0 + MATTERS)
        };
        places.iter().copied().filter(|place| !is_more(place)).collect()
    }

    /// How much of it the variants have.
    fn told(&self, results: &[VariantResult], places: &[usize]) -> String {
        let words = |place: &usize| {
            let (result, mean) = (&results[*place], self.mean(&results[*place]));
            if mean <= 0.0 {
                return "none".to_owned();
            }
            let interval = Interval::of_replications(&self.values(result), result.confidence());
            let number = Rounded::new(mean, interval.map_or(0.0, |it| it.half_width()));
            format!("{}{}", number.value, self.unit)
        };
        format!("{}: {}", self.words, by_value(results, places, places.iter().map(words)))
    }
}
