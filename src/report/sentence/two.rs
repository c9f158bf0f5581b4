//! Two variants that both keep up.

use super::{doubt, is_near, is_same, name, rounded};
use crate::report::order::pair;
use crate::stats::{Paired, Verdict, times};
use crate::study::VariantResult;

/// Which of the two answers sooner, for what price, and how their p99 compare.
pub(super) fn two(results: &[VariantResult], base: usize, other: usize) -> String {
    let [b, o] = [base, other].map(|place| name(&results[place]));
    let Some(mean) = pair(results, base, other, "latency_mean") else {
        return format!("There is too little data to compare {o} with {b}");
    };
    let (winner, loser) = match mean.verdict {
        Verdict::NotShown => return undecided(results, base, other, false),
        Verdict::Lower | Verdict::Higher if is_near(&mean) => {
            return undecided(results, base, other, true);
        }
        Verdict::Lower => (other, base),
        Verdict::Higher => (base, other),
    };
    let (w, l) = (name(&results[winner]), name(&results[loser]));
    let price = price(&results[winner], &results[loser]);
    let few = doubt(results, &[base, other], "latency_mean");
    let tail = tail(results, winner, loser);
    match pair(results, loser, winner, "latency_mean").and_then(|paired| paired.ratio) {
        Some(ratio) => {
            format!("{w} answers in {} of the mean time of {l}{price}{few}{tail}", rounded(ratio))
        }
        None => format!("{w} answers sooner than {l} on average{price}{few}{tail}"),
    }
}

/// The p99 of the variant whose mean is lower.
fn tail(results: &[VariantResult], winner: usize, loser: usize) -> String {
    let Some(tail) = pair(results, loser, winner, "latency_p99") else {
        return "; there is too little data to compare p99".to_owned();
    };
    let few = doubt(results, &[winner, loser], "latency_p99");
    match tail.verdict {
        Verdict::NotShown => format!("; no difference shown in p99{few}"),
        Verdict::Lower => format!("; {}{few}", against("its p99 is", &tail, "of the other's")),
        Verdict::Higher => {
            format!(", but {}{few}", against("its p99 is", &tail, "times the other's"))
        }
    }
}

/// Two variants whose mean times were not told apart, or are too near to each other to matter.
fn undecided(results: &[VariantResult], base: usize, other: usize, near: bool) -> String {
    let [b, o] = [base, other].map(|place| name(&results[place]));
    let price = price(&results[other], &results[base]);
    let price = if price.is_empty() { price } else { format!(" ({o}{price})") };
    let few = doubt(results, &[base, other], "latency_mean");
    let start = if near {
        format!("The mean times of {o} and {b}{price} differ by less than 1 %{few}")
    } else {
        format!("No difference between {o} and {b}{price} is shown in the mean time{few}")
    };
    let Some(tail) = pair(results, base, other, "latency_p99") else {
        return format!("{start}; there is too little data to compare p99");
    };
    let few = doubt(results, &[base, other], "latency_p99");
    match tail.verdict {
        Verdict::NotShown if near => format!("{start}; no difference is shown in p99{few}"),
        Verdict::NotShown => format!("{start} or in p99{few}"),
        Verdict::Lower | Verdict::Higher => {
            let what = format!("the p99 of {o} is");
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
