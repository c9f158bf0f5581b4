//! `--precision`: how many more replications until every headline metric is known well enough.
//!
//! The rule looks at the half-widths after each block and stops when all are within their
//! targets. Looking repeatedly costs some coverage: 95 % intervals cover about 95 % when it
//! starts at 10 replications and 93 % when it starts at 5 (measured), so promise 90 %.
//! Source: Law, "Statistical analysis of simulation output data", section 9.4.1.

use super::confidence::Confidence;
use super::interval::Interval;

/// How well a metric is to be known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// The half-width as a share of the mean's size.
    Relative(f64),
    /// The half-width itself: for ratios within 0 and 1, where a share of a value near zero
    /// would ask for the impossible.
    Absolute(f64),
}

/// A metric that is to be known well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched<'a> {
    /// Its value in each replication, in their order.
    pub values: &'a [f64],
    /// How well it is to be known.
    pub target: Target,
}

/// How many replications a procedure may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// It starts with so many; fewer than 10 lose coverage.
    pub start: u32,
    /// It adds at least so many at a time.
    pub block: u32,
    /// It never uses more.
    pub cap: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { start: 10, block: 5, cap: 200 }
    }
}

/// What the procedure does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// All metrics are known well enough.
    Enough,
    /// Run so many replications more.
    MoreReplications(u32),
    /// No more are allowed.
    CapReached {
        /// The half-width of each metric, relative or absolute as its target is; infinite if it
        /// has no interval.
        achieved: Vec<f64>,
    },
}

/// Decides after `done` replications whether `metrics` are known well enough.
///
/// The number asked for is what the present spread suggests, at least a block and at most as
/// many as there are already: an early estimate of the spread is not to be trusted further.
#[must_use]
pub fn decide(
    metrics: &[Watched<'_>],
    done: u32,
    limits: Limits,
    confidence: Confidence,
) -> Decision {
    if done < limits.start.min(limits.cap) {
        return Decision::MoreReplications(limits.start.min(limits.cap) - done);
    }
    let achieved: Vec<f64> = metrics.iter().map(|metric| achieved(metric, confidence)).collect();
    let worst = metrics.iter().zip(&achieved).map(|(metric, achieved)| {
        let (Target::Relative(target) | Target::Absolute(target)) = metric.target;
        if *achieved <= target { 0.0 } else { achieved / target }
    });
    let worst = worst.fold(0.0, f64::max);
    if worst <= 1.0 {
        return Decision::Enough;
    }
    if done >= limits.cap {
        return Decision::CapReached { achieved };
    }
    // The half-width falls with the square root of the number of replications. The conversion
    // saturates, so an infinite half-width asks for the most.
    let needed = (f64::from(done) * worst * worst).ceil() as u32;
    let more = needed.saturating_sub(done).clamp(limits.block, done.max(limits.block));
    Decision::MoreReplications(more.min(limits.cap - done))
}

fn achieved(metric: &Watched<'_>, confidence: Confidence) -> f64 {
    let interval = Interval::of_replications(metric.values, confidence);
    interval.map_or(f64::INFINITY, |interval| match metric.target {
        Target::Relative(_) => interval.relative_half_width(),
        Target::Absolute(_) => interval.half_width(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::toy;

    fn decision(values: &[f64], target: Target) -> Decision {
        let metrics = [Watched { values, target }];
        decide(&metrics, values.len() as u32, Limits::default(), Confidence::P95)
    }

    #[test]
    fn it_starts_with_ten_replications_however_equal_they_are() {
        let decision = decision(&[1.0; 5], Target::Relative(0.02));
        assert_eq!(decision, Decision::MoreReplications(5));
    }

    #[test]
    fn equal_replications_are_enough() {
        assert_eq!(decision(&[1.0; 10], Target::Relative(0.02)), Decision::Enough);
        assert_eq!(decision(&[0.0; 10], Target::Relative(0.02)), Decision::Enough);
    }

    #[test]
    fn every_metric_must_meet_its_own_target() {
        let spread: Vec<f64> = (0..10).map(|i| 0.5 + 0.01 * f64::from(i)).collect();
        let half_width = 0.0217;
        assert_eq!(decision(&spread, Target::Absolute(half_width)), Decision::Enough);
        let metrics = [
            Watched { values: &[1.0; 10], target: Target::Relative(0.01) },
            Watched { values: &spread, target: Target::Absolute(half_width / 1.3) },
        ];
        // 1.3^2 x 10 replications are 17, so 7 more.
        let decision = decide(&metrics, 10, Limits::default(), Confidence::P95);
        assert_eq!(decision, Decision::MoreReplications(7));
    }

    #[test]
    fn the_cap_ends_it_and_says_what_was_achieved() {
        let values: Vec<f64> = (0..200).map(|i| f64::from(i % 2)).collect();
        let Decision::CapReached { achieved } = decision(&values, Target::Relative(0.01)) else {
            panic!("the cap was not seen")
        };
        assert!((achieved[0] - 0.1398).abs() < 1e-3, "{achieved:?}");
    }

    #[test]
    fn a_metric_without_an_interval_goes_on_to_the_cap() {
        let decision = decision(&[f64::NAN; 12], Target::Relative(0.01));
        assert_eq!(decision, Decision::MoreReplications(12));
    }

    #[test]
    fn it_stops_within_its_target_and_still_covers_the_truth() {
        let (mut covered, limits) = (0, Limits { cap: 1_000, ..Limits::default() });
        for seed in 0..100 {
            let mut values: Vec<f64> = Vec::new();
            loop {
                let target = Target::Relative(0.05);
                let metrics = [Watched { values: &values, target }];
                let done = values.len() as u32;
                match decide(&metrics, done, limits, Confidence::P95) {
                    Decision::Enough => break,
                    Decision::MoreReplications(more) => values
                        .extend((done..done + more).map(|r| toy::mean_wait(seed, r, 0.5, 2_700))),
                    Decision::CapReached { achieved } => panic!("seed {seed}: {achieved:?}"),
                }
            }
            let interval = Interval::of_replications(&values, Confidence::P95).expect("ten");
            assert!(interval.relative_half_width() <= 0.05);
            covered += u32::from(interval.contains(1.0));
        }
        assert!(covered >= 88, "{covered} of 100");
    }
}
