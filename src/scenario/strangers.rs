//! Things that a variant names, that the scenario does not have and nothing asks for: nearly always
//! a slip in a name.

use super::diagnostic::{Diagnostic, Diagnostics, nearest};
use super::tree::{Entry, Table, Value};

/// The tables whose things do nothing unless something names them. Faults and probes stand for
/// themselves, nodes need a kind, and the ends of links are names already.
const FAMILIES: &[&str] = &["endpoint", "machine", "page", "visit"];

/// Warns of what the variant `name` adds to `base` without anything in either that refers to it.
pub(super) fn warn_of_strangers(
    base: &Table,
    name: &str,
    variant: &Entry,
    diagnostics: &mut Diagnostics,
) {
    let Some(variant) = variant.item.as_table() else { return };
    for family in FAMILIES {
        let known = base.table(family);
        for (word, entry) in variant.table(family).into_iter().flat_map(Table::iter) {
            let is_known = known.is_some_and(|it| it.get(word).is_some());
            if is_known || refers(base, word, &[]) || refers(variant, word, &[family]) {
                continue;
            }
            let message =
                format!("variant `{name}` makes a new {family} `{word}`, and nothing refers to it");
            let warning = Diagnostic::warning(entry.key_span.clone(), message);
            let names = known.into_iter().flat_map(|it| it.iter().map(|(key, _)| key));
            diagnostics.push(match nearest(word, names) {
                Some(meant) => warning.help(format!("did you mean `{meant}`?")),
                None => warning,
            });
        }
    }
}

/// Whether `word` is a key or a text somewhere in `table`; keys of the tables called `besides` are
/// what they define.
fn refers(table: &Table, word: &str, besides: &[&str]) -> bool {
    table.iter().any(|(key, entry)| {
        match entry.item.as_table().filter(|_| besides.contains(&key)) {
            Some(family) => family.iter().any(|(_, entry)| names(&entry.item.value, word)),
            None => key == word || names(&entry.item.value, word),
        }
    })
}

/// Whether `word` is a key or a text somewhere in `value`.
fn names(value: &Value, word: &str) -> bool {
    match value {
        Value::Table(table) => refers(table, word, &[]),
        Value::Array(items) => items.iter().any(|item| names(&item.value, word)),
        Value::Text(text) => text == word,
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Moment(_) => false,
    }
}
