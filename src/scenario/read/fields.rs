//! The field names of a struct, and a table split by them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

use crate::scenario::tree::Table;

/// The names of the fields of a struct as they are written in a scenario; nothing for a type that
/// is no struct.
#[must_use]
pub fn fields_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    match T::deserialize(Ask) {
        Err(Answer(fields)) => fields,
        Ok(_) => &[],
    }
}

/// The entries of `table` whose keys are among `fields`, and the others.
#[must_use]
pub fn split_table(table: Table, fields: &[&str]) -> (Table, Table) {
    let span = table.span.clone();
    let (part, rest): (Vec<_>, Vec<_>) =
        table.into_iter().partition(|(key, _)| fields.contains(&key.as_str()));
    let with_span = |entries: Vec<_>| {
        let mut table: Table = entries.into_iter().collect();
        table.span = span.clone();
        table
    };
    (with_span(part), with_span(rest))
}

/// A deserialiser that has no data and only listens for what is asked.
struct Ask;

/// The fields that were asked for, as the error that ends the question.
#[derive(Debug)]
struct Answer(&'static [&'static str]);

impl<'de> Deserializer<'de> for Ask {
    type Error = Answer;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Answer> {
        Err(Answer(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Answer> {
        Err(Answer(fields))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Answer> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Answer> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl Error for Answer {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Answer {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::scenario::diagnostic::Diagnostics;
    use crate::scenario::tree::{Value, document};

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only the names matter")]
    struct Server {
        core_count: u32,
        #[serde(alias = "q")]
        queue: Option<u32>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only the names matter")]
    struct Wrapped(Server);

    #[test]
    fn a_struct_tells_its_fields_and_their_other_names() {
        assert_eq!(fields_of::<Server>(), ["core-count", "q", "queue"]);
        assert_eq!(fields_of::<Option<Wrapped>>(), ["core-count", "q", "queue"]);
    }

    #[test]
    fn what_is_no_struct_has_no_fields() {
        assert_eq!(fields_of::<String>(), [""; 0]);
        assert_eq!(fields_of::<BTreeMap<String, u32>>(), [""; 0]);
    }

    #[test]
    fn a_table_is_split_by_its_keys() {
        let table = document("a = 1\nb = 2\nc = 3", 0, &mut Diagnostics::new()).table;
        let (part, rest) = split_table(table, &["c", "a", "x"]);
        assert_eq!(Value::Table(part).label(), "{ a = 1, c = 3 }");
        assert_eq!(Value::Table(rest).label(), "{ b = 2 }");
    }
}
