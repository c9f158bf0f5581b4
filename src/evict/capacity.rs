//! How much a cache holds: `"512MiB"`, or `{ objects = 10_000 }`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::unit::{Bytes, Quantity};

/// How much a cache holds, in bytes of responses or in objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// So many bytes.
    Bytes(u64),
    /// So many objects, however large.
    Objects(u64),
}

/// A place of the store takes some 50 bytes: of more objects there is none in memory.
const MAX_OBJECTS: i64 = 1_000_000_000;

impl Capacity {
    /// All that it holds, in its own unit.
    #[inline]
    #[must_use]
    pub const fn most(self) -> u64 {
        match self {
            Self::Bytes(most) | Self::Objects(most) => most,
        }
    }

    /// What an object of so many bytes takes of it.
    #[inline]
    #[must_use]
    pub const fn weight(self, bytes: u64) -> u64 {
        match self {
            // Whatever is stored takes some place, or there would be no end of it.
            Self::Bytes(_) if bytes == 0 => 1,
            Self::Bytes(_) => bytes,
            Self::Objects(_) => 1,
        }
    }
}

/// The table with the number of objects.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// So many objects, however large: 1 to 1,000,000,000.
    Objects,
}

impl<'de> Deserialize<'de> for Capacity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(CapacityVisitor)
    }
}

struct CapacityVisitor;

impl<'de> Visitor<'de> for CapacityVisitor {
    type Value = Capacity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as \"512MiB\", or a table such as { objects = 10_000 }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Capacity, E> {
        match Bytes::from_text(text).map_err(E::custom)? {
            Bytes(0) => Err(E::custom("a cache holds something: `capacity` is above 0B")),
            Bytes(bytes) => Ok(Capacity::Bytes(bytes)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Capacity, A::Error> {
        const ONE: &str = "`capacity` is a size, or a table with the key `objects`";
        let Word::Objects = table.next_key()?.ok_or_else(|| Error::custom(ONE))?;
        let objects: i64 = table.next_value()?;
        if table.next_key::<Word>()?.is_some() {
            return Err(Error::custom(ONE));
        }
        let is_sound = (1..=MAX_OBJECTS).contains(&objects);
        u64::try_from(objects).ok().filter(|_| is_sound).map(Capacity::Objects).ok_or_else(|| {
            Error::custom(format!("a cache holds from 1 to {MAX_OBJECTS} objects, not {objects}"))
        })
    }
}

impl Serialize for Capacity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bytes(bytes) => Bytes(*bytes).serialize(to),
            Self::Objects(objects) => to.collect_map([(Word::Objects, objects)]),
        }
    }
}

impl JsonSchema for Capacity {
    fn schema_name() -> Cow<'static, str> {
        "Capacity".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How much a cache holds: a size such as \"512MiB\", or objects.",
            "oneOf": [
                generator.subschema_for::<Bytes>(),
                {
                    "description": "So many objects, however large.",
                    "type": "object",
                    "properties": {
                        "objects": {
                            "description": "How many objects.",
                            "type": "integer",
                            "minimum": 1,
                            "maximum": MAX_OBJECTS,
                        },
                    },
                    "required": ["objects"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Cache {
        capacity: Capacity,
    }

    fn read(text: &str) -> Result<Capacity, String> {
        let cache: Result<Cache, _> = toml::from_str(&format!("capacity = {text}"));
        cache.map(|it| it.capacity).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn bytes_and_objects_can_be_written_and_read_again() {
        for (text, capacity) in [
            ("\"512MiB\"", Capacity::Bytes(512 << 20)),
            ("{ objects = 10_000 }", Capacity::Objects(10_000)),
        ] {
            assert_eq!(read(text), Ok(capacity));
            let json = serde_json::to_string(&capacity).unwrap();
            assert_eq!(serde_json::from_str::<Capacity>(&json).unwrap(), capacity, "{json}");
        }
    }

    #[test]
    fn what_is_no_capacity_is_refused_with_what_is_allowed() {
        for (text, said) in [
            ("\"0B\"", "above 0B"),
            ("\"512\"", "needs a unit"),
            ("{ objects = 0 }", "from 1 to 1000000000 objects, not 0"),
            ("{ objects = -1 }", "not -1"),
            ("{ object = 5 }", "expected `objects`"),
            ("{}", "the key `objects`"),
            ("10_000", "a size such as \"512MiB\", or a table such as { objects = 10_000 }"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn an_object_of_no_bytes_takes_a_place_all_the_same() {
        assert_eq!(Capacity::Bytes(10).weight(0), 1);
        assert_eq!(Capacity::Objects(10).weight(5_000), 1);
    }
}
