//! What the tests of all counts share: moments, a chi-squared test, first draws, refusals.

use serde::Deserialize;

use super::Count;
use crate::rng::{Key, Purpose};

pub(super) fn read(text: &str) -> Result<Count, toml::de::Error> {
    #[derive(Deserialize)]
    struct Scenario {
        count: Count,
    }
    toml::from_str(&format!("count = {text}")).map(|scenario: Scenario| scenario.count)
}

/// The first counts with a request's key.
pub(super) fn draws(text: &str, number: u32) -> Vec<u32> {
    let mut rng = Key::root(1, 0).draws(Purpose::named("count"));
    let count = read(text).unwrap();
    (0..number).map(|_| count.sample(&mut rng)).collect()
}

/// Checks that reading the text is an error that says so.
#[track_caller]
pub(super) fn refused(text: &str, said: &str) {
    let error = read(text).expect_err(text);
    assert!(error.message().contains(said), "{text}: {error}");
}

/// Checks that the law states this mean, and that the moments of 200000 counts are within 4.5
/// standard errors, by the measured fourth moment.
#[track_caller]
pub(super) fn moments(text: &str, mean: f64, variance: f64) {
    assert_eq!(read(text).unwrap().mean().to_bits(), mean.to_bits());
    let off: Vec<f64> = draws(text, 200_000).iter().map(|n| f64::from(*n) - mean).collect();
    let first = off.iter().sum::<f64>() / 2e5;
    let second = off.iter().map(|x| x * x).sum::<f64>() / 2e5;
    let fourth = off.iter().map(|x| x * x * x * x).sum::<f64>() / 2e5;
    assert!(first.abs() <= 4.5 * (variance / 2e5).sqrt(), "{text}: the mean is off by {first}");
    let off = (second - variance).abs();
    let limit = 4.5 * ((fourth - second * second).max(0.0) / 2e5).sqrt();
    assert!(off <= limit, "{text}: the variance is off by {off}, more than {limit}");
}

/// Checks 200000 counts against the probabilities of 0, 1, 2... by a chi-squared test at
/// p = 0.001 (its quantile by Wilson and Hilferty) over the counts expected at least 10 times.
#[track_caller]
pub(super) fn fits(text: &str, probability: impl Fn(u32) -> f64) {
    let mut seen = [0.0; 500];
    for count in draws(text, 200_000) {
        seen[count as usize] += 1.0;
    }
    let expected = (0..500).map(|count| 2e5 * probability(count));
    let cells: Vec<(f64, f64)> =
        seen.into_iter().zip(expected).filter(|(_, expected)| *expected >= 10.0).collect();
    let distance: f64 = cells.iter().map(|(n, m)| (n - m) * (n - m) / m).sum();
    let number = f64::from(u32::try_from(cells.len()).unwrap());
    let third: f64 = 2.0 / (9.0 * number);
    let root = 1.0 - third + 3.09 * third.sqrt();
    let limit = number * root * root * root;
    assert!(distance < limit, "{text}: {distance} is above {limit} over {number} cells");
    let inside: f64 = cells.iter().map(|(n, _)| n).sum();
    assert!(inside > 199_000.0, "{text}: only {inside} counts are within the cells");
}
