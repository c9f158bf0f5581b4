//! Which object a request asks for: laws of popularity over objects numbered from 0 on.
//!
//! A choice is a function of one 64-bit draw, and with some laws of the moment or of how many
//! requests were made before, so that a request asks for the same object whatever the design does.
//! Beside any law, [`once::Once`] gives a share of requests objects of their own. To add a law:
//! write its file, add its `mod` line, its line in [`Popularity`] and its sampler in [`Objects`].

pub mod cycle;
pub mod drift;
pub mod once;
mod rejection;
pub mod uniform;
pub mod zipf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::ObjectId;
use crate::time::Time;

/// A law of popularity as a scenario writes it: `"uniform"`, `{ zipf = 0.9 }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Popularity {
    /// All objects are asked for alike.
    Uniform,
    /// The i-th object is asked for in proportion to 1 / i^exponent; given the exponent.
    Zipf(zipf::Exponent),
    /// As `zipf`, but the ranks move over the objects as time goes on.
    Drift(drift::Drift),
    /// One object after the other, and again from the first.
    Loop,
}

/// The sampler of a law of popularity over a number of objects; cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum Objects {
    /// All objects alike.
    Uniform(uniform::UniformObjects),
    /// Zipf's law.
    Zipf(zipf::ZipfObjects),
    /// Zipf's law with moving ranks.
    Drift(drift::DriftObjects),
    /// In turn.
    Loop(cycle::CycleObjects),
}

/// How many requests were made for the objects of an endpoint, where that decides what is asked
/// for next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// Requests by `loop`.
    pub turns: u64,
    /// One-hit wonders.
    pub once: u64,
}

/// The number of this request among those that `count` counts, from 0.
#[inline]
pub const fn next(count: &mut u64) -> u64 {
    let nth = *count;
    *count += 1;
    nth
}

impl Popularity {
    /// The sampler over objects 0 to `count` - 1.
    ///
    /// # Errors
    /// If there is no object.
    pub fn objects(&self, count: u32) -> Result<Objects, String> {
        if count == 0 {
            return Err("there is at least one object to ask for".to_owned());
        }
        Ok(match self {
            Self::Uniform => Objects::Uniform(uniform::UniformObjects::new(count)),
            Self::Zipf(exponent) => Objects::Zipf(zipf::ZipfObjects::new(count, *exponent)),
            Self::Drift(drift) => Objects::Drift(drift::DriftObjects::new(count, drift)),
            Self::Loop => Objects::Loop(cycle::CycleObjects::new(count)),
        })
    }
}

impl Objects {
    /// The object that 64 uniform random bits choose at a moment; `nth` tells, where it is asked,
    /// how many requests were made before.
    #[inline]
    #[must_use]
    pub fn pick(&self, bits: u64, now: Time, nth: impl FnOnce() -> u64) -> ObjectId {
        match self {
            Self::Uniform(law) => law.pick(bits),
            Self::Zipf(law) => law.pick(bits),
            Self::Drift(law) => law.pick(bits, now),
            Self::Loop(law) => law.pick(nth()),
        }
    }

    /// The probability that `object` is chosen, 0 beyond the last one; none under a law by which
    /// requests are not independent of one another or of time.
    #[must_use]
    pub fn probability(&self, object: ObjectId) -> Option<f64> {
        if object.0 >= self.count() {
            return Some(0.0);
        }
        match self {
            Self::Uniform(law) => Some(law.probability()),
            Self::Zipf(law) => Some(law.probability(object)),
            Self::Drift(_) | Self::Loop(_) => None,
        }
    }

    /// The number of objects.
    #[must_use]
    pub const fn count(&self) -> u32 {
        match self {
            Self::Uniform(law) => law.count(),
            Self::Zipf(law) => law.count(),
            Self::Drift(law) => law.count(),
            Self::Loop(law) => law.count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Popularity, toml::de::Error> {
        #[derive(Deserialize)]
        struct Scenario {
            popularity: Popularity,
        }
        let text = format!("popularity = {text}");
        toml::from_str(&text).map(|scenario: Scenario| scenario.popularity)
    }

    #[test]
    fn the_laws_can_be_written_and_read_again() {
        let drift = r#"{ drift = { zipf = 0.9, every = "60s", by = 200 } }"#;
        for text in [r#""uniform""#, "{ zipf = 0.9 }", "{ zipf = 0 }", r#""loop""#, drift] {
            let json = serde_json::to_string(&read(text).unwrap()).unwrap();
            let again: Popularity = serde_json::from_str(&json).unwrap();
            assert_eq!(again, read(text).unwrap(), "{json}");
        }
    }

    #[test]
    fn what_is_no_popularity_is_refused() {
        for (text, said) in [
            ("{ zipf = -0.1 }", "the exponent of Zipf's law is a number from 0 to 100, not -0.1"),
            ("{ zipf = nan }", "not NaN"),
            (r#"{ zipf = "1" }"#, "expected the exponent of Zipf's law"),
            (r#""zpif""#, "unknown variant `zpif`"),
            ("{ zipf = 1, uniform = 1 }", "exactly 1"),
            (r#"{ drift = { zipf = 1, every = "0s", by = 1 } }"#, "`every` is longer than 0s"),
            (r#"{ drift = { zipf = 1, every = "1s", by = 0 } }"#, "`by` is a whole number from 1"),
            (r#"{ drift = { zipf = 1, every = "1s" } }"#, "missing field `by`"),
            ("0.9", "wanted string or table"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.message().contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn no_objects_are_refused_and_beyond_the_last_nothing_is_chosen() {
        assert!(Popularity::Uniform.objects(0).is_err());
        let objects = read("{ zipf = 2 }").unwrap().objects(3).unwrap();
        assert_eq!(format!("{:?}", objects.probability(ObjectId(3))), "Some(0.0)");
    }

    #[test]
    fn laws_of_time_and_order_have_no_probabilities() {
        let drift = read(r#"{ drift = { zipf = 0.9, every = "60s", by = 200 } }"#).unwrap();
        for law in [drift, Popularity::Loop] {
            assert_eq!(law.objects(9).unwrap().probability(ObjectId(0)), None);
        }
    }

    #[test]
    fn the_schema_has_every_law_with_a_description() {
        let schema = schemars::schema_for!(Popularity).to_value();
        let laws = schema["oneOf"].as_array().unwrap();
        assert_eq!(laws.len(), 4);
        assert!(laws.iter().all(|law| law["description"].is_string()), "{schema}");
    }
}
