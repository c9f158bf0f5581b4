//! Whether a text is nested too deeply, or holds too much, to be given to a parser.
//!
//! The parser bounds brackets, but not the dots of a key, and a chain of a million dots makes a
//! tree that cannot even be dropped without a stack of its height. And it needs up to 300 bytes of
//! memory for a byte of text that consists of nothing but brackets and commas. So tokens are
//! counted first, with the same rules for where strings and comments begin and end as those of the
//! `toml_parser` crate, also in texts that are not well formed.

use crate::scenario::source::Span;

/// The deepest nesting: tables and lists within one another, and the parts of dotted keys.
pub const MAX_DEPTH: usize = 64;

/// The most keys and values of one text, as a rough number: a table counts as three.
pub const MAX_VALUES: usize = 1_100_000;

/// The tokens of `key = value` and its line end.
const TOKENS_PER_VALUE: usize = 6;

/// Why a text is not given to a parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// It is nested deeper than [`MAX_DEPTH`].
    Depth,
    /// It holds more than [`MAX_VALUES`].
    Values,
}

/// Where the text first goes beyond a bound, and which.
pub(super) fn excess(text: &str) -> Option<(Excess, Span)> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, tokens: 0 };
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut outer = 0;
    let mut dots = 0;
    while let Some(byte) = scan.bytes.get(scan.at).copied() {
        let start = scan.at;
        match byte {
            b'.' => dots += 1,
            b'[' | b'{' => {
                let close = if byte == b'[' { b']' } else { b'}' };
                open.push((close, dots + 1));
                outer += dots + 1;
                dots = 0;
                scan.tokens += 2 * TOKENS_PER_VALUE;
            }
            b']' | b'}' => {
                if open.last().is_some_and(|(close, _)| *close == byte) {
                    outer -= open.pop().map_or(0, |(_, depth)| depth);
                }
                dots = 0;
            }
            b',' | b'\n' => dots = 0,
            _ => {}
        }
        scan.token(byte);
        if outer + dots > MAX_DEPTH {
            return Some((Excess::Depth, start..scan.at));
        }
        if scan.tokens > MAX_VALUES * TOKENS_PER_VALUE {
            return Some((Excess::Values, start..scan.at));
        }
    }
    None
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
}

impl Scan<'_> {
    /// Goes behind the token that begins with `byte`.
    fn token(&mut self, byte: u8) {
        self.tokens += 1;
        let rest = &self.bytes[self.at..];
        match byte {
            b'#' => self.until(|b| matches!(b, b'\r' | b'\n')),
            b'\'' if rest.starts_with(b"'''") => self.long_string(b'\'', false),
            b'"' if rest.starts_with(b"\"\"\"") => self.long_string(b'"', true),
            b'\'' => self.string(b'\'', false),
            b'"' => self.string(b'"', true),
            b'.' | b'=' | b',' | b'[' | b']' | b'{' | b'}' | b' ' | b'\t' | b'\r' | b'\n' => {
                self.at += 1;
            }
            // A quote within a bare word does not begin a string.
            _ => self.until(|b| b".=,[]{} \t#\r\n".contains(&b)),
        }
    }

    fn until(&mut self, end: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| end(*b)).unwrap_or(rest.len());
    }

    /// A string on one line; a missing quote ends it with the line.
    fn string(&mut self, quote: u8, escapes: bool) {
        self.at += 1;
        loop {
            self.until(|b| b == quote || b == b'\n' || escapes && b == b'\\');
            match self.bytes.get(self.at) {
                Some(b'\\') if escapes => self.escape(quote),
                Some(b) if *b == quote => {
                    self.at += 1;
                    return;
                }
                _ => return,
            }
        }
    }

    /// A string of several lines; a missing end ends it with the text.
    fn long_string(&mut self, quote: u8, escapes: bool) {
        self.at += 3;
        loop {
            self.until(|b| b == quote || escapes && b == b'\\');
            match self.bytes.get(self.at) {
                None => return,
                Some(b'\\') if escapes => self.escape(quote),
                Some(_) if self.bytes[self.at..].starts_with(&[quote; 3]) => break,
                Some(_) => self.at += 1,
            }
        }
        self.at += 3;
        for _ in 0..2 {
            self.at += usize::from(self.bytes.get(self.at) == Some(&quote));
        }
    }

    fn escape(&mut self, quote: u8) {
        self.tokens += 1;
        self.at += 1;
        self.at += usize::from(self.bytes.get(self.at).is_some_and(|b| *b == b'\\' || *b == quote));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn too_deep(text: &str) -> Option<Span> {
        excess(text).filter(|(excess, _)| *excess == Excess::Depth).map(|(_, span)| span)
    }

    fn nested(open: &str, close: &str, depth: usize) -> String {
        format!("x = {}1{}", open.repeat(depth), close.repeat(depth))
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        assert_eq!(too_deep(&nested("[", "]", MAX_DEPTH)), None);
        assert_eq!(too_deep(&nested("[", "]", MAX_DEPTH + 1)), Some(68..69));
        assert_eq!(too_deep(&format!("a{} = 1", ".a".repeat(MAX_DEPTH))), None);
        assert!(too_deep(&format!("a{} = 1", ".a".repeat(MAX_DEPTH + 1))).is_some());
        assert!(too_deep(&nested("{a.b=", "}", 40)).is_some());
    }

    #[test]
    fn what_stands_in_strings_and_comments_is_not_nested() {
        let deep = "[.".repeat(100);
        for text in [
            format!("# {deep}\nx = 1"),
            format!("x = \"\\\"{deep}\""),
            format!("x = '{deep}'"),
            format!("x = '''\n'{deep}'''''\ny = 1"),
            format!("x = \"\"\"\n\\\"\"\"{deep}\"\"\"\ny = 1"),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
        }
    }

    #[test]
    fn depth_after_a_string_counts_again() {
        let deep = "[".repeat(100);
        for text in ["'a'", "\"a\\\\\"", "'''a'''", "\"\"\"a\"\"\"\"", "don't", "\"cut\n"] {
            assert!(too_deep(&format!("x = [{text}, {deep}")).is_some(), "{text}");
        }
    }

    #[test]
    fn a_million_keys_fit_and_a_flood_of_anything_does_not() {
        assert_eq!(excess(&"key = 1\n".repeat(1_000_000)), None);
        for (start, flood) in [
            ("", "="),
            ("", "=\n"),
            ("", "x\n"),
            ("x = [", "1,"),
            ("x = [", "{a=1},"),
            ("x = \"", "\\q"),
            ("", "[[a]]\n"),
        ] {
            let text = format!("{start}{}", flood.repeat((16 << 20) / flood.len()));
            assert_eq!(excess(&text).map(|(excess, _)| excess), Some(Excess::Values), "{flood}");
        }
    }

    #[test]
    fn many_shallow_tables_are_not_deep() {
        assert_eq!(too_deep(&"[[a.b.c]]\nx = { y = [1, 2.5] }\n".repeat(1_000)), None);
    }
}
