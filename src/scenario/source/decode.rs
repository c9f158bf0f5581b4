//! From the bytes of a file to its text, or a sentence that says why it is none.

use super::Span;

/// Bytes that are no scenario text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
    /// As much of the text as can be shown.
    pub shown: String,
    /// Where in `shown` the trouble is; nothing for a file that has no readable place.
    pub at: Option<Span>,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
const SAVE_AS_UTF8: &str = "save the file as UTF-8 text";
const WRITE_TOML: &str =
    "a scenario is a TOML file: `[node.app]` on a line, then `key = value` lines";

/// What a file of another kind begins with.
const OTHER_KINDS: &[(&[u8], &str)] = &[
    (b"\x1F\x8B", "a gzip archive"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"\xFD7zXZ", "an xz archive"),
    (b"\x7FELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "a database"),
];

/// What the text of another format begins with.
const OTHER_FORMATS: &[(&str, &str)] =
    &[("{", "JSON"), ("<", "XML or HTML"), ("---", "YAML"), ("%YAML", "YAML")];

/// The text of a file. A byte-order mark is dropped, and the bare carriage returns of old systems
/// become line feeds, so that lines are counted as editors count them.
///
/// # Errors
/// If the bytes are not UTF-8 text, or text of another format.
pub fn decode(bytes: Vec<u8>) -> Result<String, Refusal> {
    if let Some(message) = other_kind(&bytes) {
        let help = message.contains("UTF-16").then_some(SAVE_AS_UTF8);
        return Err(Refusal { message, help, shown: String::new(), at: None });
    }
    let bytes = if bytes.starts_with(BOM) { bytes[BOM.len()..].to_vec() } else { bytes };
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&error))?;
    let text = unify_line_ends(text);
    if let Some(at) = text.find('\0') {
        let message = "there is a NUL byte, so this is not a text".to_owned();
        return Err(Refusal { message, help: None, shown: text, at: Some(at..at + 1) });
    }
    if let Some((name, at)) = other_format(&text) {
        let message = format!("this looks like {name}, not like a scenario");
        return Err(Refusal { message, help: Some(WRITE_TOML), shown: text, at: Some(at) });
    }
    Ok(text)
}

/// A sentence on files that hold no UTF-8 text at all.
fn other_kind(bytes: &[u8]) -> Option<String> {
    let utf16 = bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\xFE\xFF")
        || matches!(bytes, [0, a, 0, b, ..] | [a, 0, b, 0, ..] if *a != 0 && *b != 0);
    if utf16 {
        return Some("this is UTF-16 text, and a scenario is UTF-8".to_owned());
    }
    if bytes.first() == Some(&0) {
        return Some("this is a binary file, not a text".to_owned());
    }
    let kind = OTHER_KINDS.iter().find(|(start, _)| bytes.starts_with(start));
    kind.map(|(_, name)| format!("this is {name}, not a text"))
}

fn not_utf8(error: &std::string::FromUtf8Error) -> Refusal {
    let at = error.utf8_error().valid_up_to();
    let bad = error.as_bytes()[at];
    let message = format!("this is not UTF-8 text: byte {} is 0x{bad:02X}", at + 1);
    // A short piece around the byte is enough for the excerpt; what follows may be anything.
    let until = error.as_bytes().len().min(at + 64);
    let shown = String::from_utf8_lossy(&error.as_bytes()[..until]).into_owned();
    Refusal { message, help: Some(SAVE_AS_UTF8), shown, at: Some(at..at + '\u{FFFD}'.len_utf8()) }
}

/// Replaces each carriage return that no line feed follows; the length stays.
fn unify_line_ends(text: String) -> String {
    let bare = |(at, _): &(usize, &str)| text.as_bytes().get(at + 1) != Some(&b'\n');
    let places: Vec<usize> = text.match_indices('\r').filter(bare).map(|(at, _)| at).collect();
    if places.is_empty() {
        return text;
    }
    let mut bytes = text.into_bytes();
    for at in places {
        bytes[at] = b'\n';
    }
    String::from_utf8(bytes).expect("one ASCII character has replaced another")
}

fn other_format(text: &str) -> Option<(&'static str, Span)> {
    let start = text.len() - text.trim_start().len();
    let (mark, name) = OTHER_FORMATS.iter().find(|(mark, _)| text[start..].starts_with(mark))?;
    Some((name, start..start + mark.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> Refusal {
        decode(bytes.to_vec()).expect_err("no scenario text")
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(decode(b"\xEF\xBB\xBFx = 1".to_vec()), Ok("x = 1".to_owned()));
    }

    #[test]
    fn bare_carriage_returns_end_lines() {
        assert_eq!(decode(b"a\rb\r\nc\nd\r".to_vec()), Ok("a\nb\r\nc\nd\n".to_owned()));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused_with_their_place() {
        for (bytes, at) in [(&b"ab = 1\nc\xFF = 2"[..], 8), (b"a = \"\xC0\xAF\"", 5)] {
            let refusal = refused(bytes);
            assert!(refusal.message.contains(&format!("byte {}", at + 1)), "{}", refusal.message);
            assert_eq!(refusal.at, Some(at..at + 3));
            assert_eq!(refusal.shown.get(at..at + 3), Some("\u{FFFD}"));
        }
    }

    #[test]
    fn files_of_another_kind_are_called_by_their_name() {
        for (bytes, said) in [
            (&b"\x1F\x8B\x08\x00rest"[..], "a gzip archive"),
            (b"\x7FELF\x02\x01", "a program"),
            (b"\xFF\xFEx\x00", "UTF-16"),
            (b"x\x00=\x00", "UTF-16"),
            (b"\x00x\x00=", "UTF-16"),
            (b"\x00", "binary"),
            (&[0; 1000], "binary"),
            (b"x = 1\x00", "NUL byte"),
            (b"  {\"node\": 1}", "JSON"),
            (b"---\nnode: 1", "YAML"),
            (b"<html>", "XML"),
        ] {
            assert!(refused(bytes).message.contains(said), "{said}");
        }
    }

    #[test]
    fn an_empty_file_is_an_empty_text() {
        assert_eq!(decode(Vec::new()), Ok(String::new()));
    }
}
