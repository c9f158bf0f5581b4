//! Probabilities and shares: a number from 0 to 1.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A probability or a share: from 0 to 1, never NaN.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Probability(f64);

impl Probability {
    /// It never happens.
    pub const NEVER: Self = Self(0.0);
    /// It always happens.
    pub const ALWAYS: Self = Self(1.0);

    /// The probability `p`, or `None` outside of 0 to 1.
    #[must_use]
    pub fn new(p: f64) -> Option<Self> {
        (0.0..=1.0).contains(&p).then_some(Self(p))
    }

    /// The number from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Whether an event of this probability happens, given 64 uniform random bits.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
    pub fn happens(self, bits: u64) -> bool {
        ((bits >> 11) as f64) * (1.0 / 9_007_199_254_740_992.0) < self.0
    }
}

struct ProbabilityVisitor;

impl Visitor<'_> for ProbabilityVisitor {
    type Value = Probability;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number from 0 to 1")
    }

    fn visit_f64<E: Error>(self, p: f64) -> Result<Probability, E> {
        Probability::new(p)
            .ok_or_else(|| E::custom(format!("a probability is a number from 0 to 1, not {p}")))
    }

    #[allow(clippy::cast_precision_loss, reason = "only 0 and 1 pass")]
    fn visit_i64<E: Error>(self, p: i64) -> Result<Probability, E> {
        self.visit_f64(p as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Probability, E> {
        let percent = text.strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok());
        Err(E::custom(percent.map_or_else(
            || "a probability is a number from 0 to 1".to_owned(),
            // A hundredth of 99.9 is no more 0.999 than any other binary number.
            |n| {
                let share = format!("{:.11e}", n / 100.0).parse().unwrap_or(n / 100.0);
                format!("a probability is a number from 0 to 1: write {share}")
            },
        )))
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ProbabilityVisitor)
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.0)
    }
}

impl JsonSchema for Probability {
    fn schema_name() -> Cow<'static, str> {
        "Probability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_from_0_to_1_are_probabilities() {
        for p in [0.0, 0.5, 1.0] {
            assert!(Probability::new(p).is_some(), "{p}");
        }
        for p in [-0.1, 1.000_000_1, f64::NAN, f64::INFINITY] {
            assert!(Probability::new(p).is_none(), "{p}");
        }
    }

    #[test]
    fn a_percentage_is_told_as_the_number_that_it_is() {
        for (text, share) in [("99.9%", "0.999"), ("7 %", "0.07"), ("0.01%", "0.0001")] {
            let read = ProbabilityVisitor.visit_str::<serde::de::value::Error>(text);
            let told = read.expect_err("no number").to_string();
            assert!(told.ends_with(&format!(": write {share}")), "{told}");
        }
    }

    #[test]
    fn the_sure_always_happens_and_the_impossible_never() {
        for bits in [0, 1 << 40, u64::MAX] {
            assert!(Probability::ALWAYS.happens(bits));
            assert!(!Probability::NEVER.happens(bits));
        }
    }
}
