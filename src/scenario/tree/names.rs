//! The names that users give to nodes, links, endpoints and the like.

use super::{Entry, Table};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};

/// The longest name, in bytes.
pub const MAX_NAME_BYTES: usize = 128;

/// Checks the names in the tables at `patterns`, in which `*` stands for any name that a user
/// gave: `["node", "*"]`, `["link", "*", "*"]`, `["variant", "*", "node", "*"]`.
///
/// Names are made of letters, digits, `-` and `_` and begin with a letter, so that they can stand
/// in dotted paths, in result files and in file names. Two that differ only in case are allowed,
/// and warned of.
pub fn check_names(root: &Table, patterns: &[&[&str]], diagnostics: &mut Diagnostics) {
    for pattern in patterns {
        walk(root, pattern, diagnostics);
    }
}

fn walk(table: &Table, pattern: &[&str], diagnostics: &mut Diagnostics) {
    let Some((first, rest)) = pattern.split_first() else { return };
    if *first != "*" {
        if let Some(inner) = table.table(first) {
            walk(inner, rest, diagnostics);
        }
        return;
    }
    for (name, entry) in table.iter() {
        check_name(name, entry, diagnostics);
        if let Some(inner) = entry.item.as_table() {
            walk(inner, rest, diagnostics);
        }
    }
    warn_of_case(table, diagnostics);
}

fn check_name(name: &str, entry: &Entry, diagnostics: &mut Diagnostics) {
    let Some(wrong) = wrong_with(name) else { return };
    if diagnostics.is_full() {
        diagnostics.count_more(1);
        return;
    }
    let shown: String = name.chars().take(40).collect();
    let dots = if shown.len() < name.len() { "..." } else { "" };
    let message = format!("`{shown}{dots}` cannot be a name");
    diagnostics.push(
        Diagnostic::error(entry.key_span.clone(), message)
            .label(wrong)
            .help("a name begins with a letter and is made of letters, digits, `-` and `_`"),
    );
}

fn wrong_with(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".to_owned());
    }
    if name.len() > MAX_NAME_BYTES {
        return Some(format!("it has {} bytes, and {MAX_NAME_BYTES} are allowed", name.len()));
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if let Some(c) = name.chars().find(|c| !allowed(c)) {
        let code =
            if c.is_ascii_graphic() { String::new() } else { format!(" (U+{:04X})", c as u32) };
        return Some(format!("`{c}`{code} is not allowed"));
    }
    let first = name.chars().next().filter(|c| !c.is_ascii_alphabetic())?;
    Some(format!("it begins with `{first}`"))
}

fn warn_of_case(table: &Table, diagnostics: &mut Diagnostics) {
    let mut folded: Vec<(String, &str, &Entry)> =
        table.iter().map(|(name, entry)| (name.to_ascii_lowercase(), name, entry)).collect();
    folded.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    for pair in folded.windows(2) {
        let [(a, one, first), (b, other, second)] = pair else { continue };
        if a == b && !diagnostics.is_full() {
            let (late, early, span) = if first.key_span.start < second.key_span.start {
                (other, one, &second.key_span)
            } else {
                (one, other, &first.key_span)
            };
            let message = format!("the names `{early}` and `{late}` differ only in case");
            diagnostics.push(Diagnostic::warning(span.clone(), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Sources;
    use crate::scenario::tree::document;

    fn check(text: &str) -> String {
        let mut sources = Sources::new();
        sources.add("shop.toml", text);
        let mut diagnostics = Diagnostics::new();
        let table = document(text, 0, &mut diagnostics).table;
        let patterns: &[&[&str]] =
            &[&["node", "*"], &["link", "*", "*"], &["variant", "*", "node", "*"]];
        check_names(&table, patterns, &mut diagnostics);
        diagnostics.to_plain(&sources)
    }

    #[test]
    fn sound_names_pass() {
        let longest = "n".repeat(MAX_NAME_BYTES);
        let text = format!("[node.app-1]\n[node.App_2]\n[node.{longest}]\n[link.a.b]\n[other.'ü']");
        assert_eq!(check(&text), "");
    }

    #[test]
    fn a_wrong_name_is_pointed_at() {
        assert_eq!(
            check("[link.a.\"b.c\"]").trim_end(),
            "error: `b.c` cannot be a name
 --> shop.toml:1:9
  |
1 | [link.a.\"b.c\"]
  |         ^^^^^ `.` is not allowed
  |
  = help: a name begins with a letter and is made of letters, digits, `-` and `_`"
        );
    }

    #[test]
    fn all_that_can_be_wrong_with_a_name_is_told() {
        let long = "n".repeat(MAX_NAME_BYTES + 1);
        for (name, said) in [
            ("''", "it is empty"),
            ("1a", "it begins with `1`"),
            ("-a", "it begins with `-`"),
            ("'a b'", "` ` (U+0020) is not allowed"),
            ("\"a\\u200B\"", "(U+200B) is not allowed"),
            ("'é'", "`é` (U+00E9) is not allowed"),
            ("'../x'", "`.` is not allowed"),
            (long.as_str(), "it has 129 bytes, and 128 are allowed"),
        ] {
            let shown = check(&format!("[variant.v.node.{name}]"));
            assert!(shown.contains(said), "{name}: {shown}");
        }
    }

    #[test]
    fn names_that_differ_only_in_case_are_warned_of() {
        let shown = check("[node.app]\n[node.db]\n[node.App]");
        assert!(
            shown.contains(
                "warning: the names `app` and `App` differ only in case\n --> shop.toml:3:7"
            ),
            "{shown}"
        );
    }
}
