//! Where the values of a table stand, by their paths.

use super::{Item, Table, Value};
use crate::scenario::source::Span;

impl Table {
    /// Where all values inside stand, by dotted path; elements of lists by their number.
    #[must_use]
    pub fn places(&self) -> Vec<(String, Span)> {
        let mut places = Vec::new();
        of_table(self, "", &mut places);
        places
    }
}

fn of_table(table: &Table, above: &str, places: &mut Vec<(String, Span)>) {
    for (key, entry) in table.iter() {
        of_item(&entry.item, join(above, key), places);
    }
}

fn of_item(item: &Item, path: String, places: &mut Vec<(String, Span)>) {
    match &item.value {
        Value::Table(table) => of_table(table, &path, places),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                of_item(item, join(&path, &number.to_string()), places);
            }
        }
        Value::Text(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Moment(_) => {}
    }
    places.push((path, item.span.clone()));
}

fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

#[cfg(test)]
mod tests {
    use crate::scenario::diagnostic::Diagnostics;
    use crate::scenario::tree::document;

    #[test]
    fn every_value_has_its_place() {
        let text = "a = 1\nb = { c = [2, { d = 3 }] }";
        let table = document(text, 0, &mut Diagnostics::new()).table;
        let mut places = table.places();
        places.sort_by(|(a, _), (b, _)| a.cmp(b));
        let shown: Vec<String> =
            places.into_iter().map(|(path, span)| format!("{path}: {}", &text[span])).collect();
        let expected = [
            "a: 1",
            "b: { c = [2, { d = 3 }] }",
            "b.c: [2, { d = 3 }]",
            "b.c.0: 2",
            "b.c.1: { d = 3 }",
            "b.c.1.d: 3",
        ];
        assert_eq!(shown, expected);
    }
}
