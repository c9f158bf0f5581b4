//! A scenario as a tree of values, each of which knows where it was written.
//!
//! The tree of the `toml` crate borrows from the text that it was read from, and a merged scenario
//! consists of many texts; so this one owns its values, and its spans are addresses in
//! [`Sources`](crate::scenario::source::Sources).

mod names;
mod nesting;
mod parse;
mod path;
mod places;
mod texts;

pub use names::{MAX_NAME_BYTES, check_names};
pub use nesting::{MAX_DEPTH, MAX_VALUES};
pub use parse::{Parsed, document, value};
pub use path::Path;
pub(in crate::scenario) use path::part_len;
pub(in crate::scenario) use texts::check_text;

use std::collections::BTreeMap;

use crate::scenario::source::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where the value stands; of a table its header, braces or key.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// A number with a point or an exponent; also `nan` and `inf`.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time of day, as it was written.
    Moment(String),
    /// A list.
    Array(Vec<Item>),
    /// A table.
    Table(Table),
}

/// A table: keys with their places and their values, in the order of the keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Where its header, its braces or the key that implies it stands.
    pub span: Span,
    entries: BTreeMap<String, Entry>,
}

/// A value in a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub item: Item,
}

impl Item {
    /// A table as a value.
    #[must_use]
    pub fn table(table: Table) -> Self {
        Self { span: table.span.clone(), value: Value::Table(table) }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        let Value::Text(text) = &self.value else { return None };
        Some(text)
    }

    /// The table, if it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        let Value::Table(table) = &self.value else { return None };
        Some(table)
    }

    /// The list, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        let Value::Array(items) = &self.value else { return None };
        Some(items)
    }

    /// How many values it holds, itself included.
    pub(in crate::scenario) fn count(&self) -> usize {
        match &self.value {
            Value::Array(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Value::Table(table) => 1 + table.count(),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Moment(_) => 1,
        }
    }
}

impl Value {
    /// What kind of value it is, for messages: `a text`.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "a truth value",
            Self::Moment(_) => "a date or time",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The value as TOML on one line, in one form however it was written. A lone text stands
    /// without quotes: this is also the label of a point of a sweep.
    #[must_use]
    pub fn label(&self) -> String {
        if let Self::Text(text) = self { text.clone() } else { self.to_toml() }
    }

    fn to_toml(&self) -> String {
        match self {
            Self::Text(text) => basic_string(text),
            Self::Integer(n) => n.to_string(),
            Self::Float(x) => format!("{x:?}"),
            Self::Boolean(truth) => truth.to_string(),
            Self::Moment(text) => text.clone(),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_toml()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(table) => {
                let entries = table.in_order().into_iter();
                let entries: Vec<String> = entries
                    .map(|(key, entry)| format!("{} = {}", quoted(key), entry.item.value.to_toml()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

impl Table {
    /// An empty table that stands at `span`.
    #[must_use]
    pub const fn new(span: Span) -> Self {
        Self { span, entries: BTreeMap::new() }
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.entries.get(key).map(|entry| &entry.item)
    }

    /// The value of `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Item> {
        self.entries.get_mut(key).map(|entry| &mut entry.item)
    }

    /// The table at `key`, if a table stands there.
    #[must_use]
    pub fn table(&self, key: &str) -> Option<&Self> {
        self.get(key)?.as_table()
    }

    /// The value of `key` with the place of the key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Puts a value in place of the one that `key` may have.
    pub fn insert(&mut self, key: impl Into<String>, entry: Entry) {
        self.entries.insert(key.into(), entry);
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        self.entries.remove(key)
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// How many keys it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The entries in the order in which they were written.
    #[must_use]
    pub fn in_order(&self) -> Vec<(&str, &Entry)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by_key(|(_, entry)| entry.key_span.start);
        all
    }

    /// How many values it holds at all depths.
    pub(in crate::scenario) fn count(&self) -> usize {
        self.entries.values().map(|entry| entry.item.count()).sum()
    }
}

impl IntoIterator for Table {
    type Item = (String, Entry);
    type IntoIter = std::collections::btree_map::IntoIter<String, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl FromIterator<(String, Entry)> for Table {
    fn from_iter<I: IntoIterator<Item = (String, Entry)>>(entries: I) -> Self {
        Self { span: 0..0, entries: entries.into_iter().collect() }
    }
}

/// The key as it is written in TOML: bare where that is allowed.
pub(in crate::scenario) fn quoted(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { basic_string(key) }
}

/// The text as TOML writes it between quotes.
fn basic_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::value;

    fn label(text: &str) -> String {
        value(text, 0).expect("a value").value.label()
    }

    #[test]
    fn a_label_is_one_form_of_the_value_however_it_was_written() {
        for (text, expected) in [
            ("'200/s'", "200/s"),
            ("1_000", "1000"),
            ("0x10", "16"),
            ("1e3", "1000.0"),
            ("true", "true"),
            ("09:00:00", "09:00:00"),
            ("[ 1, 'a' ]", "[1, \"a\"]"),
            ("[\"a\\\"\\t\"]", "[\"a\\\"\\u0009\"]"),
            ("{exp='5ms',  \"a b\"=1}", "{ exp = \"5ms\", \"a b\" = 1 }"),
        ] {
            assert_eq!(label(text), expected);
        }
    }
}
