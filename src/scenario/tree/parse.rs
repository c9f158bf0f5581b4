//! One text to a tree, with all its syntax errors at once.

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::nesting::{Excess, MAX_DEPTH, MAX_VALUES, excess};
use super::texts::check_text;
use super::{Entry, Item, Table, Value};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::source::Span;

/// A text that has been read.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// What could be read.
    pub table: Table,
    /// Whether that is all: after a syntax error parts may be missing, so what is missing then
    /// should not be complained about.
    pub complete: bool,
}

/// Reads the TOML `text` that stands at address `base`.
pub fn document(text: &str, base: usize, diagnostics: &mut Diagnostics) -> Parsed {
    if let Some(diagnostic) = refuse_excess(text, base) {
        diagnostics.push(diagnostic);
        return Parsed::default();
    }
    let flooded = is_flooded(text);
    let text = if flooded { beginning(text) } else { text };
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map(|span| span.start));
    let mut complete = !flooded;
    let mut line_end = 0;
    for error in &errors {
        let duplicate = error.message() == DUPLICATE;
        complete &= duplicate;
        let start = error.span().map_or(text.len(), |span| span.start);
        // A second error of a line is nearly always the parser stumbling over the first.
        if start < line_end && !duplicate {
            continue;
        }
        if !duplicate {
            let rest = text.get(start..).unwrap_or_default();
            line_end = start + rest.find('\n').unwrap_or(rest.len()) + 1;
        }
        if diagnostics.is_full() {
            diagnostics.count_more(1);
        } else {
            diagnostics.push(syntax(error, text, base));
        }
    }
    let refused: Vec<Span> = errors.iter().filter_map(Error::span).collect();
    let mut owner = Owner { base, diagnostics, refused: &refused };
    let table = owner.table(table.into_inner(), base..base);
    Parsed { table, complete }
}

/// Reads one TOML value that stands at address `base`.
///
/// # Errors
/// If the text is no TOML value.
pub fn value(text: &str, base: usize) -> Result<Item, Box<Diagnostic>> {
    if let Some(diagnostic) = refuse_excess(text, base) {
        return Err(Box::new(diagnostic));
    }
    let value = DeValue::parse(text).map_err(|error| syntax(&error, text, base))?;
    let mut diagnostics = Diagnostics::new();
    let item = Owner { base, diagnostics: &mut diagnostics, refused: &[] }.item(value);
    match diagnostics.sorted().first() {
        Some(diagnostic) => Err(Box::new((*diagnostic).clone())),
        None => Ok(item),
    }
}

const DUPLICATE: &str = "duplicate key";

/// A long text is tried on so many bytes first.
const TRIED_BYTES: usize = 256 << 10;
/// With more errors than this a text is none that somebody wrote.
const FLOOD: usize = 1_000;

fn refuse_excess(text: &str, base: usize) -> Option<Diagnostic> {
    let (excess, at) = excess(text)?;
    let message = match excess {
        Excess::Depth => format!("this is nested more than {MAX_DEPTH} levels deep"),
        Excess::Values => format!("a text holds at most {MAX_VALUES} keys and values"),
    };
    Some(Diagnostic::error(base + at.start..base + at.end, message))
}

/// Whether the beginning of a long text is full of errors, so that nothing is gained by millions
/// of further ones.
fn is_flooded(text: &str) -> bool {
    text.len() > TRIED_BYTES && DeTable::parse_recoverable(beginning(text)).1.len() > FLOOD
}

fn beginning(text: &str) -> &str {
    let end = (0..=TRIED_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let start = &text[..end.unwrap_or(0)];
    // The cut itself should add no error.
    start.rfind('\n').map_or(start, |newline| &start[..=newline])
}

/// An error of the parser in our form.
fn syntax(error: &Error, text: &str, base: usize) -> Diagnostic {
    let local = error.span().unwrap_or(text.len()..text.len());
    let word = text.get(local.clone()).unwrap_or_default();
    let span = base + local.start..base + local.end;
    if error.message() == DUPLICATE {
        let message = format!("the key `{word}` is given twice");
        return Diagnostic::error(span, message).label("here for the second time");
    }
    if let Some(diagnostic) = in_our_words(error.message(), word, &span) {
        return diagnostic;
    }
    match error.message().split_once(", expected ") {
        Some((message, expected)) => {
            Diagnostic::error(span, message).label(format!("expected {expected}"))
        }
        None => Diagnostic::error(span, error.message()),
    }
}

/// The commonest errors, told to somebody who does not know how parsers call things.
fn in_our_words(message: &str, word: &str, span: &Span) -> Option<Diagnostic> {
    let error = |words: &str| Diagnostic::error(span.clone(), words);
    match message.split(", expected").next()? {
        "string values must be quoted" if word.is_empty() => {
            Some(error("a value is missing").label("it belongs here"))
        }
        "string values must be quoted" => {
            let quoted = format!("\"{word}\"");
            Some(error("a text stands in quotes").suggest(span.clone(), quoted))
        }
        "invalid basic string" if message.ends_with("`\"`") => {
            Some(error("this text has no end").label("a `\"` belongs here"))
        }
        "invalid unquoted key" => Some(
            error("this cannot stand in a key")
                .label("a key is made of letters, digits, `-` and `_`"),
        ),
        "key with no value" => {
            Some(error("this key has no value").label("`=` and a value belong here"))
        }
        _ => None,
    }
}

/// Makes values own their text and moves their spans to where the text stands.
struct Owner<'a> {
    base: usize,
    diagnostics: &'a mut Diagnostics,
    /// Where the parser has stumbled.
    refused: &'a [Span],
}

impl Owner<'_> {
    fn span(&self, local: &Span) -> Span {
        self.base + local.start..self.base + local.end
    }

    fn table(&mut self, table: DeTable<'_>, span: Span) -> Table {
        // An empty place is what the parser makes of a value that is missing.
        let written = table.into_iter().filter(|(_, item)| !item.span().is_empty());
        let entries = written.map(|(key, item)| {
            let key_span = self.span(&key.span());
            (key.into_inner().into_owned(), Entry { key_span, item: self.item(item) })
        });
        let mut table: Table = entries.collect();
        table.span = span;
        table
    }

    fn item(&mut self, item: Spanned<DeValue<'_>>) -> Item {
        let span = self.span(&item.span());
        let value = match item.into_inner() {
            DeValue::String(text) => Value::Text(self.text(text.into_owned(), &span)),
            DeValue::Integer(n) => match i128::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => Value::Integer(n),
                Err(_) => Value::Float(self.too_large(&span)),
            },
            DeValue::Float(x) => match x.as_str().parse::<f64>() {
                Ok(x_parsed) if x_parsed.is_finite() || x.as_str().contains("inf") => {
                    Value::Float(x_parsed)
                }
                Ok(x_parsed) if x.as_str().contains("nan") => Value::Float(x_parsed),
                _ => Value::Float(self.too_large(&span)),
            },
            DeValue::Boolean(truth) => Value::Boolean(truth),
            DeValue::Datetime(moment) => Value::Moment(moment.to_string()),
            DeValue::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.item(item)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, span.clone())),
        };
        Item { span, value }
    }

    fn text(&mut self, text: String, span: &Span) -> String {
        // What the parser has refused already is not told twice.
        let told = |at: &Span| span.contains(&(self.base + at.start));
        match check_text(&text, span).filter(|_| !self.refused.iter().any(told)) {
            Some(_) if self.diagnostics.is_full() => self.diagnostics.count_more(1),
            Some(wrong) => self.diagnostics.push(wrong),
            None => {}
        }
        text
    }

    fn too_large(&mut self, span: &Span) -> f64 {
        self.diagnostics.push(Diagnostic::error(span.clone(), "this number is too large"));
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;

    fn parse(text: &str) -> (Parsed, String) {
        let mut sources = Sources::new();
        sources.add("before.toml", "an earlier text\n");
        let base = sources.add("shop.toml", text).start;
        let mut diagnostics = Diagnostics::new();
        let parsed = document(text, base, &mut diagnostics);
        (parsed, diagnostics.to_plain(&sources))
    }

    #[test]
    fn keys_and_values_know_where_they_stand() {
        let text = "[node.app]\nkind = 'server'\n";
        let mut sources = Sources::new();
        sources.add("before.toml", "x");
        let base = sources.add("shop.toml", text).start;
        let parsed = document(text, base, &mut Diagnostics::new());
        let app = parsed.table.table("node").and_then(|node| node.table("app")).expect("a node");
        let kind = app.entry("kind").expect("its kind");
        assert_eq!(sources.text(&app.span), Some("[node.app]"));
        assert_eq!(sources.text(&kind.key_span), Some("kind"));
        assert_eq!(sources.text(&kind.item.span), Some("'server'"));
    }

    #[test]
    fn all_syntax_errors_are_told_at_once() {
        let (parsed, said) = parse("a = \nb = 1\nc == 2\n[d\n");
        assert!(!parsed.complete);
        let places: Vec<&str> =
            said.lines().filter(|line| line.contains("-->")).map(str::trim).collect();
        assert_eq!(
            places,
            ["--> shop.toml:1:5", "--> shop.toml:3:4", "--> shop.toml:4:3"],
            "{said}"
        );
    }

    #[test]
    fn a_cut_string_is_shown() {
        let (_, said) = parse("title = \"One");
        assert_eq!(
            said.trim_end(),
            "error: this text has no end
 --> shop.toml:1:13
  |
1 | title = \"One
  |             ^ a `\"` belongs here"
        );
    }

    #[test]
    fn duplicates_are_told_and_leave_the_rest_complete() {
        let (parsed, said) = parse("[a]\nx = 1\nx = 2\n[a]\ny = 1\n[b]\n");
        assert!(parsed.complete && parsed.table.get("b").is_some());
        assert!(said.contains("the key `x` is given twice\n --> shop.toml:3:1"), "{said}");
        assert!(said.contains("the key `a` is given twice\n --> shop.toml:4:2"), "{said}");
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let (_, said) = parse(&format!("a = {}\nb = 1e999\nc = inf\nd = nan\n", "9".repeat(50)));
        assert_eq!(said.matches("this number is too large").count(), 2, "{said}");
    }

    #[test]
    fn a_deep_text_is_refused_and_not_parsed() {
        for text in ["x = [".to_owned() + &"[".repeat(100_000), "x.".repeat(100_000) + "x = 1"] {
            let (parsed, said) = parse(&text);
            assert!(!parsed.complete && said.contains("nested more than 64 levels deep"));
        }
    }

    #[test]
    fn a_flood_of_errors_is_told_from_its_beginning() {
        let (parsed, said) = parse(&"?\n".repeat(1_000_000));
        assert!(!parsed.complete && said.ends_with("more errors\n"));
    }

    #[test]
    fn a_value_alone_is_read_with_its_place() {
        let item = value("[1, 'a']", 10).expect("a value");
        assert_eq!(item.span, 10..18);
        assert!(value("fifo", 0).is_err());
    }
}
