//! Two designs compared replication by replication, under common random numbers.
//!
//! Pairing removes what both designs share: for a fast server against four slow ones at load 0.8
//! it narrows the interval of the difference by a factor 1.6.

use super::confidence::Confidence;
use super::interval::Interval;
use super::summary::Summary;

/// A variant against its baseline, in one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// Variant minus baseline, with the paired-t interval.
    pub difference: Interval,
    /// Variant over baseline, with Fieller's interval; `None` if the baseline's mean cannot be
    /// told from zero, so that no finite interval holds the ratio.
    pub ratio: Option<Interval>,
    /// Whether the two differ.
    pub verdict: Verdict,
}

/// What a comparison shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The variant's value is lower: the whole interval lies below zero.
    Lower,
    /// The variant's value is higher.
    Higher,
    /// Zero is inside: a difference has not been shown, which is not to say that there is none.
    NotShown,
}

impl Paired {
    /// Compares `variant` with `baseline`, whose n-th values come from the n-th replication
    /// of each. The level is shared by `comparisons` of this kind (Bonferroni).
    ///
    /// The ratio's interval is Fieller's ("The biological standardization of insulin", 1940) on
    /// pairs: it leaves out 1 exactly when the difference's leaves out 0, so that a table never
    /// contradicts itself.
    ///
    /// `None` if the numbers of replications differ, if there are too few for an interval, or
    /// if one has no value.
    #[must_use]
    pub fn of(
        baseline: &[f64],
        variant: &[f64],
        confidence: Confidence,
        comparisons: u32,
    ) -> Option<Self> {
        if baseline.len() != variant.len() {
            return None;
        }
        let each = confidence.shared_by(comparisons);
        let differences: Vec<f64> = variant.iter().zip(baseline).map(|(v, b)| v - b).collect();
        let difference = Interval::of_replications(&differences, each)?;
        let verdict = if difference.high < 0.0 {
            Verdict::Lower
        } else if difference.low > 0.0 {
            Verdict::Higher
        } else {
            Verdict::NotShown
        };
        let ratio = fieller(baseline, variant, each);
        Some(Self { difference, ratio, verdict })
    }
}

impl Verdict {
    /// Whether a difference has been shown.
    #[must_use]
    pub const fn is_significant(self) -> bool {
        match self {
            Self::Lower | Self::Higher => true,
            Self::NotShown => false,
        }
    }
}

/// All r for which the paired test accepts `variant - r x baseline = 0`, if they are an interval.
fn fieller(baseline: &[f64], variant: &[f64], confidence: Confidence) -> Option<Interval> {
    let count = baseline.len() as f64;
    let (x, y) = (Summary::of(baseline), Summary::of(variant));
    let products = baseline.iter().zip(variant);
    let cross: f64 = products.map(|(b, v)| (b - x.mean()) * (v - y.mean())).sum();
    let t = confidence.student(count - 1.0);
    let scale = t * t / count;
    // a r^2 - 2 b r + c <= 0.
    let a = x.mean() * x.mean() - scale * x.variance();
    let b = x.mean() * y.mean() - scale * cross / (count - 1.0);
    let c = y.mean() * y.mean() - scale * y.variance();
    if a <= 0.0 {
        return None;
    }
    let root = (b * b - a * c).max(0.0).sqrt();
    let ratio = y.mean() / x.mean();
    // What is never below zero has no ratio below zero.
    let is_positive = baseline.iter().chain(variant).all(|value| *value >= 0.0);
    let least = if is_positive { 0.0 } else { f64::NEG_INFINITY };
    // Rounding must not push an end past the ratio when nothing varies.
    Some(Interval {
        mean: ratio,
        low: ((b - root) / a).max(least).min(ratio),
        high: ((b + root) / a).max(ratio),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::toy;

    fn compare(baseline: &[f64], variant: &[f64]) -> Paired {
        Paired::of(baseline, variant, Confidence::P95, 1).expect("pairs")
    }

    #[test]
    fn the_difference_is_the_paired_t_interval() {
        let baseline = [10.0, 12.0, 9.0, 11.0, 13.0];
        let variant = [11.0, 14.0, 10.0, 13.0, 14.0];
        // Differences 1, 2, 1, 2, 1: mean 1.4, standard error sqrt(0.3 / 5), t 2.776.
        let paired = compare(&baseline, &variant);
        assert!((paired.difference.mean - 1.4).abs() < 1e-12);
        let half_width = 2.776_445_105_198_21 * 0.06_f64.sqrt();
        assert!((paired.difference.half_width() - half_width).abs() < 1e-9);
        assert_eq!(paired.verdict, Verdict::Higher);
    }

    #[test]
    fn ratio_and_difference_never_contradict_each_other() {
        for seed in 0..300 {
            let baseline = toy::mean_waits(seed, 6, 0.5, 300);
            let variant = toy::mean_waits(seed, 6, 0.55, 300);
            let paired = compare(&baseline, &variant);
            if let Some(ratio) = paired.ratio {
                let same = ratio.contains(1.0) != paired.verdict.is_significant();
                assert!(same, "seed {seed}: {paired:?}");
            }
        }
    }

    #[test]
    fn a_baseline_that_may_be_zero_gives_no_ratio() {
        let baseline = [0.1, -0.1, 0.2, -0.2, 0.05];
        assert_eq!(compare(&baseline, &[1.0, 2.0, 1.5, 1.7, 1.1]).ratio, None);
    }

    #[test]
    fn a_ratio_of_what_is_never_negative_is_not_either() {
        let waits = compare(&[10.0, 11.0, 9.0, 10.0, 12.0], &[0.0, 0.0, 0.5, 0.0, 0.0]);
        assert!(waits.ratio.is_some_and(|ratio| ratio.low >= 0.0), "{waits:?}");
        let signed = compare(&[10.0, 11.0, 9.0, 10.0, 12.0], &[-0.5, 0.5, 0.5, 0.0, -0.4]);
        assert!(signed.ratio.is_some_and(|ratio| ratio.low < 0.0), "{signed:?}");
    }

    #[test]
    fn designs_that_give_the_same_numbers_do_not_differ() {
        let values = [1.1, 2.2, 3.3, 2.5, 1.7];
        let paired = compare(&values, &values);
        assert_eq!(paired.verdict, Verdict::NotShown);
        assert!(paired.ratio.expect("a ratio").contains(1.0));
    }

    #[test]
    fn unequal_numbers_of_replications_are_not_compared() {
        assert_eq!(Paired::of(&[1.0; 5], &[1.0; 6], Confidence::P95, 1), None);
    }

    #[test]
    fn equal_designs_with_different_seeds_differ_in_about_5_percent_of_experiments() {
        let shown = (0..1_000).filter(|seed| {
            let baseline = toy::mean_waits(*seed, 10, 0.5, 250);
            let variant = toy::mean_waits(seed + 1_000, 10, 0.5, 250);
            compare(&baseline, &variant).verdict.is_significant()
        });
        let shown = shown.count();
        assert!((20..=90).contains(&shown), "{shown} of 1000");
    }

    #[test]
    fn twenty_equal_designs_rarely_show_a_difference_under_the_correction() {
        let families = (0..200).filter(|family| {
            let values = |design: u64| toy::mean_waits(family * 100 + design, 10, 0.5, 100);
            let baseline = values(0);
            (1..20).any(|design| {
                let paired = Paired::of(&baseline, &values(design), Confidence::P95, 19);
                paired.expect("pairs").verdict.is_significant()
            })
        });
        let families = families.count();
        assert!(families <= 14, "{families} of 200");
    }
}
