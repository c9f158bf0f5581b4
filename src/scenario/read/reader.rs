//! From a tree to typed values: the data side of serde, with exact places of faults.
//!
//! It differs from the deserialiser of the `toml` crate in two ways that let all faults of a table
//! be told. Keys that a struct does not have are noted and passed over, instead of ending the
//! reading. And entries can be left out by their place, so that reading can be repeated without
//! what was wrong, at no cost of copying.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Elements, Entries, Spanning};
use super::alternative::{Alternative, Word};
use super::fault::{Fault, Kind};
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Span;
use crate::scenario::tree::{Item, Table, Value};

/// The struct by whose name `toml::Spanned` asks for the place of a value.
pub(super) const SPANNED: &str = "$__serde_spanned_private_Spanned";

/// One reading of a table.
pub(super) struct Pass<'a> {
    /// The keys and list elements that are left out, by their spans.
    pub(super) left_out: &'a BTreeSet<(usize, usize)>,
    /// Names that are allowed at the root besides the fields of the type.
    pub(super) also: &'a [&'a str],
    /// Unknown keys that were passed over.
    pub(super) strays: RefCell<Vec<Stray>>,
}

/// A key that a struct does not have.
#[derive(Debug, Clone)]
pub(super) struct Stray {
    pub(super) key: String,
    pub(super) span: Span,
    pub(super) allowed: &'static [&'static str],
    pub(super) at_root: bool,
}

/// A value of the tree, about to be read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t, 'p> {
    view: View<'t>,
    pub(super) span: &'t Span,
    pass: &'p Pass<'p>,
    at_root: bool,
}

#[derive(Clone, Copy)]
enum View<'t> {
    Plain(&'t Value),
    List(&'t [Item]),
    Table(&'t Table),
}

impl Pass<'_> {
    pub(super) fn leaves_out(&self, span: &Span) -> bool {
        !self.left_out.is_empty() && self.left_out.contains(&(span.start, span.end))
    }
}

impl<'t, 'p> Reader<'t, 'p> {
    pub(super) fn root(table: &'t Table, pass: &'p Pass<'p>) -> Self {
        Self { view: View::Table(table), span: &table.span, pass, at_root: true }
    }

    pub(super) fn of(item: &'t Item, pass: &'p Pass<'p>) -> Self {
        let view = match &item.value {
            Value::Array(items) => View::List(items),
            Value::Table(table) => View::Table(table),
            plain @ (Value::Text(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Moment(_)) => View::Plain(plain),
        };
        Self { view, span: &item.span, pass, at_root: false }
    }

    /// The table, if it is one.
    pub(super) fn as_table(&self) -> Option<&'t Table> {
        match self.view {
            View::Table(table) => Some(table),
            View::Plain(_) | View::List(_) => None,
        }
    }

    fn elements(self, items: &'t [Item]) -> Elements<'t, 'p> {
        Elements::new(items, self.pass)
    }

    fn entries(self, table: &'t Table, fields: Option<&'static [&'static str]>) -> Entries<'t, 'p> {
        let pass = self.pass;
        let mut entries = Vec::with_capacity(table.len());
        for (key, entry) in table.iter().filter(|(_, entry)| !pass.leaves_out(&entry.key_span)) {
            match fields {
                Some(fields) if !fields.contains(&key) => {
                    if !(self.at_root && pass.also.contains(&key)) {
                        let (key, span) = (key.to_owned(), entry.key_span.clone());
                        let stray = Stray { key, span, allowed: fields, at_root: self.at_root };
                        pass.strays.borrow_mut().push(stray);
                    }
                }
                _ => entries.push((key, entry)),
            }
        }
        Entries::new(entries, pass)
    }

    /// Adds what is known here to a fault that the type raised on this table or list itself.
    fn blame(self, fault: Fault, fields: Option<&'static [&'static str]>) -> Fault {
        if fault.owner.is_some() {
            return fault;
        }
        let mut fault = fault.at(self.span);
        match self.view {
            View::Plain(_) => {}
            View::List(items) => {
                fault.damaged |= items.iter().any(|item| self.pass.leaves_out(&item.span));
            }
            View::Table(table) => {
                if let Some(entry) = fault.refused().and_then(|key| table.entry(key)) {
                    // The type itself went through the keys and found one that it does not know.
                    fault.span = Some(entry.key_span.clone());
                    fault.owner = Some(entry.key_span.clone());
                    fault.at_key = true;
                }
                for (key, entry) in table.iter() {
                    if self.pass.leaves_out(&entry.key_span) {
                        fault.damaged = true;
                        fault.left_out.push(key.to_owned());
                    } else if let Some(fields) = fields.filter(|fields| !fields.contains(&key)) {
                        // A misspelt key is not complained about twice.
                        let meant = nearest(key, fields.iter().copied());
                        fault.left_out.extend(meant.map(str::to_owned));
                    }
                }
            }
        }
        fault
    }

    fn plain<V: Visitor<'t>>(value: &'t Value, visitor: V) -> Result<V::Value, Fault> {
        match value {
            Value::Text(text) | Value::Moment(text) => visitor.visit_borrowed_str(text),
            Value::Integer(n) => match (i64::try_from(*n), u64::try_from(*n)) {
                (Ok(n), _) => visitor.visit_i64(n),
                (_, Ok(n)) => visitor.visit_u64(n),
                _ => visitor.visit_i128(*n),
            },
            Value::Float(x) => visitor.visit_f64(*x),
            Value::Boolean(truth) => visitor.visit_bool(*truth),
            Value::Array(_) | Value::Table(_) => unreachable!("a reader sees them as such"),
        }
    }
}

impl<'t> Deserializer<'t> for Reader<'t, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match self.view {
            View::Plain(value) => Self::plain(value, visitor),
            View::List(items) => visitor.visit_seq(self.elements(items)),
            View::Table(table) => visitor.visit_map(self.entries(table, None)),
        };
        result.map_err(|fault| self.blame(fault, None))
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self).map_err(|fault| self.blame(fault, None))
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self).map_err(|fault| self.blame(fault, None))
    }

    fn deserialize_tuple<V: Visitor<'t>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        if let View::List(items) = self.view {
            let found = items.len();
            if found != len || items.iter().any(|item| self.pass.leaves_out(&item.span)) {
                let fault = Fault::new(Kind::Length { found, expected: len.to_string() });
                return Err(self.blame(fault, None));
            }
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.view {
            _ if name == SPANNED => visitor.visit_map(Spanning::new(self, fields)),
            View::Table(table) => visitor
                .visit_map(self.entries(table, Some(fields)))
                .map_err(|fault| self.blame(fault, Some(fields))),
            View::Plain(_) | View::List(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        allowed: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = match self.view {
            View::Plain(Value::Text(text)) => visitor.visit_enum(Word(text)),
            View::Table(table) => {
                let mut present =
                    table.iter().filter(|(_, entry)| !self.pass.leaves_out(&entry.key_span));
                match (present.next(), present.next()) {
                    (Some((key, entry)), None) => {
                        visitor.visit_enum(Alternative { key, entry, pass: self.pass })
                    }
                    _ => {
                        let keys = table.in_order().into_iter().map(|(key, _)| key.to_owned());
                        Err(Fault::new(Kind::NotOne(keys.collect())))
                    }
                }
            }
            View::Plain(_) | View::List(_) => {
                return self.deserialize_any(visitor).map_err(|fault| fault.among(allowed));
            }
        };
        result.map_err(|fault| self.blame(fault, None))
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq map identifier
    }
}
