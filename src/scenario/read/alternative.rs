//! A choice as an enum of serde: a word alone, or a table with one key.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, VariantAccess, Visitor};

use super::access::owned;
use super::fault::{Fault, Found, Kind};
use super::key::Key;
use super::reader::{Pass, Reader};
use crate::scenario::tree::{Entry, Table};

/// An alternative without parameters: `"fifo"`.
pub(super) struct Word<'t>(pub(super) &'t str);

/// An alternative with parameters: `{ exp = "5ms" }`.
pub(super) struct Alternative<'t, 'p> {
    pub(super) key: &'t str,
    pub(super) entry: &'t Entry,
    pub(super) pass: &'p Pass<'p>,
}

impl<'t> EnumAccess<'t> for Word<'t> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(BorrowedStrDeserializer::new(self.0))?, self))
    }
}

impl Word<'_> {
    fn bare<T>(&self) -> Result<T, Fault> {
        Err(Fault::new(Kind::Bare(self.0.to_owned())))
    }
}

impl<'t> VariantAccess<'t> for Word<'t> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, _: T) -> Result<T::Value, Fault> {
        self.bare()
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, _: V) -> Result<V::Value, Fault> {
        self.bare()
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Fault> {
        self.bare()
    }
}

impl<'t, 'p> EnumAccess<'t> for Alternative<'t, 'p> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let key = Key { key: self.key, span: &self.entry.key_span };
        Ok((seed.deserialize(key)?, self))
    }
}

impl<'t, 'p> Alternative<'t, 'p> {
    fn read<T>(self, read: impl FnOnce(Reader<'t, 'p>) -> Result<T, Fault>) -> Result<T, Fault> {
        let reader = Reader::of(&self.entry.item, self.pass);
        read(reader).map_err(|fault| owned(fault, self.key, self.entry, self.pass))
    }
}

impl<'t> VariantAccess<'t> for Alternative<'t, '_> {
    type Error = Fault;

    /// An alternative that needs nothing may have an empty table.
    fn unit_variant(self) -> Result<(), Fault> {
        self.read(|reader| match reader.as_table().map(Table::is_empty) {
            Some(true) => Ok(()),
            _ => Err(Fault::new(Kind::Unfit {
                found: Found::Other("a value".to_owned()),
                expected: "an empty table".to_owned(),
            })),
        })
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value, Fault> {
        self.read(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'t>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read(|reader| reader.deserialize_struct("", fields, visitor))
    }
}
