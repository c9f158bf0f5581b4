//! One axis of a sweep: a key and the values that it takes.

use std::collections::BTreeSet;

use super::{MAX_CELLS, Scale, steps};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::scenario::overlay::may_vary;
use crate::scenario::source::Span;
use crate::scenario::tree::{Item, Path, Table, Value};
use crate::time;
use crate::unit::{Bytes, Quantity, Rate};

/// A key and the values that it takes, in their order.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The key.
    pub key: Path,
    /// Its values, at least one.
    pub values: Vec<Level>,
}

/// One value of an axis.
#[derive(Debug, Clone)]
pub struct Level {
    /// The value as results show it.
    pub label: String,
    /// The value.
    pub value: Item,
}

const RANGE_KEYS: [&str; 4] = ["from", "to", "steps", "scale"];

impl Axis {
    /// An axis of the given values, or nothing if they are none or not distinct, or if the
    /// key is none that a sweep can vary.
    #[must_use]
    pub fn of(
        key: Path,
        values: Vec<Item>,
        span: &Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        if let Err(error) = may_vary(&key) {
            diagnostics.push(*error);
            return None;
        }
        if values.is_empty() {
            let message = format!("`{key}` is given no value to take");
            diagnostics.push(Diagnostic::error(span.clone(), message));
            return None;
        }
        let before = diagnostics.errors();
        let mut seen = BTreeSet::new();
        let mut levels = Vec::with_capacity(values.len());
        for value in values {
            let label = value.value.label();
            if matches!(value.value, Value::Float(x) if !x.is_finite()) {
                let message = format!("`{key}` cannot take the value {label}");
                diagnostics.push(Diagnostic::error(value.span.clone(), message));
            } else if !seen.insert((value.value.noun(), label.clone())) {
                let message = format!("`{key}` is given the value {label} twice");
                diagnostics.push(Diagnostic::error(value.span.clone(), message));
            }
            levels.push(Level { label, value });
        }
        (diagnostics.errors() == before).then_some(Self { key, values: levels })
    }

    /// The axis that the entry `key = item` of a sweep describes: a list of values, or a range.
    #[must_use]
    pub fn read(key: Path, item: &Item, diagnostics: &mut Diagnostics) -> Option<Self> {
        let values = if let Some(items) = item.as_array() {
            if items.len() > MAX_CELLS {
                let message = format!("a sweep has at most {MAX_CELLS} points");
                diagnostics.push(Diagnostic::error(item.span.clone(), message));
                return None;
            }
            items.to_vec()
        } else if let Some(table) = item.as_table() {
            range(table, diagnostics)?
        } else {
            let message = format!("`{key}` needs a list of values to take");
            let error = Diagnostic::error(item.span.clone(), message)
                .label(format!("{} stands here", item.value.noun()))
                .help("write `[1, 2, 4]` or `{ from = 1, to = 9, steps = 5 }`");
            diagnostics.push(error);
            return None;
        };
        Self::of(key, values, &item.span, diagnostics)
    }

    /// Its values as results show them.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        self.values.iter().map(|level| level.label.clone()).collect()
    }

    /// Its values, if they are all numbers of one kind.
    #[must_use]
    pub fn numbers(&self) -> Option<Vec<f64>> {
        numbers(&self.labels())
    }
}

/// The values of an axis that results show as `labels`, if they are all numbers of one kind.
#[must_use]
pub fn numbers(labels: &[String]) -> Option<Vec<f64>> {
    let read: [fn(&str) -> Option<f64>; 4] = [plain, rate, span, bytes];
    read.iter().find_map(|read| labels.iter().map(|label| read(label)).collect())
}

fn plain(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn rate(text: &str) -> Option<f64> {
    Rate::from_text(text).ok().map(|rate| rate.0)
}

fn span(text: &str) -> Option<f64> {
    time::Span::from_text(text).ok().map(time::Span::as_secs_f64)
}

#[allow(clippy::cast_precision_loss, reason = "only the order counts")]
fn bytes(text: &str) -> Option<f64> {
    Bytes::from_text(text).ok().map(|bytes| bytes.0 as f64)
}

/// Whether a table in a sweep is a range, and not a part of a dotted key.
pub(super) fn is_range(table: &Table) -> bool {
    let plain = |key: &str| {
        table.get(key).is_some_and(|item| !matches!(item.value, Value::Table(_) | Value::Array(_)))
    };
    table.is_empty() || RANGE_KEYS.iter().any(|key| plain(key))
}

/// The values of `{ from, to, steps, scale }`.
fn range(table: &Table, diagnostics: &mut Diagnostics) -> Option<Vec<Item>> {
    let before = diagnostics.errors();
    check_keys(table, &RANGE_KEYS, diagnostics);
    let mut needed = |key: &str| {
        let found = table.get(key);
        if found.is_none() {
            let error = Diagnostic::error(table.span.clone(), format!("missing key `{key}`"));
            diagnostics.push(error.label("a range needs `from`, `to` and `steps`"));
        }
        found
    };
    let (from, to, count) = (needed("from"), needed("to"), needed("steps"));
    let count = count.and_then(|item| step_count(item, diagnostics));
    let scale = scale(table.get("scale"), diagnostics);
    if diagnostics.errors() > before {
        return None;
    }
    match steps(from?, to?, count?, scale?) {
        Ok(values) => Some(values),
        Err(error) => {
            diagnostics.push(*error);
            None
        }
    }
}

/// Notes each key of `table` that is none of `keys`.
pub(in crate::scenario) fn check_keys(table: &Table, keys: &[&str], diagnostics: &mut Diagnostics) {
    for (key, entry) in table.iter().filter(|(key, _)| !keys.contains(key)) {
        let error = Diagnostic::error(entry.key_span.clone(), format!("unknown key `{key}`"))
            .label(format!("the keys here are `{}`", keys.join("`, `")));
        diagnostics.push(match nearest(key, keys.iter().copied()) {
            Some(meant) => error
                .help(format!("did you mean `{meant}`?"))
                .suggest(entry.key_span.clone(), meant),
            None => error,
        });
    }
}

fn step_count(item: &Item, diagnostics: &mut Diagnostics) -> Option<usize> {
    if let Value::Integer(n) = item.value {
        match usize::try_from(n) {
            Ok(n) if (1..=MAX_CELLS).contains(&n) => return Some(n),
            _ => {}
        }
    }
    let message = format!("`steps` takes a whole number from 1 to {MAX_CELLS}");
    let label = format!("{} stands here", item.value.label());
    diagnostics.push(Diagnostic::error(item.span.clone(), message).label(label));
    None
}

fn scale(item: Option<&Item>, diagnostics: &mut Diagnostics) -> Option<Scale> {
    let Some(item) = item else { return Some(Scale::Linear) };
    match item.as_text() {
        Some("linear") => Some(Scale::Linear),
        Some("log") => Some(Scale::Log),
        _ => {
            let message = "`scale` takes `\"linear\"` or `\"log\"`";
            let label = format!("{} stands here", item.value.label());
            diagnostics.push(Diagnostic::error(item.span.clone(), message).label(label));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;
    use crate::scenario::tree;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut sources = Sources::new();
        let span = sources.add("shop.toml", text);
        let mut diagnostics = Diagnostics::new();
        let item = tree::value(text, 0).expect("a value");
        let key = Path::parse("node.app.replicas", &span).expect("a path");
        match Axis::read(key, &item, &mut diagnostics) {
            Some(axis) => Ok(axis.values.into_iter().map(|level| level.label).collect()),
            None => Err(diagnostics.to_plain(&sources)),
        }
    }

    #[test]
    fn a_list_is_taken_as_it_stands() {
        assert_eq!(
            read("[4, '8', true, { exp = '5ms' }]").expect("an axis"),
            ["4", "8", "true", "{ exp = \"5ms\" }"]
        );
        assert_eq!(read("[1]").expect("an axis"), ["1"]);
    }

    #[test]
    fn a_range_is_spelled_out() {
        assert_eq!(read("{ from = 1, to = 9, steps = 3 }").expect("an axis"), ["1", "5", "9"]);
        let log = "{ from = '1ms', to = '100ms', steps = 3, scale = 'log' }";
        assert_eq!(read(log).expect("an axis"), ["1ms", "10ms", "100ms"]);
        assert_eq!(read("{ from = 1, to = 1, steps = 1 }").expect("an axis"), ["1"]);
    }

    #[test]
    fn what_is_no_axis_is_refused() {
        for (text, said) in [
            ("[]", "is given no value to take"),
            ("[1, 2, 1]", "is given the value 1 twice\n --> shop.toml:1:8"),
            ("[nan]", "cannot take the value NaN"),
            ("[1.0, inf]", "cannot take the value inf\n --> shop.toml:1:7"),
            ("3", "needs a list of values to take"),
            ("{ from = 1, to = 9 }", "missing key `steps`"),
            ("{ from = 1, to = 9, step = 3 }", "did you mean `steps`?"),
            ("{ from = 1, to = 9, steps = 0 }", "a whole number from 1 to 1000000"),
            ("{ from = 1, to = 9, steps = 1000001 }", "a whole number from 1 to 1000000"),
            ("{ from = 1, to = 9, steps = 2.5 }", "a whole number from 1 to 1000000"),
            ("{ from = 1, to = 9, steps = 3, scale = 'cubic' }", "`scale` takes"),
            ("{ from = 1, to = 1, steps = 3 }", "is given the value 1 twice"),
            ("{ from = '1s', to = 1, steps = 3 }", "the same unit"),
        ] {
            let shown = read(text).expect_err(text);
            assert!(shown.contains(said), "{text}: {shown}");
        }
    }
}
