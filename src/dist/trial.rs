//! What the tests of all laws share: exact moments, a Kolmogorov-Smirnov test against the law's
//! distribution function and against another sampler, pinned first samples, and refusals.

use std::convert::Infallible;

use rand::TryRng;
use rand_distr::Distribution;
use serde::Deserialize;

use super::{Dist, Law, Measure};
use crate::rng::{Key, Purpose, Stream};
use crate::time::Span;

/// A generator that gives one draw for ever.
pub(crate) struct Fixed(pub(crate) u64);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::try_from(self.0 >> 32).unwrap())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0);
        Ok(())
    }
}

/// The scenario text around a distribution.
pub(super) fn source(text: &str) -> String {
    format!("dist = {text}\n")
}

pub(super) fn read<Q: Measure>(text: &str) -> Result<Dist<Q>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(bound = "")]
    struct Scenario<Q: Measure> {
        dist: Dist<Q>,
    }
    toml::from_str::<Scenario<Q>>(&source(text)).map(|scenario| scenario.dist)
}

pub(super) fn dist(text: &str) -> Dist<Span> {
    read(text).unwrap()
}

pub(super) fn no_files(_: &str) -> Result<String, String> {
    Err("there are no files here".to_owned())
}

/// The law of a text that may name a file of this content.
pub(super) fn build(text: &str, file: &str) -> Result<Law, String> {
    dist(text).law(&mut |_| Ok(file.to_owned()))
}

pub(super) fn law(text: &str) -> Law {
    dist(text).law(&mut no_files).unwrap()
}

/// The empirical law in a file of this content.
pub(super) fn law_of(file: &str) -> Law {
    build(r#"{ empirical = "file.csv" }"#, file).unwrap()
}

/// Checks that reading the text or building its law is an error that says so.
#[track_caller]
pub(super) fn refused(text: &str, said: &str) {
    let error = match read::<Span>(text) {
        Err(error) => error.message().to_owned(),
        Ok(dist) => dist.law(&mut no_files).expect_err(text),
    };
    assert!(error.contains(said), "{text}: {error}");
}

fn stream(purpose: &str) -> Stream {
    Key::root(1, 0).stream("dist", purpose)
}

pub(super) fn draws(law: &impl Distribution<f64>, count: usize) -> Vec<f64> {
    law.sample_iter(stream("trial")).take(count).collect()
}

/// The first three samples with a request's key.
pub(super) fn first_of(law: &Law) -> String {
    let mut rng = Key::root(1, 0).draws(Purpose::named("trial"));
    format!("{:?}", [0; 3].map(|_| law.sample(&mut rng)))
}

pub(super) fn first(text: &str) -> String {
    first_of(&law(text))
}

#[track_caller]
pub(super) fn moments(text: &str, mean: f64, variance: f64) {
    moments_of(&law(text), mean, variance);
}

/// Checks that the law states these moments, and that those of a million samples are within 4.5
/// standard errors, by the measured fourth moment.
#[track_caller]
pub(super) fn moments_of(law: &Law, mean: f64, variance: f64) {
    let near = |stated: f64, known: f64| (stated - known).abs() <= 1e-9 * known;
    assert!(near(law.mean(), mean), "the mean is {mean}, not {}", law.mean());
    assert!(near(law.variance(), variance), "the variance is {variance}, not {}", law.variance());
    let count = 1_000_000_u32;
    let (mut first, mut second, mut fourth) = (0.0, 0.0, 0.0);
    for sample in law.sample_iter(stream("moments")).take(count as usize) {
        let off = sample - mean;
        let square = off * off;
        first += off;
        second += square;
        fourth += square * square;
    }
    let count = f64::from(count);
    let (first, second, fourth) = (first / count, second / count, fourth / count);
    let off_mean = 4.5 * (variance / count).sqrt();
    assert!(first.abs() <= off_mean, "the mean is off by {first}, more than {off_mean}");
    let off = 4.5 * ((fourth - second * second).max(0.0) / count).sqrt();
    let error = (second - variance).abs();
    assert!(error <= off, "the variance is off by {error}, more than {off}");
}

/// The limit of a Kolmogorov-Smirnov distance, times the root of the (effective) sample size,
/// that is passed with probability 0.001.
const LIMIT: f64 = 1.9495;

#[track_caller]
pub(super) fn fits(text: &str, cdf: impl Fn(f64) -> f64) {
    fits_law(&law(text), cdf);
}

/// Checks 100000 samples against a continuous distribution function at p = 0.001.
#[track_caller]
pub(super) fn fits_law(law: &Law, cdf: impl Fn(f64) -> f64) {
    let count = 100_000_u32;
    let mut samples = draws(law, count as usize);
    samples.sort_by(f64::total_cmp);
    let count = f64::from(count);
    let distance = samples.iter().zip(0_u32..).fold(0.0_f64, |most, (sample, below)| {
        let (known, below) = (cdf(*sample), f64::from(below));
        most.max(known - below / count).max((below + 1.0) / count - known)
    });
    let scaled = distance * count.sqrt();
    assert!(scaled < LIMIT, "the samples do not follow the law: {scaled}");
}

/// Checks 100000 samples against as many of another sampler at p = 0.001.
#[track_caller]
pub(super) fn agrees(text: &str, oracle: impl Distribution<f64>) {
    let count = 100_000_u32;
    let mut ours = draws(&law(text), count as usize);
    let mut theirs: Vec<f64> = oracle.sample_iter(stream("oracle")).take(count as usize).collect();
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (mut i, mut j, mut distance) = (0, 0, 0_usize);
    while i < ours.len() && j < theirs.len() {
        if ours[i] <= theirs[j] {
            i += 1;
        } else {
            j += 1;
        }
        distance = distance.max(i.abs_diff(j));
    }
    let scaled = f64::from(u32::try_from(distance).unwrap()) / (2.0 * f64::from(count)).sqrt();
    assert!(scaled < LIMIT, "the samplers do not agree: {scaled}");
}
