//! The texts that take part in a scenario, laid one behind the other in one address space.
//!
//! A value of a merged scenario may come from the file, from an included file or from the command
//! line. With one address space a plain byte range says which, and nothing else has to be carried
//! along with it.

mod decode;
mod files;

pub use decode::{Refusal, decode};
pub use files::{Disk, Files, Memory, Unreadable};

use std::ops::Range;

/// A place in the address space: where a word stands, whichever text it stands in.
pub type Span = Range<usize>;

/// The largest file: 16 MiB.
pub const MAX_FILE_BYTES: usize = 16 << 20;
/// The largest sum of all texts of one scenario: 64 MiB.
pub const MAX_TOTAL_BYTES: usize = 64 << 20;

/// One text and its place in the address space.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    base: usize,
}

/// All texts of one scenario, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
    end: usize,
}

/// Where something stands, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The name of the text, such as a path.
    pub name: &'a str,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Source {
    /// What the text is called in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The address of the first byte.
    #[must_use]
    pub const fn base(&self) -> usize {
        self.base
    }

    /// The addresses of the whole text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.base..self.base + self.text.len()
    }

    /// The addresses of the line that holds `at`, without its line end.
    pub(in crate::scenario) fn line_around(&self, at: usize) -> Span {
        let local = floor(&self.text, at.saturating_sub(self.base));
        let start = self.text[..local].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[local..].find('\n').map_or(self.text.len(), |newline| local + newline);
        let line = self.text[start..end].trim_end_matches('\r');
        self.base + start..self.base + start + line.len()
    }
}

impl Sources {
    /// No text yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and says where it begins; `name` is what messages call it.
    ///
    /// Between two texts stays one free address, so that the end of one text is not taken for the
    /// beginning of the next.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Span {
        let source = Source { name: name.into(), text: text.into(), base: self.end };
        let span = source.span();
        self.end = span.end + 1;
        self.list.push(source);
        span
    }

    /// The texts in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// The bytes of all texts together.
    #[must_use]
    pub fn total_bytes(&self) -> usize {
        self.list.iter().map(|source| source.text.len()).sum()
    }

    /// The text that holds the address `at`, if any does.
    #[must_use]
    pub fn at(&self, at: usize) -> Option<&Source> {
        let after = self.list.partition_point(|source| source.base <= at);
        let source = self.list.get(after.checked_sub(1)?)?;
        (at <= source.span().end).then_some(source)
    }

    /// The words at `span`, or nothing if it does not lie within one text.
    #[must_use]
    pub fn text(&self, span: &Span) -> Option<&str> {
        let source = self.at(span.start)?;
        source.text.get(span.start - source.base..span.end.checked_sub(source.base)?)
    }

    /// Name, line and column of the address `at`.
    #[must_use]
    pub fn place(&self, at: usize) -> Option<Place<'_>> {
        let source = self.at(at)?;
        let local = floor(&source.text, at - source.base);
        let before = &source.text[..local];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[start..].chars().count() + 1;
        Some(Place { name: &source.name, line, column })
    }
}

/// The character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sources: &Sources, at: usize) -> String {
        let place = sources.place(at).expect("inside");
        format!("{}:{}:{}", place.name, place.line, place.column)
    }

    #[test]
    fn one_address_tells_text_line_and_column() {
        let mut sources = Sources::new();
        let first = sources.add("a.toml", "x = 1\ny = 2\n");
        let second = sources.add("b.toml", "z = 3");
        assert_eq!(place(&sources, first.start), "a.toml:1:1");
        assert_eq!(place(&sources, first.start + 6), "a.toml:2:1");
        assert_eq!(place(&sources, first.end), "a.toml:3:1");
        assert_eq!(place(&sources, second.start + 4), "b.toml:1:5");
        assert_eq!(place(&sources, second.end), "b.toml:1:6");
        assert_eq!(sources.place(second.end + 1), None);
    }

    #[test]
    fn columns_count_characters_and_lines_count_both_line_ends() {
        let mut sources = Sources::new();
        let span = sources.add("a.toml", "é = 1\r\nb = 2\nc = 3");
        let at = |word: &str| span.start + sources.list[0].text.find(word).expect("stands there");
        assert_eq!(place(&sources, at("= 1")), "a.toml:1:3");
        assert_eq!(place(&sources, at("b")), "a.toml:2:1");
        assert_eq!(place(&sources, at("3")), "a.toml:3:5");
        assert_eq!(place(&sources, span.start + 1), "a.toml:1:1");
    }

    #[test]
    fn words_are_found_by_their_span_within_one_text_only() {
        let mut sources = Sources::new();
        let first = sources.add("a", "one");
        let second = sources.add("b", "two");
        assert_eq!(sources.text(&first), Some("one"));
        assert_eq!(sources.text(&(second.start + 1..second.end)), Some("wo"));
        assert_eq!(sources.text(&(first.start..second.end)), None);
        assert_eq!(sources.total_bytes(), 6);
    }

    #[test]
    fn a_line_has_no_line_end() {
        let mut sources = Sources::new();
        sources.add("a", "x\r\nyy\nz");
        let source = &sources.list[0];
        assert_eq!(source.line_around(0), 0..1);
        assert_eq!(source.line_around(4), 3..5);
        assert_eq!(source.line_around(7), 6..7);
    }
}
