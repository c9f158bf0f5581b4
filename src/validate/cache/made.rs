//! Traces that are made by a rule: the same requests, to the last, as the generator made of which
//! the expected counts of misses were taken.
//!
//! Draws are SplitMix64 in counter mode: draw `i` of a lane is a function of seed, lane and `i`
//! alone. A popular object has a low number.

use crate::rng::mix;

/// How a trace is made: `zipf --seed 1 --n 1000000 --objects 100000 --alpha 0.8 --param 0`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipe {
    kind: Kind,
    seed: u64,
    requests: u64,
    objects: u32,
    exponent: f64,
    param: f64,
}

/// What decides which object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Zipf's law.
    Zipf,
    /// Zipf's law, whose first object is another one after every `param` requests.
    Drift,
    /// An object that was never asked for with the probability `param`, else Zipf's law.
    OneHit,
    /// All objects in turn.
    Loop,
    /// Zipf's law, but at the end of every `param` requests 2,000 objects in turn.
    Scan,
}

/// How many ranks popularity moves by at a time.
const DRIFT: u64 = 200;

/// How many objects a scan goes over, and how many scans there are that differ.
const SCAN: u64 = 2_000;
const SCANS: u64 = 8;

impl Recipe {
    /// Reads the arguments of the generator.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let kind = match words.first() {
            Some(&"zipf") => Kind::Zipf,
            Some(&"drift") => Kind::Drift,
            Some(&"onehit") => Kind::OneHit,
            Some(&"loop") => Kind::Loop,
            Some(&"scan") => Kind::Scan,
            _ => return Err(format!("`{text}` begins with no kind of trace")),
        };
        Ok(Self {
            kind,
            seed: argument(&words, "--seed", None)?,
            requests: argument(&words, "--n", Some(1_000_000))?,
            objects: argument(&words, "--objects", Some(100_000))?,
            exponent: argument(&words, "--alpha", Some(1.0))?,
            param: argument(&words, "--param", Some(0.0))?,
        })
    }

    /// The objects that are asked for, in their order.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "objects and requests are below 2^32, and so is the parameter that counts them"
    )]
    pub(super) fn ids(&self) -> Vec<u32> {
        let (objects, every) = (u64::from(self.objects), (self.param as u64).max(1));
        let law = if self.kind == Kind::Loop { Vec::new() } else { self.law() };
        let rank = |n| law.partition_point(|end| *end <= draw(self.seed, 0, n)) as u64;
        let mut fresh = 0;
        let id = |n: u64| match self.kind {
            Kind::Zipf => rank(n),
            Kind::Loop => n % objects,
            Kind::Drift => (rank(n) + n / every * DRIFT) % objects,
            Kind::OneHit if draw(self.seed, 1, n) < self.param => {
                fresh += 1;
                objects + fresh - 1
            }
            Kind::OneHit => rank(n),
            Kind::Scan => match (n % every).checked_sub(every.saturating_sub(SCAN)) {
                Some(step) => objects + step + SCAN * (n / every % SCANS),
                None => rank(n),
            },
        };
        (0..self.requests).map(id).map(|id| id as u32).collect()
    }

    /// The probability of each rank and all before it.
    fn law(&self) -> Vec<f64> {
        let mut sum = 0.0;
        let mut law: Vec<f64> = (1..=self.objects)
            .map(|rank| {
                sum += libm::pow(f64::from(rank), -self.exponent);
                sum
            })
            .collect();
        law.iter_mut().for_each(|end| *end /= sum);
        if let Some(last) = law.last_mut() {
            *last = 1.0;
        }
        law
    }
}

/// Sizes of so many objects, lognormal around 16 KiB; `sizes --seed 1 --objects 100000`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are from 64 bytes to 64 MiB"
)]
pub(super) fn sizes(text: &str) -> Result<Vec<u32>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let seed = argument(&words, "--seed", None)?;
    let objects: u64 = argument(&words, "--objects", Some(100_000))?;
    let size = |id| {
        let (one, two) = (draw(seed, 2, id), draw(seed, 3, id));
        let normal =
            (-2.0 * libm::log(1.0 - one)).sqrt() * libm::cos(2.0 * std::f64::consts::PI * two);
        let size = libm::exp(libm::log(16_384.0) + 1.5 * normal);
        size.round_ties_even().clamp(64.0, 67_108_864.0) as u32
    };
    Ok((0..objects).map(size).collect())
}

/// The uniform number of draw `number` from 0.
#[allow(clippy::cast_precision_loss, reason = "53 bits are left")]
pub(super) fn draw(seed: u64, lane: u64, number: u64) -> f64 {
    let stream = seed
        .wrapping_mul(0x0100_0000_01b3)
        .wrapping_add(lane.wrapping_mul(0xd134_2543_de82_ef95))
        .wrapping_add((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (mix(stream) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// The value after a word.
fn argument<T: std::str::FromStr>(
    words: &[&str],
    name: &str,
    default: Option<T>,
) -> Result<T, String> {
    let Some(place) = words.iter().position(|word| *word == name) else {
        return default.ok_or_else(|| format!("`{name}` is missing"));
    };
    let value = words.get(place + 1).and_then(|value| value.parse().ok());
    value.ok_or_else(|| format!("there is no value for `{name}`"))
}
