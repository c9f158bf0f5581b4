//! Two variants that both keep up.

use super::{doubt, is_near, is_same, load_pages, name, rounded};
use crate::report::order::{at_what_level, pair};
use crate::stats::{Paired, Verdict, times};
use crate::study::VariantResult;

/// What two variants are compared in.
struct Measure {
    /// The metric whose mean decides, and the one of the slow ones.
    metrics: [&'static str; 2],
    /// The word for the latter.
    tail: &'static str,
    /// What a variant does in that time.
    does: &'static str,
    /// The mean of one and of several variants.
    mean: [&'static str; 2],
}

const REQUESTS: Measure = Measure {
    metrics: ["latency_mean", "latency_p99"],
    tail: "p99",
    does: "answers",
    mean: ["mean time", "mean times"],
};

/// Of pages, people wait for the last part.
const PAGES: Measure = Measure {
    metrics: ["page_load_mean", "page_load_p95"],
    tail: "p95",
    does: "loads pages",
    mean: ["mean page load", "mean page loads"],
};

/// Which of the two answers sooner, for what price, and how their p99 compare.
pub(super) fn two(results: &[VariantResult], base: usize, other: usize) -> String {
    let [b, o] = [base, other].map(|place| name(&results[place]));
    let measure = if load_pages(results, &[base, other]) { &PAGES } else { &REQUESTS };
    let [metric, _] = measure.metrics;
    let Some(mean) = pair(results, base, other, metric) else {
        return format!("There is too little data to compare {o} with {b}");
    };
    let (winner, loser) = match mean.verdict {
        Verdict::NotShown => return undecided(results, [base, other], measure, false),
        Verdict::Lower | Verdict::Higher if is_near(&mean) => {
            return undecided(results, [base, other], measure, true);
        }
        Verdict::Lower => (other, base),
        Verdict::Higher => (base, other),
    };
    let (w, l) = (name(&results[winner]), name(&results[loser]));
    let price = price(&results[winner], &results[loser]);
    let few = doubt(results, &[base, other], metric);
    let tail = tail(results, winner, loser, measure);
    let does = measure.does;
    match pair(results, loser, winner, metric).and_then(|paired| paired.ratio) {
        Some(ratio) => {
            format!("{w} {does} in {} of the mean time of {l}{price}{few}{tail}", rounded(ratio))
        }
        None => format!("{w} {does} sooner than {l} on average{price}{few}{tail}"),
    }
}

/// The p99, or its like, of the variant whose mean is lower.
fn tail(results: &[VariantResult], winner: usize, loser: usize, measure: &Measure) -> String {
    let ([_, metric], word) = (measure.metrics, measure.tail);
    let Some(tail) = pair(results, loser, winner, metric) else {
        return format!("; there is too little data to compare {word}");
    };
    let few = doubt(results, &[winner, loser], metric);
    let its = format!("its {word} is");
    match tail.verdict {
        Verdict::NotShown => {
            let level = at_what_level(results, [loser, winner], metric);
            format!("; no difference shown in {word}{level}{few}")
        }
        Verdict::Lower => format!("; {}{few}", against(&its, &tail, "of the other's")),
        Verdict::Higher => format!(", but {}{few}", against(&its, &tail, "times the other's")),
    }
}

/// Two variants whose mean times were not told apart, or are too near to each other to matter.
fn undecided(
    results: &[VariantResult],
    [base, other]: [usize; 2],
    measure: &Measure,
    near: bool,
) -> String {
    let [b, o] = [base, other].map(|place| name(&results[place]));
    let price = price(&results[other], &results[base]);
    let price = if price.is_empty() { price } else { format!(" ({o}{price})") };
    let ([metric, tail_metric], word) = (measure.metrics, measure.tail);
    let few = doubt(results, &[base, other], metric);
    let [mean, means] = measure.mean;
    let start = if near {
        format!("The {means} of {o} and {b}{price} differ by less than 1 %{few}")
    } else {
        let level = at_what_level(results, [base, other], metric);
        format!("No difference between {o} and {b}{price} is shown in the {mean}{level}{few}")
    };
    let Some(tail) = pair(results, base, other, tail_metric) else {
        return format!("{start}; there is too little data to compare {word}");
    };
    let few = doubt(results, &[base, other], tail_metric);
    let level = at_what_level(results, [base, other], tail_metric);
    match tail.verdict {
        Verdict::NotShown if near => {
            format!("{start}; no difference is shown in {word}{level}{few}")
        }
        Verdict::NotShown => format!("{start} or in {word}{level}{few}"),
        Verdict::Lower | Verdict::Higher => {
            let what = format!("the {word} of {o} is");
            format!("{start}; {}{few}", against(&what, &tail, &format!("times that of {b}")))
        }
    }
}

/// A ratio in a clause, or the difference where there is no finite ratio.
fn against(what: &str, paired: &Paired, of: &str) -> String {
    match paired.ratio {
        Some(ratio) => format!("{what} {} {of}", rounded(ratio)),
        None => format!("{what} {} ms away from the other's", rounded(paired.difference)),
    }
}

/// What `one` costs against `other`, as the end of a clause; nothing if there are no prices.
fn price(one: &VariantResult, other: &VariantResult) -> String {
    let (own, others) = (one.cost_per_hour(), other.cost_per_hour());
    if own <= 0.0 || others <= 0.0 {
        return String::new();
    }
    if is_same(own, others) {
        return " at the same price".to_owned();
    }
    format!(" at {} the price", times(own / others))
}
