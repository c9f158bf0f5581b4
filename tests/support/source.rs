//! The project's own files, as the tidy test reads them.

use std::path::{Path, PathBuf};

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path from the project's folder.
    pub path: PathBuf,
    pub text: String,
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files at or below a folder of the project; none if there is no such folder.
pub fn sources(under: &str) -> Vec<Source> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(under)]);
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(root().join(&folder)) else { continue };
        for entry in entries {
            let entry = entry.expect("a folder of the project is readable");
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(entry.path()).expect("a source is readable");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The names without their ends of what a folder of the project holds with this end; folders if
/// the end is empty.
pub fn folder(of: &str, end: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root().join(of)) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a folder of the project is readable").path());
    let wanted = paths.filter(|path| {
        if end.is_empty() { path.is_dir() } else { path.extension().is_some_and(|it| it == end) }
    });
    let mut names: Vec<String> =
        wanted.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort();
    names
}

impl Source {
    /// The module of the library that it belongs to: the first part of its path under `src`.
    pub fn module(&self) -> String {
        let part = self.path.iter().nth(1).unwrap_or_default().to_string_lossy().into_owned();
        part.strip_suffix(".rs").map_or_else(|| part.clone(), str::to_owned)
    }

    /// What is no test: the text up to its module of tests, or nothing if all of it is one.
    pub fn code(&self) -> &str {
        if self.is_test() {
            return "";
        }
        let tests = self.text.match_indices("#[cfg(test)]\nmod ");
        let end = tests
            .map(|(at, _)| at)
            .find(|at| self.text[*at..].lines().nth(1).is_some_and(|line| line.ends_with('{')));
        &self.text[..end.unwrap_or(self.text.len())]
    }

    /// Whether the file is a module that only tests have, as its folder's `mod.rs` says.
    fn is_test(&self) -> bool {
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let declared = format!("#[cfg(test)]\nmod {name};");
        let folder = root().join(self.path.parent().unwrap_or_else(|| Path::new("")));
        std::fs::read_to_string(folder.join("mod.rs")).is_ok_and(|list| list.contains(&declared))
    }
}
