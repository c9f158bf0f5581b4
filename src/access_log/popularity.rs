//! How unequally objects are asked for: an exponent of Zipf's law, and how well that fits.
//!
//! The exponent is the one of maximum likelihood (Clauset, Shalizi and Newman, "Power-law
//! distributions in empirical data", SIAM Review 2009) of the ranks of those objects that were
//! asked for so often that their order is no accident; ranks further down are ordered by chance,
//! which makes the tail look steeper than it is. The number of objects is then the one at which
//! those have the share of all requests that they had, and at least as many as were seen.
//!
//! Objects that are all asked for alike have ranks by chance alone, which look like a slope: if a
//! chi-square test at three standard deviations does not tell the counts from equal ones, the
//! exponent is 0.

/// From how many requests on the rank of an object is believed.
const OFTEN: u64 = 10;

/// Fewer objects than these are no reason to leave the others out.
const FEW: usize = 20;

/// The ranks that a fit looks at, at most.
const MOST: usize = 100_000;

/// How many times as many objects as were seen there may be.
const UNSEEN: f64 = 100.0;

/// The largest exponent that is looked for.
const STEEPEST: f64 = 8.0;

/// Zipf's law as fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Popularity {
    /// The exponent, from 0.
    pub exponent: f64,
    /// How many objects there are, with those that nobody happened to ask for.
    pub objects: u64,
    /// How many were seen.
    pub seen: u64,
    /// The largest difference between the shares of requests for the first objects, for any number
    /// of them, as counted and as fitted: 0 is perfect.
    pub distance: f64,
}

/// The law of objects that were asked for so often; none for fewer than two.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are below 2^53, and the number of objects is limited"
)]
pub fn fit(mut counts: Vec<u64>) -> Option<Popularity> {
    counts.retain(|count| *count > 0);
    if counts.len() < 2 {
        return None;
    }
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let all: f64 = counts.iter().map(|count| *count as f64).sum();
    let often = counts.partition_point(|count| *count >= OFTEN);
    let head = if often < FEW { counts.len() } else { often }.min(MOST);
    let logs: Vec<f64> = (1..=head).map(|rank| libm::log(rank as f64)).collect();
    let known: f64 = counts[..head].iter().map(|count| *count as f64).sum();
    let wanted = counts[..head].iter().zip(&logs).map(|(count, log)| *count as f64 * log);
    let exponent =
        if are_alike(&counts, all) { 0.0 } else { solve(&logs, wanted.sum::<f64>() / known) };
    let seen = counts.len() as f64;
    let objects = extent(&logs, exponent, all / known).clamp(seen, seen * UNSEEN);
    let objects = objects.min(f64::from(u32::MAX));
    let distance = distance(&counts, all, exponent, objects);
    let (objects, seen) = (objects.round() as u64, counts.len() as u64);
    Some(Popularity { exponent, objects, seen, distance })
}

/// Whether the counts may be those of objects that are all asked for alike.
#[allow(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn are_alike(counts: &[u64], all: f64) -> bool {
    let mean = all / counts.len() as f64;
    let square = |count: &u64| (*count as f64 - mean) * (*count as f64 - mean);
    let freedom = (counts.len() - 1) as f64;
    counts.iter().map(square).sum::<f64>() / mean <= freedom + 3.0 * libm::sqrt(2.0 * freedom)
}

/// The exponent at which the mean logarithm of the rank is `wanted`: that falls as it grows.
fn solve(logs: &[f64], wanted: f64) -> f64 {
    let mean = |exponent: f64| {
        let (mut sum, mut weighted) = (0.0, 0.0);
        for log in logs {
            let share = libm::exp(-exponent * log);
            sum += share;
            weighted += share * log;
        }
        weighted / sum
    };
    let (mut low, mut high) = (0.0, STEEPEST);
    if mean(low) <= wanted {
        return low;
    }
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if mean(middle) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The number of objects at which all ranks together weigh `times` as much as the first ones; by
/// the integral of the ranks behind those.
#[allow(clippy::cast_precision_loss, reason = "a number of ranks is below 2^53")]
fn extent(logs: &[f64], exponent: f64, times: f64) -> f64 {
    let first: f64 = logs.iter().map(|log| libm::exp(-exponent * log)).sum();
    let (more, edge) = (first * (times - 1.0), logs.len() as f64 + 0.5);
    let one = 1.0 - exponent;
    if libm::fabs(one) < 1e-9 {
        return edge * libm::exp(more) - 0.5;
    }
    let power = libm::pow(edge, one) + one * more;
    // An exponent above 1 has a finite sum, which may be too small however many there are.
    if power <= 0.0 { f64::INFINITY } else { libm::pow(power, 1.0 / one) - 0.5 }
}

/// The sum of the weights of ranks up to `last`, by the integral behind those that were summed.
fn beyond(sum: f64, summed: f64, last: f64, exponent: f64) -> f64 {
    let one = 1.0 - exponent;
    let (from, to) = (summed + 0.5, last + 0.5);
    let rest = if libm::fabs(one) < 1e-9 {
        libm::log(to / from)
    } else {
        (libm::pow(to, one) - libm::pow(from, one)) / one
    };
    sum + rest.max(0.0)
}

#[allow(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn distance(counts: &[u64], all: f64, exponent: f64, objects: f64) -> f64 {
    let weight = |rank: usize| libm::exp(-exponent * libm::log(rank as f64));
    let sum: f64 = (1..=counts.len()).map(weight).sum();
    let whole = beyond(sum, counts.len() as f64, objects, exponent);
    let (mut seen, mut fitted, mut worst) = (0.0, 0.0, 0.0);
    for (count, rank) in counts.iter().zip(1..) {
        seen += *count as f64 / all;
        fitted += weight(rank) / whole;
        worst = f64::max(worst, libm::fabs(seen - fitted));
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{mix, open_unit};

    /// Requests for objects by Zipf's law, drawn by the inverse of its sums.
    fn drawn(exponent: f64, objects: usize, requests: u64) -> Vec<u64> {
        let mut sums = Vec::new();
        let mut sum = 0.0;
        for rank in 1..=objects {
            sum += libm::pow(rank as f64, -exponent);
            sums.push(sum);
        }
        let mut counts = vec![0; objects];
        for n in 0..requests {
            let draw = open_unit(mix(n)) * sum;
            counts[sums.partition_point(|it| *it < draw).min(objects - 1)] += 1;
        }
        counts
    }

    #[test]
    fn the_exponent_and_the_extent_of_what_was_drawn_come_out_again() {
        for exponent in [0.0, 0.6, 0.8, 1.0, 1.2] {
            let fit = fit(drawn(exponent, 2_000, 100_000)).unwrap();
            assert!((fit.exponent - exponent).abs() < 0.03, "{exponent}: {fit:?}");
            assert!((1_800..=2_300).contains(&fit.objects), "{exponent}: {fit:?}");
            // Ranks of objects that are alike are ordered by chance, which the distance shows.
            let near = if exponent > 0.0 { 0.03 } else { 0.06 };
            assert!(fit.distance < near, "{exponent}: {fit:?}");
        }
    }

    #[test]
    fn few_requests_for_many_objects_give_the_exponent_of_those_that_are_often_asked_for() {
        for exponent in [0.8, 1.0] {
            let fit = fit(drawn(exponent, 100_000, 100_000)).unwrap();
            assert!((fit.exponent - exponent).abs() < 0.06, "{exponent}: {fit:?}");
            assert!((60_000..=180_000).contains(&fit.objects), "{exponent}: {fit:?}");
        }
    }

    #[test]
    fn what_is_no_such_law_is_told_by_the_distance() {
        let two_kinds: Vec<u64> = (0..1_000).map(|n| if n < 500 { 100 } else { 1 }).collect();
        assert!(fit(two_kinds).unwrap().distance > 0.05);
        assert_eq!(fit(vec![7, 0]), None);
        let equal = fit(vec![5; 40]).unwrap();
        assert!(equal.exponent.abs() < 1e-6 && equal.objects == 40 && equal.distance < 1e-6);
    }
}
