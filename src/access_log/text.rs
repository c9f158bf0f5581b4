//! Bytes of a log as text that can stand in any cell, name or comment, and who sent them.

use std::fmt::Write as _;

use crate::rng::mix;

/// `bytes` as printable ASCII: what else they are is percent-encoded, and so is what would mean
/// something in a table, in a scenario or in the template of a path.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'"' | b'\'' | b'\\' | b',' | b'`' | b'{' | b'}' | b'<' | b'>' | b'^' | b'|' => {
                let _ = write!(text, "%{byte:02X}");
            }
            b'!'..=b'~' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// A session by who is taken to have it: one address with one user name and one browser.
#[must_use]
pub fn session_of(host: &[u8], user: Option<&[u8]>, agent: Option<&[u8]>) -> String {
    let mut hash = 0;
    for field in [host, user.unwrap_or_default(), agent.unwrap_or_default()] {
        for byte in field {
            hash = mix(hash ^ u64::from(*byte));
        }
        // Where one field ends and the next begins is a part of what is hashed.
        hash = mix(hash ^ 0x100);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_bytes_are_the_text_is_plain() {
        assert_eq!(printable(b"/a-b_c.d~e?q=1&r=%20#x"), "/a-b_c.d~e?q=1&r=%20#x");
        assert_eq!(printable(b"/\"\\,{\n\0\xff}"), "/%22%5C%2C%7B%0A%00%FF%7D");
        let all: Vec<u8> = (0..=255).collect();
        assert!(printable(&all).bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
    }

    #[test]
    fn a_session_is_told_by_all_three() {
        let first = session_of(b"::1", Some(b"ann"), Some(b"curl"));
        assert_eq!(first, session_of(b"::1", Some(b"ann"), Some(b"curl")));
        for other in [
            session_of(b"::2", Some(b"ann"), Some(b"curl")),
            session_of(b"::1", None, Some(b"curl")),
            session_of(b"::1", Some(b"ann"), None),
            session_of(b"::1", Some(b"annc"), Some(b"url")),
        ] {
            assert_ne!(first, other);
        }
    }
}
