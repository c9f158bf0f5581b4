//! Faults of types as sentences for people.

use super::elsewhere::{belongs, called};
use super::fault::{Fault, Found, Kind};
use super::reader::Stray;
use crate::scenario::diagnostic::{Diagnostic, nearest, ranked};
use crate::scenario::source::Span;

/// So many allowed words are listed; of a longer list only the nearest ones.
const MAX_LISTED: usize = 8;
const NEAREST_LISTED: usize = 3;

/// The diagnostic of an unknown key; `also` are further names that are allowed at the root.
pub(super) fn stray(stray: &Stray, also: &[&str]) -> Diagnostic {
    let mut allowed = stray.allowed.to_vec();
    if stray.at_root {
        allowed.extend(also);
    }
    unknown_key(&stray.key, stray.span.clone(), &allowed)
}

/// The diagnostic of a fault; `otherwise` is where it is if the fault does not know.
pub(super) fn fault(fault: &Fault, otherwise: &Span) -> Diagnostic {
    let span = fault.span.clone().unwrap_or_else(|| otherwise.clone());
    match &fault.kind {
        Kind::UnknownKey { key, allowed } => unknown_key(key, span, allowed),
        Kind::UnknownVariant { word, allowed } if fault.at_key => {
            unknown_alternative(word, span, allowed)
        }
        Kind::UnknownVariant { word, allowed } => {
            let message = format!("unknown value `{word}`{}", of_key(fault));
            let error = Diagnostic::error(span.clone(), message);
            let error = error.label(listed("the values here are", word, allowed));
            if let Some((sentence, own)) = called(word, allowed) {
                return error.help(sentence).suggest(span, format!("\"{own}\""));
            }
            meant(error, word, allowed, |name| (span, format!("\"{name}\"")))
        }
        Kind::Missing(key) => Diagnostic::error(span, format!("missing key `{key}`"))
            .label(format!("`{key}` is needed here")),
        Kind::Unfit { found, expected } => unfit(fault, span, found, expected),
        Kind::Length { found, expected } => {
            let message = format!("{} of {}", takes(fault, "a list"), elements(expected));
            Diagnostic::error(span, message).label(format!("this one has {found}"))
        }
        Kind::NoWord { found, allowed } => {
            let error = Diagnostic::error(span, takes(fault, "a word or a table with one key"));
            error.label(format!("{found} stands here")).help(listed(
                "the words and keys here are",
                "",
                allowed,
            ))
        }
        Kind::NotOne(keys) => {
            let error = Diagnostic::error(span, takes(fault, "exactly one alternative"));
            error.label(match keys.as_slice() {
                [] => "none stands here".to_owned(),
                keys => format!("{} stand here: `{}`", keys.len(), keys.join("`, `")),
            })
        }
        Kind::Bare(word) => Diagnostic::error(span, format!("`{word}` needs a value"))
            .help(format!("write `{{ {word} = ... }}`")),
        Kind::Said(words) => Diagnostic::error(span, words.clone()),
    }
}

/// Where the idle time of connections stands.
const IDLE: &str = "an idle connection is kept for the `keep_alive` of its link's `connection`";

/// A key that the table does not have: if it is one of another table it was meant for that, unless
/// it is but a slip away from one of this table.
fn unknown_key(key: &str, span: Span, allowed: &[&str]) -> Diagnostic {
    let is_slip = allowed.iter().any(|name| strsim::osa_distance(key, name) == 1);
    // Sessions have a key of this name; among time-outs people mean connections.
    let is_of_connections = key == "idle" && allowed.contains(&"connect");
    let home = if is_of_connections { Some(IDLE.to_owned()) } else { belongs(key) };
    match home.filter(|_| !is_slip) {
        Some(sentence) => {
            let error = Diagnostic::error(span, format!("unknown key `{}`", short(key)));
            error.label(listed("the keys here are", key, allowed)).help(sentence)
        }
        None => unknown_alternative(key, span, allowed),
    }
}

fn unknown_alternative(key: &str, span: Span, allowed: &[&str]) -> Diagnostic {
    let error = Diagnostic::error(span.clone(), format!("unknown key `{}`", short(key)));
    let error = error.label(listed("the keys here are", key, allowed));
    meant(error, key, allowed, |name| (span, name.to_owned()))
}

/// Adds the nearest of the allowed words, as advice and as a change of the text.
fn meant(
    error: Diagnostic,
    word: &str,
    allowed: &[&str],
    change: impl FnOnce(&str) -> (Span, String),
) -> Diagnostic {
    let Some(name) = nearest(word, allowed.iter().copied()) else { return error };
    let (span, words) = change(name);
    error.help(format!("did you mean `{name}`?")).suggest(span, words)
}

/// The allowed words, or of many only the nearest to `word`.
fn listed(opening: &str, word: &str, allowed: &[&str]) -> String {
    if allowed.is_empty() {
        return "no key belongs here".to_owned();
    }
    if allowed.len() <= MAX_LISTED {
        return format!("{opening} `{}`", allowed.join("`, `"));
    }
    let mut near: Vec<&str> =
        ranked(word, allowed.iter().copied()).into_iter().map(|(_, name)| name).collect();
    near.truncate(NEAREST_LISTED);
    if near.is_empty() {
        near.extend(&allowed[..NEAREST_LISTED]);
    }
    let others = allowed.len() - near.len();
    format!("{opening} `{}` and {others} others", near.join("`, `"))
}

fn unfit(fault: &Fault, span: Span, found: &Found, expected: &str) -> Diagnostic {
    let plain = plain(expected);
    let error = Diagnostic::error(span.clone(), takes(fault, &plain));
    let error = error.label(format!("{found} stands here"));
    let wants_number = plain.contains("number") || plain.contains("true");
    if let Found::Text(text) = found
        && wants_number
        && bare(text)
    {
        return error.help("write it without quotes").suggest(span, text);
    }
    if let Found::Number(number) = found
        && plain == "a text"
    {
        return error.help("write it in quotes").suggest(span, format!("\"{number}\""));
    }
    error
}

fn bare(text: &str) -> bool {
    text.parse::<i64>().is_ok() || matches!(text, "true" | "false")
}

/// `` `cores` takes a whole number ``, with whatever is known of the key.
fn takes(fault: &Fault, what: &str) -> String {
    match &fault.key {
        Some(key) if fault.in_list => format!("an element of `{}` is {what}", short(key)),
        Some(key) => format!("`{}` takes {what}", short(key)),
        None => format!("here belongs {what}"),
    }
}

fn of_key(fault: &Fault) -> String {
    fault.key.as_ref().map_or_else(String::new, |key| format!(" of `{}`", short(key)))
}

/// A key that a message can hold.
fn short(key: &str) -> String {
    match key.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &key[..end]),
        None => key.to_owned(),
    }
}

fn elements(expected: &str) -> String {
    let digits: String = expected.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { expected.to_owned() } else { format!("{digits} elements") }
}

/// serde's names of types in plain words.
fn plain(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0 to 18446744073709551615",
        "u128" => "a whole number from 0 on",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a nonzero u8" | "a nonzero u16" | "a nonzero u32" | "a nonzero u64"
        | "a nonzero usize" => "a whole number from 1 on",
        "a string" | "a borrowed string" => "a text",
        "a boolean" => "`true` or `false`",
        "a sequence" => "a list",
        "a map" => "a table",
        _ if expected.starts_with("struct ") => "a table",
        _ if expected.starts_with("enum ") => "a word or a table with one key",
        _ if expected.starts_with("a tuple") || expected.starts_with("tuple ") => "a list",
        other => other,
    };
    words.to_owned()
}
