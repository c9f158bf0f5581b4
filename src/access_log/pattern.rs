//! The pattern of a path: what paths of one endpoint have in common.

use super::printable;

/// The longest pattern: what is longer is cut, and then one of several endpoints.
const MAX: usize = 120;

/// Hexadecimal digits from which on a word with a digit in it is an id, and characters of any word.
const HEX: usize = 8;
const WORD: usize = 20;

/// `path` with `:id` for every segment that names one of many things: numbers, also behind a name
/// (`shoes-4711`), UUIDs, hexadecimal digests, and long words with digits. An ending stays, and so
/// does a name around a digest (`main.3f2a9b1c.css`), as bundlers write it.
#[must_use]
pub fn pattern(path: &[u8]) -> String {
    let text = printable(path);
    let mut pattern = String::with_capacity(text.len().min(MAX));
    for (place, segment) in text.split('/').enumerate() {
        if place > 0 {
            pattern.push('/');
        }
        let (stem, ending) = parts(segment);
        if is_id(stem) {
            pattern.push_str(":id");
            pattern.push_str(ending);
        } else {
            push_folded(stem, &mut pattern);
            pattern.push_str(ending);
        }
        if pattern.len() > MAX {
            pattern.truncate(MAX);
            break;
        }
    }
    pattern
}

/// A segment's name and its ending, such as `.html`.
fn parts(segment: &str) -> (&str, &str) {
    let Some(dot) = segment.rfind('.').filter(|dot| *dot > 0) else { return (segment, "") };
    let ending = &segment[dot + 1..];
    let is_ending = (1..=5).contains(&ending.len())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    if is_ending { segment.split_at(dot) } else { (segment, "") }
}

fn is_id(stem: &str) -> bool {
    let has_digit = stem.bytes().any(|byte| byte.is_ascii_digit());
    if !has_digit {
        return false;
    }
    let is_number = stem.bytes().all(|byte| byte.is_ascii_digit() || b"-_.".contains(&byte));
    let plain = stem.bytes().filter(|byte| *byte != b'-');
    let is_hex = stem.len() >= HEX && plain.clone().all(|byte| byte.is_ascii_hexdigit());
    let is_long = stem.len() >= WORD
        && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=~.".contains(&byte));
    let last = stem.rsplit(['-', '_']).next().unwrap_or(stem);
    let ends_in_number = last.len() < stem.len()
        && !last.is_empty()
        && last.bytes().all(|byte| byte.is_ascii_digit());
    is_number || is_hex || is_long || ends_in_number
}

/// Writes a name with `:id` for every digest in it that stands between dots or dashes.
fn push_folded(stem: &str, pattern: &mut String) {
    for part in stem.split_inclusive(['.', '-']) {
        let word = part.trim_end_matches(['.', '-']);
        if is_digest(word) {
            pattern.push_str(":id");
            pattern.push_str(&part[word.len()..]);
        } else {
            pattern.push_str(part);
        }
    }
}

/// Whether a word is of hexadecimal digits, enough of them, and not of letters alone: a word of a
/// language may be, such as `deadbeef`, but of a thousand digests hardly one.
fn is_digest(word: &str) -> bool {
    word.len() >= HEX
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ids_are_folded_and_names_are_not() {
        for (path, expected) in [
            ("/", "/"),
            ("/about.html", "/about.html"),
            ("/p/4711", "/p/:id"),
            ("/users/12/orders/7", "/users/:id/orders/:id"),
            ("/p/4711.html", "/p/:id.html"),
            ("/shoes-4711", "/:id"),
            ("/img_0042.jpg", "/:id.jpg"),
            ("/2024-05-06", "/:id"),
            ("/v1/items", "/v1/items"),
            ("/mp3", "/mp3"),
            ("/o/550e8400-e29b-41d4-a716-446655440000", "/o/:id"),
            ("/static/app.3f9a8c7d.js", "/static/app.:id.js"),
            ("/css/main-3f2a9b1c.css", "/css/main-:id.css"),
            ("/js/main.3f2a9b1c.chunk.js", "/js/main.:id.chunk.js"),
            ("/js/main.3f2a9b1c", "/js/main.:id"),
            ("/a.3f2a9b1.js", "/a.3f2a9b1.js"),
            ("/jquery-3.6.0.min.js", "/jquery-3.6.0.min.js"),
            ("/main.deadbeef.css", "/main.deadbeef.css"),
            ("/h/DEADBEEF1", "/h/:id"),
            (".", "."),
            ("/a--.-b", "/a--.-b"),
            ("/static/3f9a8c7d.js", "/static/:id.js"),
            ("/deadbeef", "/deadbeef"),
            ("/t/aGVsbG8gd29ybGQ0NTY3ODk", "/t/:id"),
            ("/1.2.3/", "/:id/"),
            ("*", "*"),
            ("/a b", "/a%20b"),
        ] {
            assert_eq!(pattern(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn a_pattern_is_short_however_long_the_path_is() {
        let path = "/x".repeat(10_000);
        assert_eq!(pattern(path.as_bytes()).len(), MAX);
        assert_eq!(pattern("a".repeat(10_000).as_bytes()).len(), MAX);
    }
}
