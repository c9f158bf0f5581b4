//! A key of a table as a value of serde: a word, a number, or one of a closed set.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::fault::Fault;
use crate::scenario::source::Span;

/// A key and its place.
#[derive(Clone, Copy)]
pub(super) struct Key<'t> {
    pub(super) key: &'t str,
    pub(super) span: &'t Span,
}

impl<'t> Key<'t> {
    fn word(self) -> BorrowedStrDeserializer<'t, Fault> {
        BorrowedStrDeserializer::new(self.key)
    }

    fn blame(self, fault: Fault) -> Fault {
        let mut fault = fault.at(self.span);
        fault.at_key = true;
        fault.owner.get_or_insert_with(|| self.span.clone());
        fault.key.get_or_insert_with(|| self.key.to_owned());
        fault
    }

    /// Keys are text in TOML, so a numbered table such as `replica.2` needs reading as a number.
    fn number<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match self.key.parse::<i128>() {
            Ok(n) => match (i64::try_from(n), u64::try_from(n)) {
                (Ok(n), _) => visitor.visit_i64(n),
                (_, Ok(n)) => visitor.visit_u64(n),
                _ => visitor.visit_i128(n),
            },
            Err(_) => visitor.visit_borrowed_str(self.key),
        };
        result.map_err(|fault| self.blame(fault))
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.number(visitor)
        }
    )*};
}

impl<'t> Deserializer<'t> for Key<'t> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.word().deserialize_any(visitor).map_err(|fault| self.blame(fault))
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self).map_err(|fault| self.blame(fault))
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self).map_err(|fault| self.blame(fault))
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = self.word().deserialize_enum(name, variants, visitor);
        result.map_err(|fault| self.blame(fault))
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == super::reader::SPANNED {
            return visitor.visit_map(SpannedKey { key: self, fields });
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        identifier ignored_any
    }
}

/// A key with its place, for `toml::Spanned`: the fields are the start, the end and the key.
struct SpannedKey<'t> {
    key: Key<'t>,
    fields: &'static [&'static str],
}

impl<'t> MapAccess<'t> for SpannedKey<'t> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((field, rest)) = self.fields.split_first() else { return Ok(None) };
        self.fields = rest;
        seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.fields.len() {
            2 => seed.deserialize(self.key.span.start.into_deserializer()),
            1 => seed.deserialize(self.key.span.end.into_deserializer()),
            _ => seed.deserialize(self.key),
        }
    }
}
