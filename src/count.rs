//! Counts: `3`, `{ geometric = { mean = 5 } }`, `{ poisson = { mean = 4 } }`.
//!
//! How many pages a visit has, how many resources a page, how often a call is made.

use std::borrow::Cow;
use std::fmt;

use rand::Rng;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::dist::exponential::standard_exponential;
use crate::dist::number::numbers;
use crate::math::ln_gamma;
use crate::rng::open_unit;

/// A number of things, fixed or drawn; ready to be sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Count {
    /// Always the same.
    Constant(u32),
    /// The number of trials up to the first success: at least 1.
    Geometric(Geometric),
    /// The number of events that are independent of one another.
    Poisson(Poisson),
}

/// The geometric law on 1, 2, 3...: P(N > n) = (1 - 1/mean)^n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometric {
    mean: GeometricMean,
    /// -ln(1 - 1/mean): infinite if the mean is 1.
    rate: f64,
}

/// The Poisson law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poisson {
    mean: PoissonMean,
    method: Method,
}

/// How a Poisson variable is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    /// By inversion, from the probability of 0.
    Inversion { none: f64 },
    /// By transformed rejection, with the constants of its paper.
    Rejection { ln_mean: f64, a: f64, b: f64, ln_inverse_alpha: f64, v_r: f64 },
}

numbers! {
    /// The mean, from 1 on, since the count is at least 1.
    GeometricMean(1.0..=1e6), "the mean of a geometric count", "";

    /// The mean.
    PoissonMean(0.000_001..=1e6), "the mean of a Poisson count", "";
}

/// The drawn counts, as they are written.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Drawn {
    /// The number of trials up to the first success: at least 1.
    Geometric(Mean<GeometricMean>),
    /// The number of events that are independent of one another.
    Poisson(Mean<PoissonMean>),
}

/// The only parameter of a drawn count.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Mean<N> {
    /// The mean of the count.
    mean: N,
}

impl Count {
    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(n) => f64::from(*n),
            Self::Geometric(law) => law.mean.get(),
            Self::Poisson(law) => law.mean.get(),
        }
    }

    /// A count. A constant takes no draw.
    #[inline]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        match self {
            Self::Constant(n) => *n,
            Self::Geometric(law) => law.sample(rng),
            Self::Poisson(law) => law.sample(rng),
        }
    }
}

impl Geometric {
    /// The law with this mean.
    #[must_use]
    pub fn new(mean: GeometricMean) -> Self {
        Self { mean, rate: -libm::log1p(-1.0 / mean.get()) }
    }

    /// By inversion: the whole part of an exponential variable is geometric. With the largest
    /// mean the largest sample is below 3.7e7.
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        1 + whole(standard_exponential(rng.next_u64()) / self.rate)
    }
}

impl Poisson {
    /// The law with this mean.
    #[must_use]
    pub fn new(mean: PoissonMean) -> Self {
        let m = mean.get();
        if m < 10.0 {
            return Self { mean, method: Method::Inversion { none: libm::exp(-m) } };
        }
        let b = 0.931 + 2.53 * m.sqrt();
        let method = Method::Rejection {
            ln_mean: libm::log(m),
            a: -0.059 + 0.024_83 * b,
            b,
            ln_inverse_alpha: libm::log(1.1239 + 1.1328 / (b - 3.4)),
            v_r: 0.9277 - 3.6224 / (b - 2.0),
        };
        Self { mean, method }
    }

    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> u32 {
        match self.method {
            Method::Inversion { none } => invert(self.mean.get(), none, open_unit(rng.next_u64())),
            Method::Rejection { ln_mean, a, b, ln_inverse_alpha, v_r } => loop {
                // PTRS of Hörmann, "The transformed rejection method for generating Poisson
                // random variables", Insurance: Mathematics and Economics 12 (1993).
                let u = open_unit(rng.next_u64()) - 0.5;
                let v = open_unit(rng.next_u64());
                let us = 0.5 - u.abs();
                let k = libm::floor((2.0 * a / us + b) * u + self.mean.get() + 0.43);
                if us >= 0.07 && v <= v_r {
                    return whole(k);
                }
                if k < 0.0 || (us < 0.013 && v > us) {
                    continue;
                }
                let density = k * ln_mean - self.mean.get() - ln_gamma(k + 1.0);
                if libm::log(v) + ln_inverse_alpha - libm::log(a / (us * us) + b) <= density {
                    return whole(k);
                }
            },
        }
    }
}

/// The Poisson count at `u` by adding probabilities up, for a mean below 10. The sum stops at
/// 100, above which lies less than 1e-60: rounding may keep it below the largest `u`.
#[inline]
fn invert(mean: f64, none: f64, u: f64) -> u32 {
    let (mut left, mut probability, mut k) = (u, none, 0_u32);
    while left > probability && k < 100 {
        left -= probability;
        k += 1;
        probability *= mean / f64::from(k);
    }
    k
}

/// The whole part of a number from 0 to 2^32.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts cut and saturate"
)]
const fn whole(x: f64) -> u32 {
    x as u32
}

impl From<Drawn> for Count {
    fn from(drawn: Drawn) -> Self {
        match drawn {
            Drawn::Geometric(law) => Self::Geometric(Geometric::new(law.mean)),
            Drawn::Poisson(law) => Self::Poisson(Poisson::new(law.mean)),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number such as 3, or a law such as { geometric = { mean = 5 } }")
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Count, E> {
        let count = u32::try_from(n).map(Count::Constant);
        count.map_err(|_| E::custom(format!("a count is from 0 to {}, not {n}", u32::MAX)))
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Count, E> {
        self.visit_i64(i64::try_from(n).unwrap_or(i64::MAX))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Count, A::Error> {
        let drawn = Drawn::deserialize(MapAccessDeserializer::new(&mut table))?;
        if table.next_key::<IgnoredAny>()?.is_some() {
            return Err(Error::custom("a count is one law: `geometric` or `poisson`"));
        }
        Ok(drawn.into())
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(n) => n.serialize(to),
            Self::Geometric(law) => Drawn::Geometric(Mean { mean: law.mean }).serialize(to),
            Self::Poisson(law) => Drawn::Poisson(Mean { mean: law.mean }).serialize(to),
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let drawn = Drawn::json_schema(generator);
        json_schema!({
            "description": "A count: a whole number, or a table with one law in it.",
            "anyOf": [{ "type": "integer", "minimum": 0, "maximum": u32::MAX }, drawn],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Key, Purpose};

    fn read(text: &str) -> Result<Count, toml::de::Error> {
        #[derive(Deserialize)]
        struct Scenario {
            count: Count,
        }
        toml::from_str(&format!("count = {text}")).map(|scenario: Scenario| scenario.count)
    }

    fn draws(text: &str, number: u32) -> Vec<u32> {
        let mut rng = Key::root(1, 0).draws(Purpose::named("count"));
        let count = read(text).unwrap();
        (0..number).map(|_| count.sample(&mut rng)).collect()
    }

    /// Checks 200000 counts against the probabilities of 0, 1, 2... by a chi-squared test at
    /// p = 0.001 (its quantile by Wilson and Hilferty), over counts expected at least 10 times.
    #[track_caller]
    fn fits(text: &str, probability: impl Fn(u32) -> f64) {
        let draws = draws(text, 200_000);
        let (mut rest, mut cells, mut distance) = (200_000.0, 0.0, 0.0);
        for count in 0..2_000 {
            let expected = 2e5 * probability(count);
            if expected >= 10.0 {
                let seen = draws.iter().filter(|n| **n == count).count();
                let off = f64::from(u32::try_from(seen).unwrap()) - expected;
                distance += off * off / expected;
                cells += 1.0;
                rest -= f64::from(u32::try_from(seen).unwrap());
            }
        }
        let third: f64 = 2.0 / (9.0 * cells);
        let root = 1.0 - third + 3.09 * third.sqrt();
        assert!(distance < cells * root * root * root, "{text}: {distance} over {cells} cells");
        assert!(rest < 1_000.0, "{text}: {rest} counts are outside of the cells");
    }

    /// The Poisson probability of a count.
    fn poisson(mean: f64) -> impl Fn(u32) -> f64 {
        move |n| {
            let n = f64::from(n);
            libm::exp(n * libm::log(mean) - mean - ln_gamma(n + 1.0))
        }
    }

    #[test]
    fn a_number_is_constant() {
        assert_eq!(draws("3", 2), [3, 3]);
        assert_eq!(read("0").unwrap().mean().to_string(), "0");
    }

    #[test]
    fn geometric_counts_follow_their_law_from_1_on() {
        fits("{ geometric = { mean = 5 } }", |n| match n {
            0 => 0.0,
            _ => 0.2 * libm::pow(0.8, f64::from(n) - 1.0),
        });
        assert_eq!(draws("{ geometric = { mean = 1 } }", 3), [1, 1, 1]);
    }

    #[test]
    fn poisson_counts_follow_their_law_by_either_method() {
        for mean in [0.5, 4.0, 9.99, 10.0, 100.0] {
            fits(&format!("{{ poisson = {{ mean = {mean} }} }}"), poisson(mean));
        }
    }

    #[test]
    fn large_poisson_counts_have_the_mean_and_the_variance() {
        let draws = draws("{ poisson = { mean = 1e6 } }", 100_000);
        let off: Vec<f64> = draws.iter().map(|n| f64::from(*n) - 1e6).collect();
        let mean = off.iter().sum::<f64>() / 1e5;
        let variance = off.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 4.5 * (1e6_f64 / 1e5).sqrt(), "the mean is off by {mean}");
        assert!((variance / 1e6 - 1.0).abs() < 4.5 * (2e-5_f64).sqrt(), "variance {variance}");
    }

    #[test]
    fn inversion_ends_at_the_largest_draw() {
        let count = invert(9.99, libm::exp(-9.99), open_unit(u64::MAX));
        assert!((40..=100).contains(&count), "{count}");
    }

    #[test]
    fn the_first_counts_are_pinned() {
        assert_eq!(draws("{ geometric = { mean = 5 } }", 5), [3, 1, 3, 3, 1]);
        assert_eq!(draws("{ poisson = { mean = 4 } }", 5), [3, 1, 3, 4, 2]);
        assert_eq!(draws("{ poisson = { mean = 40 } }", 5), [39, 37, 30, 38, 52]);
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for (text, said) in [
            ("-1", "a count is from 0 to 4294967295, not -1"),
            ("5_000_000_000", "not 5000000000"),
            ("2.5", "expected a whole number such as 3"),
            (r#""3""#, "expected a whole number such as 3"),
            ("{ geometric = { mean = 0.5 } }", "a geometric count is a number from 1 to 1000000"),
            ("{ poisson = { mean = 0 } }", "not 0"),
            ("{ poisson = { mean = nan } }", "not NaN"),
            ("{ poisson = { rate = 1 } }", "unknown field `rate`"),
            ("{ geometric = { mean = 5 }, poisson = { mean = 4 } }", "a count is one law"),
            ("{ binomial = { mean = 5 } }", "unknown variant `binomial`"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.message().contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn counts_can_be_written_and_read_again() {
        for text in ["3", "{ geometric = { mean = 5.5 } }", "{ poisson = { mean = 4.5 } }"] {
            let json = serde_json::to_string(&read(text).unwrap()).unwrap();
            assert_eq!(
                serde_json::from_str::<Count>(&json).unwrap(),
                read(text).unwrap(),
                "{json}"
            );
        }
    }

    #[test]
    fn the_schema_has_the_number_and_both_laws() {
        let schema = schemars::schema_for!(Count).to_value().to_string();
        for word in ["integer", "geometric", "poisson"] {
            assert!(schema.contains(word), "{schema}");
        }
    }
}
