//! The text form of a distribution: a bare quantity, or a table with one law in it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Dist, LAWS, Measure, WORDS};

impl<'de, Q: Measure> Deserialize<'de> for Dist<Q> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DistVisitor(PhantomData))
    }
}

struct DistVisitor<Q>(PhantomData<Q>);

impl<'de, Q: Measure> Visitor<'de> for DistVisitor<Q> {
    type Value = Dist<Q>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, example) = (Q::NOUN, Q::EXAMPLES[0]);
        write!(f, "{noun} such as \"{example}\", or a law such as {{ exp = \"{example}\" }}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Dist<Q>, E> {
        Q::from_text(text).map(Dist::Constant).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Dist<Q>, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Dist<Q>, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<Dist<Q>, E> {
        self.visit_str(&x.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Dist<Q>, A::Error> {
        let Some(word) = table.next_key_seed(FirstKey)? else {
            return Err(Error::custom(format!("a distribution is one law: {}", WORDS.join(", "))));
        };
        let dist = Dist::read(word, &mut table)?;
        table.next_key_seed(SecondKey(word))?;
        Ok(dist)
    }
}

/// Reads the key that names the law. The check stands in the reading of the key, so that the
/// error points at it.
struct FirstKey;

impl<'de> DeserializeSeed<'de> for FirstKey {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<&'static str, D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FirstKey {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a law")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<&'static str, E> {
        let word = WORDS.iter().find(|word| **word == key);
        word.copied().ok_or_else(|| E::unknown_variant(key, WORDS))
    }
}

/// Refuses any key beside that of the law named here.
struct SecondKey(&'static str);

impl<'de> DeserializeSeed<'de> for SecondKey {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_identifier(self)
    }
}

impl Visitor<'_> for SecondKey {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing more")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        let law = self.0;
        Err(E::custom(format!("a distribution is one law: beside `{law}` no `{key}` can stand")))
    }
}

impl<Q: Measure> Serialize for Dist<Q> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let Self::Constant(value) = self {
            return value.serialize(to);
        }
        let mut table = to.serialize_map(Some(1))?;
        self.write(&mut table)?;
        table.end()
    }
}

impl<Q: Measure> JsonSchema for Dist<Q> {
    fn schema_name() -> Cow<'static, str> {
        format!("Dist_of_{}", Q::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut forms = vec![generator.subschema_for::<Q>()];
        forms[0].insert("description".to_owned(), "Always the same value.".into());
        for ((word, about), parameters) in LAWS.iter().zip(Self::schemas(generator)) {
            forms.push(json_schema!({
                "description": about,
                "type": "object",
                "properties": { *word: parameters },
                "required": [word],
                "additionalProperties": false,
            }));
        }
        json_schema!({
            "description": format!("A distribution: {}, or a table with one law in it.", Q::NOUN),
            "oneOf": forms,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::dist::{Dist, LAWS, trial};
    use crate::time::Span;
    use crate::unit::Bytes;

    /// One well-formed text for each law.
    const TEXTS: &[&str] = &[
        r#""5ms""#,
        r#"{ exp = "5ms" }"#,
        r#"{ lognormal = { mean = "5ms", cv = 0.5 } }"#,
        r#"{ gamma = { mean = "5ms", cv = 0.5 } }"#,
        r#"{ erlang = { mean = "5ms", k = 3 } }"#,
        r#"{ hyperexp = { mean = "5ms", cv = 1.5 } }"#,
        r#"{ uniform = { min = "5ms", max = "6ms" } }"#,
        r#"{ weibull = { mean = "5ms", shape = 0.5 } }"#,
        r#"{ pareto = { scale = "5ms", shape = 0.5 } }"#,
        r#"{ bounded_pareto = { min = "5ms", max = "6ms", shape = 0.5 } }"#,
        r#"{ mixture = [{ weight = 1.5, of = "5ms" }, { weight = 2.5, of = { exp = "5ms" } }] }"#,
        r#"{ empirical = "file.csv" }"#,
        r#"{ trace = "service" }"#,
    ];

    #[test]
    fn every_law_can_be_written_and_read_again() {
        assert_eq!(TEXTS.len(), LAWS.len() + 1);
        for text in TEXTS {
            let dist = trial::dist(text);
            let json = serde_json::to_string(&dist).unwrap();
            assert_eq!(serde_json::from_str::<Dist<Span>>(&json).unwrap(), dist, "{json}");
            let toml = toml::to_string(&std::collections::BTreeMap::from([("d", &dist)])).unwrap();
            let again: std::collections::BTreeMap<String, Dist<Span>> =
                toml::from_str(&toml).unwrap();
            assert_eq!(again["d"], dist, "{toml}");
        }
    }

    #[test]
    fn a_law_is_written_as_it_was_read() {
        let json = |text: &str| serde_json::to_string(&trial::dist(text)).unwrap();
        assert_eq!(json(TEXTS[0]), r#""5ms""#);
        assert_eq!(json(TEXTS[8]), r#"{"pareto":{"scale":"5ms","shape":0.5}}"#);
    }

    #[test]
    fn two_laws_in_one_table_are_refused() {
        trial::refused(
            r#"{ exp = "5ms", gamma = { mean = "5ms", cv = 1 } }"#,
            "a distribution is one law: beside `exp` no `gamma` can stand",
        );
    }

    #[test]
    fn what_is_no_law_is_refused() {
        trial::refused("{ }", "a distribution is one law: exp, lognormal, gamma,");
        trial::refused(r#"{ expo = "5ms" }"#, "unknown variant `expo`, expected one of `exp`");
        trial::refused("[1]", "expected a duration such as \"20ms\", or a law such as { exp");
        trial::refused("true", "expected a duration such as \"20ms\", or a law");
    }

    #[test]
    fn parameters_of_another_form_are_refused_with_those_of_the_law() {
        trial::refused(r#"{ gamma = "5ms" }"#, "expected a table with `mean` and `cv`");
        trial::refused(r#"{ pareto = 3 }"#, "a table with `mean` or `scale`, and `shape`");
        trial::refused(r#"{ mixture = ["5ms"] }"#, "expected a table with `weight` and `of`");
    }

    #[test]
    fn errors_point_at_the_offending_key_or_value() {
        for (text, at) in [
            (r#"{ expo = "5ms" }"#, "expo"),
            (r#"{ gamma = { mean = "5ms", cv = 0 } }"#, "0"),
            (r#"{ gamma = { mean = "5ms", vc = 1 } }"#, "vc"),
            (r#"{ gamma = { mean = "5", cv = 1 } }"#, r#""5""#),
            (r#"{ exp = "5ms", uniform = 1 }"#, "uniform"),
            (r#"{ mixture = [{ weight = 1, of = { expo = "5ms" } }] }"#, "expo"),
        ] {
            let error = trial::read::<Span>(text).expect_err(text);
            assert_eq!(trial::source(text).get(error.span().unwrap()), Some(at), "{text}");
        }
    }

    #[test]
    fn the_schema_shows_the_text_and_every_law_with_a_description() {
        let schema = schemars::schema_for!(Dist<Span>).to_value();
        let forms = schema["oneOf"].as_array().unwrap();
        assert_eq!(forms[0]["$ref"], "#/$defs/Span");
        assert!(forms.iter().all(|form| form["description"].is_string()));
        let laws: Vec<&str> =
            forms[1..].iter().map(|form| form["required"][0].as_str().unwrap()).collect();
        assert_eq!(laws, LAWS.iter().map(|(word, _)| *word).collect::<Vec<_>>());
    }

    #[test]
    fn the_schemas_of_durations_and_of_sizes_have_names_of_their_own() {
        let mut generator = schemars::SchemaGenerator::default();
        generator.subschema_for::<Dist<Span>>();
        generator.subschema_for::<Dist<Bytes>>();
        let names: Vec<&String> = generator.definitions().keys().collect();
        assert!(names.iter().all(|name| !name.ends_with('2')), "{names:?}");
    }

    #[test]
    fn every_parameter_in_the_schema_has_a_description() {
        let schema = schemars::schema_for!(Dist<Bytes>).to_value();
        for (name, law) in schema["$defs"].as_object().unwrap() {
            let parameters = law["properties"].as_object().into_iter().flatten();
            for (parameter, its) in parameters {
                assert!(its["description"].is_string(), "{name}.{parameter}: {its}");
            }
        }
    }
}
