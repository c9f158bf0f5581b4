//! A field in quotes, with what servers write for bytes that would break it.

use std::borrow::Cow;

/// The field that begins at the quote `line` begins with, as it was before it was escaped, and
/// what follows its closing quote; none if there is no such quote.
pub(super) fn quoted(line: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let inner = line.strip_prefix(b"\"")?;
    let end = closing(inner)?;
    let (field, rest) = (&inner[..end], &inner[end + 1..]);
    let plain = if field.contains(&b'\\') { unescaped(field).into() } else { field.into() };
    Some((plain, rest))
}

/// Where the first quote stands that no backslash protects.
fn closing(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < inner.len() {
        match inner[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// Apache and nginx write `\"`, `\\` and `\xHH`, Apache also `\n`, `\t` and the like. A backslash
/// before anything else is one.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            plain.push(*byte);
            continue;
        }
        let (means, length) = match after {
            [b'x', high, low, ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, 3),
                _ => (b'\\', 0),
            },
            [b'n', ..] => (b'\n', 1),
            [b'r', ..] => (b'\r', 1),
            [b't', ..] => (b'\t', 1),
            [b'b', ..] => (8, 1),
            [b'f', ..] => (12, 1),
            [b'v', ..] => (11, 1),
            [protected @ (b'"' | b'\\'), ..] => (*protected, 1),
            _ => (b'\\', 0),
        };
        plain.push(means);
        rest = &rest[length..];
    }
    plain
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, field: &[u8], rest: &str) {
        let (seen, after) = quoted(line.as_bytes()).expect(line);
        assert_eq!((&*seen, after), (field, rest.as_bytes()), "{line}");
    }

    #[test]
    fn a_field_ends_at_its_quote_and_escapes_are_undone() {
        check(r#""plain" 200"#, b"plain", " 200");
        check(r#""""#, b"", "");
        check(r#""a \"b\" \\ c" x"#, b"a \"b\" \\ c", " x");
        check(r#""\x16\x03\xFf""#, b"\x16\x03\xff", "");
        check(r#""\n\t\r\b\f\v""#, b"\n\t\r\x08\x0c\x0b", "");
        check(r#""\xZZ \q \x1""#, br"\xZZ \q \x1", "");
    }

    #[test]
    fn what_is_not_closed_is_no_field() {
        for line in ["", "x", "\"", "\"abc", r#""abc\""#, "\"\\"] {
            assert_eq!(quoted(line.as_bytes()), None, "{line}");
        }
    }
}
