//! The schema of what is laid over a scenario: the same tables, in which nothing is required.
//!
//! Tables merge key by key, so a variant may give part of a table. Choices and lists are replaced
//! whole, so those have to be complete.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::scenario::choices::KEYS;

/// What is added to the name of a definition of which nothing is required.
const SUFFIX: &str = "_in_part";

/// Makes schemas in which nothing is required, and the definitions that they need.
pub(super) struct Partial<'a> {
    whole: &'a Map<String, Value>,
    made: BTreeMap<String, Value>,
}

impl<'a> Partial<'a> {
    /// Of schemas that refer to these definitions.
    pub(super) const fn new(whole: &'a Map<String, Value>) -> Self {
        Self { whole, made: BTreeMap::new() }
    }

    /// The properties of a table.
    pub(super) fn object(&mut self, properties: &Map<String, Value>) -> Map<String, Value> {
        let mut relaxed = Map::new();
        for (key, schema) in properties {
            let is_choice = KEYS.contains(&key.as_str());
            let schema = if is_choice { schema.clone() } else { self.relaxed(schema) };
            relaxed.insert(key.clone(), schema);
        }
        relaxed
    }

    /// A schema.
    pub(super) fn relaxed(&mut self, schema: &Value) -> Value {
        let Value::Object(entries) = schema else { return schema.clone() };
        let mut relaxed = Map::new();
        for (key, value) in entries {
            let value = match (key.as_str(), value) {
                ("required", _) => continue,
                // Several kinds fit where none is named.
                ("oneOf", Value::Array(kinds)) => {
                    relaxed.insert("anyOf".to_owned(), self.each(kinds));
                    continue;
                }
                ("properties", Value::Object(properties)) => self.object(properties).into(),
                ("additionalProperties", schema) => self.relaxed(schema),
                ("anyOf" | "allOf", Value::Array(schemas)) => self.each(schemas),
                ("$ref", Value::String(to)) => self.refer(to).into(),
                _ => value.clone(),
            };
            relaxed.insert(key.clone(), value);
        }
        relaxed.into()
    }

    /// The definitions that were needed.
    pub(super) fn definitions(self) -> Vec<(String, Value)> {
        self.made.into_iter().collect()
    }

    fn each(&mut self, schemas: &[Value]) -> Value {
        schemas.iter().map(|schema| self.relaxed(schema)).collect()
    }

    /// The reference to use instead of `to`.
    fn refer(&mut self, to: &str) -> String {
        let name = to.rsplit('/').next().unwrap_or(to);
        let Some(whole) = self.whole.get(name).filter(|it| it.get("properties").is_some()) else {
            return to.to_owned();
        };
        let part = format!("{name}{SUFFIX}");
        if !self.made.contains_key(&part) {
            // Noted first: a definition may refer to itself.
            self.made.insert(part.clone(), Value::Null);
            let relaxed = self.relaxed(whole);
            self.made.insert(part.clone(), relaxed);
        }
        format!("#/$defs/{part}")
    }
}
