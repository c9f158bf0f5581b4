//! A scenario file with the files that it includes, as one tree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::overlay::{Choices, merge};
use crate::scenario::source::{Files, MAX_TOTAL_BYTES, Refusal, Sources, Span, Unreadable, decode};
use crate::scenario::tree::{self, Parsed, Table};

/// The longest chain of files of which each includes the next.
pub const MAX_INCLUDE_DEPTH: usize = 8;

/// Reads the scenario file at `path`. The files that it names in `include` are merged before the
/// file itself, so that its own keys win; a file that is named twice is read once, where it is
/// named first.
///
/// What could be read is returned even if there are errors, so that errors of another kind in it
/// can be told at the same time; [`Parsed::complete`] says whether anything may be missing.
pub fn load(
    path: &Path,
    files: &dyn Files,
    choices: &dyn Choices,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Parsed {
    let bytes = files.read(path);
    let mut loader =
        Loader { files, choices, sources, diagnostics, chain: Vec::new(), seen: BTreeSet::new() };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(why) => {
            let message = format!("cannot read `{}`: {why}", path.display());
            let unreadable = why != Unreadable::TooLarge;
            loader.diagnostics.push(Diagnostic { unreadable, ..Diagnostic::nowhere(message) });
            return Parsed::default();
        }
    };
    let before = loader.diagnostics.errors();
    let parsed = loader.file(normal(path), bytes, None);
    if parsed.table.is_empty() && parsed.complete && loader.diagnostics.errors() == before {
        let message = format!("the scenario `{}` is empty", path.display());
        diagnostics.push(Diagnostic::nowhere(message).help("it needs at least a `[node.NAME]`"));
    }
    parsed
}

struct Loader<'a> {
    files: &'a dyn Files,
    choices: &'a dyn Choices,
    sources: &'a mut Sources,
    diagnostics: &'a mut Diagnostics,
    /// The files that are being read, from the scenario down to the present one.
    chain: Vec<PathBuf>,
    /// All files that were read.
    seen: BTreeSet<PathBuf>,
}

impl Loader<'_> {
    /// Reads the file at `path`; `named` is where an including file names it.
    fn file(&mut self, path: PathBuf, bytes: Vec<u8>, named: Option<&Span>) -> Parsed {
        let name = path.display().to_string();
        if self.sources.total_bytes() + bytes.len() > MAX_TOTAL_BYTES {
            let message =
                format!("the files together hold more than {} MiB", MAX_TOTAL_BYTES >> 20);
            self.diagnostics.push(at(named, message));
            return Parsed::default();
        }
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(refusal) => {
                self.refuse(&name, refusal, named);
                return Parsed::default();
            }
        };
        let base = self.sources.add(name, text.as_str()).start;
        let mut parsed = tree::document(&text, base, self.diagnostics);
        drop(text);
        let includes = self.includes(&mut parsed.table);
        self.seen.insert(path.clone());
        self.chain.push(path);
        let mut below = Table::new(parsed.table.span.clone());
        for (relative, span) in includes {
            if let Some(included) = self.include(&relative, &span) {
                parsed.complete &= included.complete;
                merge(&mut below, included.table, self.choices);
            } else {
                parsed.complete = false;
            }
        }
        self.chain.pop();
        if !below.is_empty() {
            merge(&mut below, parsed.table, self.choices);
            parsed.table = below;
        }
        parsed
    }

    /// Takes the key `include` out of `table`.
    fn includes(&mut self, table: &mut Table) -> Vec<(String, Span)> {
        let Some(entry) = table.remove("include") else { return Vec::new() };
        let one = std::slice::from_ref(&entry.item);
        let items = entry.item.as_array().unwrap_or(one);
        let mut names = Vec::new();
        for item in items {
            match item.as_text() {
                Some(name) => names.push((name.to_owned(), item.span.clone())),
                None => self.diagnostics.push(
                    Diagnostic::error(item.span.clone(), "`include` takes a list of file names")
                        .label(format!("{} stands here", item.value.noun())),
                ),
            }
        }
        names
    }

    /// Reads the file that the present one includes by the name `relative`, or nothing if that is
    /// not allowed or not possible.
    fn include(&mut self, relative: &str, span: &Span) -> Option<Parsed> {
        if let Some(why) = forbidden(relative) {
            let message = format!("a scenario cannot include `{relative}`");
            self.diagnostics.push(Diagnostic::error(span.clone(), message).label(why));
            return None;
        }
        let present = self.chain.last().cloned().unwrap_or_default();
        let folder = present.parent().unwrap_or_else(|| Path::new("")).to_owned();
        let path = normal(&folder.join(relative));
        if let Some(start) = self.chain.iter().position(|file| *file == path) {
            let round: Vec<String> =
                self.chain[start..].iter().map(|f| f.display().to_string()).collect();
            let message = format!("`{}` includes itself", path.display());
            let label = format!("{} -> {}", round.join(" -> "), path.display());
            self.diagnostics.push(Diagnostic::error(span.clone(), message).label(label));
            return None;
        }
        if self.seen.contains(&path) {
            return Some(Parsed { complete: true, ..Parsed::default() });
        }
        if self.chain.len() > MAX_INCLUDE_DEPTH {
            let message = format!("files include one another more than {MAX_INCLUDE_DEPTH} deep");
            self.diagnostics.push(Diagnostic::error(span.clone(), message));
            return None;
        }
        match self.files.read_below(&folder, &path) {
            Ok(bytes) => Some(self.file(path, bytes, Some(span))),
            Err(why) => {
                let message = format!("cannot read `{}`: {why}", path.display());
                let unreadable = !matches!(why, Unreadable::Outside | Unreadable::TooLarge);
                let error = Diagnostic::error(span.clone(), message);
                self.diagnostics.push(Diagnostic { unreadable, ..error });
                None
            }
        }
    }

    fn refuse(&mut self, name: &str, refusal: Refusal, named: Option<&Span>) {
        let diagnostic = match refusal.at {
            Some(local) => {
                let base = self.sources.add(name, refusal.shown).start;
                Diagnostic::error(base + local.start..base + local.end, refusal.message)
            }
            None => at(named, format!("cannot use `{name}`: {}", refusal.message)),
        };
        self.diagnostics.push(match refusal.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

fn at(named: Option<&Span>, message: String) -> Diagnostic {
    match named {
        Some(span) => Diagnostic::error(span.clone(), message),
        None => Diagnostic::nowhere(message),
    }
}

/// Why a file of this name is not included, if it is not: a scenario from elsewhere must not read
/// what lies elsewhere.
fn forbidden(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    match name {
        _ if name.is_empty() => Some("a file name is needed"),
        _ if name.contains("://") => Some("only files are included, nothing is fetched"),
        _ if name.starts_with('/') || drive => Some("the name has to be relative"),
        _ if name.contains('\\') => Some("folders are separated by `/`"),
        _ if name.split('/').any(|part| part == "..") => {
            Some("the file has to lie at or below the folder of this one")
        }
        _ if name.chars().any(char::is_control) => Some("control characters have no place here"),
        _ => None,
    }
}

/// The path without `.` parts, so that one file has one name.
fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != std::path::Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::{Disk, Memory};
    use crate::scenario::tree::Value;

    fn load_from(files: &dyn Files, path: &str) -> (Parsed, String, u8) {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        let parsed =
            load(Path::new(path), files, &|_: &[&str]| false, &mut sources, &mut diagnostics);
        (parsed, diagnostics.to_plain(&sources), diagnostics.exit_status())
    }

    fn check(files: &[(&str, &str)], expected: &str) {
        let (parsed, said, _) = load_from(&Memory::of(files), "dir/shop.toml");
        assert_eq!(said, "");
        assert_eq!(Value::Table(parsed.table).label(), expected);
    }

    fn refused(files: &[(&str, &str)], expected: &str) {
        let (_, said, status) = load_from(&Memory::of(files), "dir/shop.toml");
        assert_eq!((said.trim_end(), status), (expected.trim_matches('\n'), 2));
    }

    #[test]
    fn the_including_file_wins_over_the_included_one() {
        check(
            &[
                ("dir/shop.toml", "include = ['costs.toml', './more/b.toml']\n[m]\nx = 1"),
                ("dir/costs.toml", "[m]\nx = 2\ny = 2\nz = 2"),
                ("dir/more/b.toml", "include = 'c.toml'\n[m]\nz = 3"),
                ("dir/more/c.toml", "[m]\nz = 4\nw = 4"),
            ],
            "{ m = { x = 1, y = 2, z = 3, w = 4 } }",
        );
    }

    #[test]
    fn a_file_included_twice_is_read_once() {
        check(
            &[
                ("dir/shop.toml", "include = ['a.toml', 'b.toml']"),
                ("dir/a.toml", "include = ['c.toml']\nx = 1"),
                ("dir/b.toml", "include = ['c.toml']\ny = 2"),
                ("dir/c.toml", "x = 3\ny = 3"),
            ],
            "{ x = 1, y = 2 }",
        );
    }

    #[test]
    fn a_cycle_is_told_with_its_chain() {
        refused(
            &[
                ("dir/shop.toml", "include = ['a.toml']"),
                ("dir/a.toml", "include = ['b.toml']"),
                ("dir/b.toml", "x = 1\ninclude = ['./a.toml']"),
            ],
            "
error: `dir/a.toml` includes itself
 --> dir/b.toml:2:12
  |
2 | include = ['./a.toml']
  |            ^^^^^^^^^^ dir/a.toml -> dir/b.toml -> dir/a.toml",
        );
    }

    #[test]
    fn a_long_chain_is_refused() {
        let name = |n: usize| format!("dir/{n}.toml");
        let mut files = Memory::of(&[("dir/shop.toml", "include = ['1.toml']")]);
        for n in 1..10_000 {
            files.0.insert(name(n).into(), format!("include = ['{}.toml']", n + 1).into_bytes());
        }
        let (_, said, _) = load_from(&files, "dir/shop.toml");
        assert!(said.contains("more than 8 deep\n --> dir/8.toml:1:12"), "{said}");
    }

    #[test]
    fn only_files_below_the_folder_are_included() {
        for name in
            ["/etc/passwd", "../a.toml", "a/../../b.toml", "https://x/y.toml", "C:/a", "a\\\\b", ""]
        {
            let text = format!("include = [\"{name}\"]\nx = 1");
            let (_, said, status) = load_from(&Memory::of(&[("s.toml", &text)]), "s.toml");
            assert!(said.contains("a scenario cannot include") && status == 2, "{name}: {said}");
        }
    }

    #[test]
    fn an_include_that_is_no_name_is_refused() {
        refused(
            &[("dir/shop.toml", "x = 1\ninclude = [3]")],
            "
error: `include` takes a list of file names
 --> dir/shop.toml:2:12
  |
2 | include = [3]
  |            ^ a whole number stands here",
        );
    }

    #[test]
    fn a_missing_file_is_another_status_than_a_wrong_scenario() {
        let files = Memory::of(&[("shop.toml", "include = ['none.toml']\nx = 1")]);
        let (parsed, said, status) = load_from(&files, "shop.toml");
        assert!(
            said.contains("cannot read `none.toml`: there is no such file\n --> shop.toml:1:12")
        );
        assert_eq!((parsed.complete, status), (false, 4));
        let (_, said, status) = load_from(&files, "absent.toml");
        assert_eq!(said.trim_end(), "error: cannot read `absent.toml`: there is no such file");
        assert_eq!(status, 4);
    }

    #[test]
    fn an_empty_scenario_is_told() {
        for text in ["", "  \n\n", "# only a comment", "\u{FEFF}"] {
            let (_, said, status) = load_from(&Memory::of(&[("s.toml", text)]), "s.toml");
            assert!(said.starts_with("error: the scenario `s.toml` is empty"), "{said}");
            assert_eq!(status, 2);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_at_their_place() {
        let mut files = Memory::default();
        files.0.insert("s.toml".into(), b"a = 1\nb = \"\xFF\"".to_vec());
        let (_, said, _) = load_from(&files, "s.toml");
        assert_eq!(
            said.trim_end(),
            "error: this is not UTF-8 text: byte 12 is 0xFF
 --> s.toml:2:6
  |
2 | b = \"\u{FFFD}\"
  |      ^
  |
  = help: save the file as UTF-8 text"
        );
        files.0.insert("s.toml".into(), b"\x1F\x8B\x08".to_vec());
        let (_, said, _) = load_from(&files, "s.toml");
        assert_eq!(
            said.trim_end(),
            "error: cannot use `s.toml`: this is a gzip archive, not a text"
        );
    }

    #[test]
    fn the_sum_of_all_files_is_bounded() {
        let names: Vec<String> = (0..5).map(|n| format!("'{n}.toml'")).collect();
        let mut files = Memory::of(&[("s.toml", &format!("include = [{}]", names.join(",")))]);
        for n in 0..5 {
            files.0.insert(format!("{n}.toml").into(), vec![b'\n'; 15 << 20]);
        }
        let (_, said, _) = load_from(&files, "s.toml");
        assert!(
            said.contains("the files together hold more than 64 MiB\n --> s.toml:1:"),
            "{said}"
        );
    }

    #[test]
    fn files_of_the_disk_are_loaded() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.toml");
        std::fs::write(&path, "include = ['t.toml']\r\nx = 1\r\n").expect("written");
        std::fs::write(folder.path().join("t.toml"), "y = 2").expect("written");
        let (parsed, said, _) = load_from(&Disk, path.to_str().expect("a plain path"));
        assert_eq!(
            (said.as_str(), Value::Table(parsed.table).label().as_str()),
            ("", "{ x = 1, y = 2 }")
        );
    }
}
