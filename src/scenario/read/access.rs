//! The parts of a table or list as serde asks for them, one after the other.

use std::slice;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};

use super::fault::Fault;
use super::key::Key;
use super::reader::{Pass, Reader};
use crate::scenario::tree::{Entry, Item, Value};

/// The entries of a table that are read.
pub(super) struct Entries<'t, 'p> {
    entries: std::vec::IntoIter<(&'t str, &'t Entry)>,
    pending: Option<(&'t str, &'t Entry)>,
    pass: &'p Pass<'p>,
}

impl<'t, 'p> Entries<'t, 'p> {
    pub(super) fn new(entries: Vec<(&'t str, &'t Entry)>, pass: &'p Pass<'p>) -> Self {
        Self { entries: entries.into_iter(), pending: None, pass }
    }
}

impl<'t> MapAccess<'t> for Entries<'t, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.pending = self.entries.next();
        let Some((key, entry)) = self.pending else { return Ok(None) };
        seed.deserialize(Key { key, span: &entry.key_span }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, entry) = self.pending.take().expect("serde asks for the key before its value");
        seed.deserialize(Reader::of(&entry.item, self.pass))
            .map_err(|fault| owned(fault, key, entry, self.pass))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// The elements of a list that are read.
pub(super) struct Elements<'t, 'p> {
    items: slice::Iter<'t, Item>,
    pass: &'p Pass<'p>,
}

impl<'t, 'p> Elements<'t, 'p> {
    pub(super) fn new(items: &'t [Item], pass: &'p Pass<'p>) -> Self {
        Self { items: items.iter(), pass }
    }
}

impl<'t> SeqAccess<'t> for Elements<'t, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let pass = self.pass;
        let Some(item) = self.items.find(|item| !pass.leaves_out(&item.span)) else {
            return Ok(None);
        };
        seed.deserialize(Reader::of(item, pass)).map(Some).map_err(|mut fault| {
            fault = fault.at(&item.span);
            if fault.owner.is_none() {
                fault.owner = Some(item.span.clone());
                fault.in_list = true;
                fault.damaged |= lacks(item, pass);
            }
            fault
        })
    }
}

/// A value with its place, for `toml::Spanned`: the fields are the start, the end and the value.
pub(super) struct Spanning<'t, 'p> {
    reader: Reader<'t, 'p>,
    fields: slice::Iter<'static, &'static str>,
}

impl<'t, 'p> Spanning<'t, 'p> {
    pub(super) fn new(reader: Reader<'t, 'p>, fields: &'static [&'static str]) -> Self {
        Self { reader, fields: fields.iter() }
    }
}

impl<'t> MapAccess<'t> for Spanning<'t, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(field) = self.fields.next() else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.fields.len() {
            2 => seed.deserialize(self.reader.span.start.into_deserializer()),
            1 => seed.deserialize(self.reader.span.end.into_deserializer()),
            _ => seed.deserialize(self.reader),
        }
    }
}

/// Whether parts of a value were left out, so that what its type then says of the whole only
/// follows from that: a type that checks itself after it was read does so out of our sight.
fn lacks(item: &Item, pass: &Pass<'_>) -> bool {
    match &item.value {
        Value::Table(table) => table
            .iter()
            .any(|(_, entry)| pass.leaves_out(&entry.key_span) || lacks(&entry.item, pass)),
        Value::Array(items) => {
            items.iter().any(|item| pass.leaves_out(&item.span) || lacks(item, pass))
        }
        Value::Text(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Moment(_) => false,
    }
}

/// The fault with the entry that has to go because of it, unless one within is known.
pub(super) fn owned(mut fault: Fault, key: &str, entry: &Entry, pass: &Pass<'_>) -> Fault {
    fault = fault.at(&entry.item.span);
    if fault.owner.is_none() {
        fault.owner = Some(entry.key_span.clone());
        fault.damaged |= lacks(&entry.item, pass);
    }
    fault.key.get_or_insert_with(|| key.to_owned());
    fault
}
