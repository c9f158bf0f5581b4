//! The text form of a count: a whole number, or a table with one law in it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::Count;
use super::geometric::{Geometric, GeometricMean};
use super::poisson::{Poisson, PoissonMean};

/// A law of counts.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Drawn {
    /// The number of trials up to the first success: at least 1.
    Geometric(Mean<GeometricMean>),
    /// The number of events that are independent of one another.
    Poisson(Mean<PoissonMean>),
}

/// The word for a drawn count.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Geometric,
    Poisson,
}

/// The only parameter of a drawn count.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a table such as { mean = 5 }")]
#[schemars(inline)]
struct Mean<N> {
    /// The mean of the count.
    mean: N,
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
        const ONE: &str = "a count is one law: `geometric` or `poisson`";
        let drawn = match table.next_key()?.ok_or_else(|| Error::custom(ONE))? {
            Word::Geometric => Drawn::Geometric(table.next_value()?),
            Word::Poisson => Drawn::Poisson(table.next_value()?),
        };
        if table.next_key::<IgnoredAny>()?.is_some() {
            return Err(Error::custom(ONE));
        }
        Ok(drawn.into())
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(n) => n.serialize(to),
            Self::Geometric(law) => Drawn::Geometric(Mean { mean: law.mean() }).serialize(to),
            Self::Poisson(law) => Drawn::Poisson(Mean { mean: law.mean() }).serialize(to),
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
    use crate::count::trial;

    #[test]
    fn what_is_no_count_is_refused() {
        trial::refused("-1", "a count is from 0 to 4294967295, not -1");
        trial::refused("5_000_000_000", "not 5000000000");
        trial::refused("2.5", "expected a whole number such as 3, or a law such as");
        trial::refused(r#""3""#, "expected a whole number such as 3");
        trial::refused("{ binomial = { mean = 5 } }", "unknown variant `binomial`");
        trial::refused("{ }", "a count is one law: `geometric` or `poisson`");
    }

    #[test]
    fn two_laws_in_one_table_are_refused() {
        let two = "{ geometric = { mean = 5 }, poisson = { mean = 4 } }";
        trial::refused(two, "a count is one law: `geometric` or `poisson`");
    }

    #[test]
    fn counts_can_be_written_and_read_again() {
        for text in ["3", "{ geometric = { mean = 5.5 } }", "{ poisson = { mean = 4.5 } }"] {
            let count = trial::read(text).unwrap();
            let json = serde_json::to_string(&count).unwrap();
            assert_eq!(serde_json::from_str::<Count>(&json).unwrap(), count, "{json}");
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
