//! Whether a queue grows for as long as the run lasts, and since when.

use super::confidence::Confidence;
use super::summary::Summary;

/// The level of the test: a false alarm takes the numbers away, so it must be rare.
const LEVEL: f64 = 0.998;
/// Growth that matters: this many requests ...
const LEAST_GROWTH: f64 = 1.0;
/// ... and this share of the level of the first half.
const LEAST_SHARE: f64 = 0.1;
/// From one quarter of the run to the next, a queue that grows steadily grows by half of what it
/// grows from half to half, one that grows like a square root (load exactly 1) by 0.37 of it,
/// one that settles by next to nothing.
const STILL_GROWING: f64 = 0.25;
/// Slots without which nothing can be said.
const MIN_SLOTS: usize = 8;

/// What the level of a queue does during the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// It varies about a level, or approaches one.
    Stable,
    /// It grows without return.
    Unstable {
        /// The slot from which it grows, counted from the beginning of the series.
        since: usize,
    },
}

/// Judges `levels`: for each replication the mean number present in each slot of equal length.
/// Series of unequal length are compared over the shortest.
///
/// Unstable means all of: the second half lies above the first in the paired t test over
/// replications; by an amount that matters; and the last quarter still grows. With few
/// replications that test has no power, and with one there is none: it is unstable as well if in
/// each of them the whole last quarter lies above all of the first half. Since when is the hinge
/// of the best broken line, flat and then rising, through the mean over replications.
#[must_use]
pub fn trend(levels: &[Vec<f64>]) -> Trend {
    let slots = levels.iter().map(Vec::len).min().unwrap_or(0);
    if slots < MIN_SLOTS {
        return Trend::Stable;
    }
    let mean = average(levels, slots);
    let (half, quarter) = (slots / 2, slots - slots / 4);
    let first = mean_of(&mean[..half]);
    let growth = mean_of(&mean[half..]) - first;
    let late = mean_of(&mean[quarter..]) - mean_of(&mean[half..quarter]);
    let matters = growth >= LEAST_GROWTH && growth >= LEAST_SHARE * first;
    if !(matters && late >= STILL_GROWING * growth && is_significant(levels, slots)) {
        return Trend::Stable;
    }
    Trend::Unstable { since: hinge(&mean) }
}

/// Whether the second halves lie above the first ones beyond chance.
fn is_significant(levels: &[Vec<f64>], slots: usize) -> bool {
    let half = slots / 2;
    let has_left = |series: &Vec<f64>| {
        let before = series[..half].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        series[slots - slots / 4..slots].iter().all(|level| *level > before)
    };
    if levels.iter().all(has_left) {
        return true;
    }
    if levels.len() < 2 {
        return false;
    }
    let mut growth = Summary::default();
    for series in levels {
        growth.push(mean_of(&series[half..slots]) - mean_of(&series[..half]));
    }
    let df = (levels.len() - 1) as f64;
    let needed = Confidence::new(LEVEL).map_or(f64::INFINITY, |level| level.student(df));
    growth.mean() > needed * growth.standard_error()
}

/// The slot at which a line that is flat before and straight after fits `series` best.
fn hinge(series: &[f64]) -> usize {
    let count = series.len() as f64;
    let (mut best, mut most) = (0, f64::NEG_INFINITY);
    // Sums over what lies after the hinge at `slot`, of the distance d from it: of d, of d^2,
    // of the values, and of d x value. Moving the hinge back by one adds 1 to every distance.
    let (mut after, mut d, mut dd, mut dy, mut y) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let total: f64 = series.iter().sum();
    for (slot, value) in series.iter().enumerate().rev() {
        dd += 2.0 * d + after;
        d += after;
        dy += y;
        after += 1.0;
        y += value;
        // What the slope explains of the variance, which the best hinge maximises.
        let (spread, cross) = (dd - d * d / count, dy - d * total / count);
        if spread > 0.0 && cross > 0.0 && cross * cross / spread >= most {
            (best, most) = (slot, cross * cross / spread);
        }
    }
    best
}

fn average(levels: &[Vec<f64>], slots: usize) -> Vec<f64> {
    (0..slots)
        .map(|slot| levels.iter().map(|series| series[slot]).sum::<f64>() / levels.len() as f64)
        .collect()
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};
    use crate::stats::toy;

    /// Ten replications of 200 slots, each the mean of 50 successive waits in M/M/1.
    fn queue(seed: u64, rho: f64) -> Vec<Vec<f64>> {
        (0..10)
            .map(|replication| {
                let waits = toy::waits(seed, replication, rho, 10_000);
                waits.chunks(50).map(mean_of).collect()
            })
            .collect()
    }

    fn noisy(replications: u32, level: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        (0..replications)
            .map(|replication| {
                let mut draws = Key::root(5, replication).draws(Purpose::named("noise"));
                let noise = |slot: i32| level(f64::from(slot)) + open_unit(draws.next_bits());
                (0..400).map(noise).collect()
            })
            .collect()
    }

    #[test]
    fn a_stable_queue_is_not_called_unstable() {
        for rho in [0.5, 0.8, 0.95] {
            let alarms = (0..50).filter(|seed| trend(&queue(*seed, rho)) != Trend::Stable);
            assert_eq!(alarms.count(), 0, "load {rho}");
        }
    }

    #[test]
    fn two_replications_are_enough_to_tell_an_overloaded_queue_from_a_stable_one() {
        for seed in 0..50 {
            let of = |rho| trend(&queue(seed, rho)[..2]);
            assert_ne!(of(1.2), Trend::Stable, "seed {seed}");
            for rho in [0.5, 0.8, 0.95] {
                assert_eq!(of(rho), Trend::Stable, "seed {seed}, load {rho}");
            }
        }
    }

    #[test]
    fn an_overloaded_queue_is_unstable_since_the_beginning() {
        for seed in 0..20 {
            let Trend::Unstable { since } = trend(&queue(seed, 1.2)) else {
                panic!("seed {seed}: called stable")
            };
            assert!(since <= 20, "seed {seed}: since {since}");
        }
    }

    #[test]
    fn growth_that_begins_during_the_run_is_dated() {
        let levels = noisy(10, |slot| 3.0 + 0.1 * (slot - 150.0).max(0.0));
        let Trend::Unstable { since } = trend(&levels) else { panic!("called stable") };
        assert!((148..=152).contains(&since), "since {since}");
    }

    #[test]
    fn a_warm_up_that_settles_is_stable() {
        let levels = noisy(10, |slot| 50.0 * (1.0 - libm::exp(-slot / 60.0)));
        assert_eq!(trend(&levels), Trend::Stable);
    }

    #[test]
    fn growth_too_small_to_matter_is_stable() {
        assert_eq!(trend(&noisy(10, |slot| 100.0 + 0.01 * slot)), Trend::Stable);
    }

    #[test]
    fn one_replication_is_judged_by_growth_without_return() {
        assert!(matches!(trend(&noisy(1, |slot| 0.1 * slot)), Trend::Unstable { .. }));
        assert_eq!(trend(&noisy(1, |_| 4.0)), Trend::Stable);
    }

    #[test]
    fn nothing_is_said_of_a_series_of_a_few_slots() {
        assert_eq!(trend(&[vec![1.0, 9.0, 99.0]]), Trend::Stable);
        assert_eq!(trend(&[]), Trend::Stable);
    }
}
