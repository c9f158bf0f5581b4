//! Dotted paths: `node.shoppers.arrivals.poisson`, `endpoint.product.work.0.cpu`.

use std::fmt;

use super::{MAX_DEPTH, quoted, value};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::source::Span;

/// The keys that lead from the root of a scenario to a value.
#[derive(Debug, Clone)]
pub struct Path {
    /// The keys from the root; within a list the number of the element, from 0.
    pub keys: Vec<String>,
    /// Where the path was written.
    pub span: Span,
    /// Where each of its keys was, with its quotes; the whole path if that cannot be told.
    places: Vec<Span>,
}

impl Path {
    /// Reads a path in the way that TOML writes keys: parts between dots, each bare or quoted.
    ///
    /// # Errors
    /// If it is no path; the diagnostic points at `span`, where the path was written.
    pub fn parse(text: &str, span: &Span) -> Result<Self, Box<Diagnostic>> {
        let (mut keys, mut places) = (Vec::new(), Vec::new());
        let mut rest = text.trim_matches([' ', '\t']);
        // As it stands, or between quotes without escapes in them.
        let before = match span.len().checked_sub(text.len()) {
            Some(0) => Some(0),
            Some(2) => Some(1),
            Some(_) | None => None,
        };
        let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
        let end = blank + rest.len();
        loop {
            let (key, after) = part(rest).ok_or_else(|| malformed(text, span))?;
            let place = before.map(|before| {
                let start = span.start + before;
                start + end - rest.len()..start + end - after.len()
            });
            places.push(place.unwrap_or_else(|| span.clone()));
            keys.push(key);
            if keys.len() > MAX_DEPTH {
                let message = format!("a path has at most {MAX_DEPTH} parts");
                return Err(Box::new(Diagnostic::error(span.clone(), message)));
            }
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => return Ok(Self { keys, span: span.clone(), places }),
                None => return Err(malformed(text, span)),
            }
        }
    }

    /// The path without the first `count` keys.
    #[must_use]
    pub fn below(&self, count: usize) -> Self {
        let places = self.places.get(count..).unwrap_or_default().to_vec();
        Self { keys: self.keys[count..].to_vec(), span: self.span.clone(), places }
    }

    /// Where the key of this number was written.
    #[must_use]
    pub fn place(&self, key: usize) -> Span {
        self.places.get(key).unwrap_or(&self.span).clone()
    }

    /// Whether one of the two paths leads to or into the value of the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.keys.iter().zip(&other.keys).all(|(a, b)| a == b)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.keys.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "." })?;
            f.write_str(&quoted(key))?;
        }
        Ok(())
    }
}

/// The length of the key part that `text` begins with, quotes included.
pub(in crate::scenario) fn part_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    match bytes.first()? {
        b'\'' => Some(bytes[1..].iter().position(|b| *b == b'\'')? + 2),
        b'"' => {
            let mut at = 1;
            while *bytes.get(at)? != b'"' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            Some(at + 1)
        }
        _ => Some(bytes.iter().position(|b| !bare(b)).unwrap_or(bytes.len())).filter(|n| *n > 0),
    }
}

/// The first part of a path, unquoted, and what follows it.
fn part(text: &str) -> Option<(String, &str)> {
    let (word, rest) = text.split_at_checked(part_len(text)?)?;
    if word.starts_with(['"', '\'']) {
        let item = value(word, 0).ok()?;
        return Some((item.as_text()?.to_owned(), rest));
    }
    Some((word.to_owned(), rest))
}

fn malformed(text: &str, span: &Span) -> Box<Diagnostic> {
    let message = format!("`{text}` is not the path of a key");
    let label = "a path is made of keys with dots between them, such as `node.app.replicas`";
    Box::new(Diagnostic::error(span.clone(), message).label(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Option<Vec<String>> {
        Path::parse(text, &(0..0)).ok().map(|path| path.keys)
    }

    #[test]
    fn each_key_has_its_place() {
        let of = |text: &str, span: Span| {
            let path = Path::parse(text, &span).expect("a path");
            (0..path.keys.len()).map(|key| path.place(key)).collect::<Vec<_>>()
        };
        assert_eq!(of("a.'b'.cd", 10..18), [10..11, 12..15, 16..18]);
        assert_eq!(of(" a.b ", 10..15), [11..12, 13..14]);
        assert_eq!(of("a.b", 10..15), [11..12, 13..14], "between quotes");
        assert_eq!(of("a.b", 0..0), [0..0, 0..0]);
    }

    #[test]
    fn parts_are_bare_or_quoted_as_in_toml() {
        for (text, expected) in [
            ("seed", vec!["seed"]),
            (" node.app-1.replicas ", vec!["node", "app-1", "replicas"]),
            ("work.0.cpu", vec!["work", "0", "cpu"]),
            ("link.\"a-b\".c", vec!["link", "a-b", "c"]),
            ("a.'b.c'.\"d\\\"\\u0065\"", vec!["a", "b.c", "d\"e"]),
        ] {
            assert_eq!(keys(text).expect(text), expected);
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let deep = "a.".repeat(100_000) + "a";
        for text in
            ["", ".", "a.", ".a", "a..b", "a b", "a=b", "'a", "\"a", "\"a\\", "é", "a[0]", &deep]
        {
            assert_eq!(keys(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_is_printed_as_it_can_be_written() {
        let path = Path::parse("a.'b.c'.d", &(0..0)).expect("a path");
        assert_eq!(path.to_string(), "a.\"b.c\".d");
    }

    #[test]
    fn paths_overlap_if_one_leads_into_the_other() {
        let path = |text| Path::parse(text, &(0..0)).expect("a path");
        assert!(path("a.b").overlaps(&path("a.b.c")) && path("a.b").overlaps(&path("a.b")));
        assert!(!path("a.b").overlaps(&path("a.c")) && !path("a.b").overlaps(&path("ab")));
    }
}
