//! Ratios of two counts or sums that both vary: hit ratios, error rates, means over a random
//! number of requests.

use super::confidence::Confidence;
use super::interval::{Interval, MIN_REPLICATIONS};
use super::summary::Summary;

/// The ratio of the sums of `numerators` and `denominators`, one pair of each replication, with
/// the interval of the jackknife over replications.
///
/// The jackknife removes the bias of order 1/n that a ratio of means has, and unlike the mean of
/// the ratios it weighs each replication by its denominator (Law, section 9.5.3).
///
/// `None` of fewer than five replications, if a value is missing, or if leaving one out leaves
/// nothing to divide by.
#[must_use]
pub fn ratio(numerators: &[f64], denominators: &[f64], confidence: Confidence) -> Option<Interval> {
    let count = numerators.len();
    if count != denominators.len() || count < MIN_REPLICATIONS {
        return None;
    }
    let (above, below): (f64, f64) = (numerators.iter().sum(), denominators.iter().sum());
    let all = above / below;
    let mut pseudo = Summary::default();
    for (numerator, denominator) in numerators.iter().zip(denominators) {
        let without = (above - numerator) / (below - denominator);
        pseudo.push(count as f64 * all - (count - 1) as f64 * without);
    }
    let half_width = confidence.student((count - 1) as f64) * pseudo.standard_error();
    let interval = Interval::around(pseudo.mean(), half_width);
    (interval.mean.is_finite() && half_width.is_finite()).then_some(interval)
}

/// The share of `trials` that were `events`, one pair of each replication, with an interval
/// within \[0, 1\].
///
/// If no trial was an event the interval reaches up to the rule of three, never to 0 alone, and
/// likewise down from 1 if all were. `None` as for [`ratio`].
#[must_use]
pub fn proportion(events: &[u64], trials: &[u64], confidence: Confidence) -> Option<Interval> {
    let floats = |counts: &[u64]| counts.iter().map(|n| *n as f64).collect::<Vec<f64>>();
    let interval = ratio(&floats(events), &floats(trials), confidence)?;
    let mean = interval.mean.clamp(0.0, 1.0);
    let within = Interval { mean, ..interval }.within(0.0, 1.0);
    Some(within.of_share_in(trials.iter().sum(), confidence))
}

/// The upper bound of a probability when none of `trials` independent trials was an event, at most
/// 1: -ln(1 - c) / n at the confidence c, which at 95 % is 3 / n, the rule of three (Hanley and
/// Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983).
#[must_use]
pub fn upper_bound_of_none(trials: u64, confidence: Confidence) -> f64 {
    // The rule says 3 where the logarithm says 2.996.
    let events =
        if confidence == Confidence::P95 { 3.0 } else { -libm::log1p(-confidence.probability()) };
    if trials == 0 { 1.0 } else { (events / trials as f64).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose, open_unit};

    #[test]
    fn a_constant_ratio_has_an_interval_of_no_width() {
        let interval =
            ratio(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0, 6.0, 8.0, 10.0], Confidence::P95);
        let interval = interval.expect("five pairs");
        assert!((interval.mean - 0.5).abs() < 1e-12);
        assert!(interval.half_width() < 1e-9);
    }

    #[test]
    fn large_replications_weigh_more_than_small_ones() {
        let interval = proportion(&[1, 1, 1, 1, 500], &[2, 2, 2, 2, 1_000], Confidence::P95);
        assert!((interval.expect("five pairs").mean - 0.5).abs() < 1e-9);
        let uneven = proportion(&[0, 0, 0, 0, 500], &[2, 2, 2, 2, 1_000], Confidence::P95);
        let mean = uneven.expect("five pairs").mean;
        assert!(mean > 0.3, "a mean of ratios would say 0.1: {mean}");
    }

    #[test]
    fn no_events_bound_the_probability_by_three_over_n() {
        let interval = proportion(&[0; 10], &[300; 10], Confidence::P95).expect("ten pairs");
        assert!((interval.high - 0.001).abs() < 1e-15);
        let all = proportion(&[300; 10], &[300; 10], Confidence::P95).expect("ten pairs");
        assert!((all.low - 0.999).abs() < 1e-15);
        assert!((upper_bound_of_none(2, Confidence::P95) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_surer_bound_on_what_never_happened_is_a_wider_one() {
        let of = |level: f64| upper_bound_of_none(1_000, Confidence::new(level).expect("a level"));
        for (level, events) in
            [(0.8, 1.609_438), (0.99, 4.605_170), (0.95, 3.0), (0.999, 6.907_755)]
        {
            assert!((1_000.0 * of(level) - events).abs() < 1e-6, "{level}: {}", of(level));
            // As many trials without an event are at most as likely as the level leaves over.
            let chance = libm::exp(1_000.0 * libm::log1p(-of(level)));
            assert!(chance <= 1.0 - level, "{level}: {chance}");
        }
        assert!((upper_bound_of_none(0, Confidence::P99) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_divided_gives_no_ratio() {
        assert_eq!(proportion(&[0; 10], &[0; 10], Confidence::P95), None);
        assert_eq!(ratio(&[1.0; 4], &[2.0; 4], Confidence::P95), None);
        assert_eq!(ratio(&[1.0; 5], &[2.0; 6], Confidence::P95), None);
    }

    #[test]
    fn a_proportion_stays_within_0_and_1() {
        let interval = proportion(&[0, 0, 0, 0, 3], &[10; 5], Confidence::P95).expect("five pairs");
        assert!(interval.low >= 0.0 && interval.mean >= 0.0 && interval.high <= 1.0);
    }

    #[test]
    fn the_jackknife_interval_covers_the_true_ratio_as_often_as_it_says() {
        // Denominators vary by a factor of three, and the ratio is 0.2 in truth.
        let covered = (0..1_000).filter(|seed| {
            let (mut events, mut trials) = (Vec::new(), Vec::new());
            for replication in 0..10 {
                let mut draws = Key::root(*seed, replication).draws(Purpose::named("hits"));
                let count = 100 + crate::rng::below(200, draws.next_bits());
                let hit = |_: &u64| open_unit(draws.next_bits()) < 0.2;
                events.push((0..count).filter(hit).count() as u64);
                trials.push(count);
            }
            proportion(&events, &trials, Confidence::P95).expect("ten pairs").contains(0.2)
        });
        let covered = covered.count();
        assert!((920..=980).contains(&covered), "{covered} of 1000");
    }
}
