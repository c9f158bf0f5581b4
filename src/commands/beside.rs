//! The files that a scenario names: traces and samples beside it, on the disk or embedded.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::unpacked::unpacked;
use crate::graph::Files;
use crate::report::digest_of;
use crate::scenario::source::{Disk, Files as _, Memory, Unreadable};
use crate::trace::Trace;

/// Reads files relative to a scenario, none of them outside of its folder, each once.
#[derive(Debug)]
pub struct Beside {
    place: Place,
    texts: BTreeMap<String, Result<String, String>>,
    traces: BTreeMap<String, Result<Arc<Trace>, String>>,
}

/// What a file holds, which is a text if it can be read as one.
type Loaded = Result<Vec<u8>, String>;

/// Where a scenario lives.
#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Embedded(Memory),
}

impl Beside {
    /// The files below `folder` on the disk.
    #[must_use]
    pub fn on_disk(folder: &Path) -> Self {
        Self::of(Place::Folder(folder.to_owned()))
    }

    /// Files that are a part of the program.
    #[must_use]
    pub fn embedded(files: Memory) -> Self {
        Self::of(Place::Embedded(files))
    }

    const fn of(place: Place) -> Self {
        Self { place, texts: BTreeMap::new(), traces: BTreeMap::new() }
    }

    /// The texts that were read, by name: they are a part of what was run. Of a trace that is no
    /// text its length and digest stand for it.
    pub fn read_so_far(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref().ok()?)))
    }

    /// Whether `sentence` tells of a file that could not be read.
    #[must_use]
    pub fn is_unreadable(&self, sentence: &str) -> bool {
        self.texts.values().any(|text| text.as_ref().is_err_and(|told| sentence.contains(told)))
    }

    fn load(&self, path: &str) -> Loaded {
        let relative = Path::new(path);
        let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !relative.components().all(stays) {
            return Err(format!("cannot read `{path}`: it lies outside of the scenario's folder"));
        }
        let bytes = match &self.place {
            Place::Folder(folder) => Disk.read_below(folder, &folder.join(relative)),
            Place::Embedded(files) => files.read(relative),
        };
        let cannot = |why: Unreadable| format!("cannot read `{path}`: {why}");
        bytes.map_err(cannot)
    }

    fn load_trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let loaded = self.load(path);
        let stands_for = loaded.clone().map(|bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let bytes = error.into_bytes();
                format!("{} bytes with the digest {}\n", bytes.len(), digest_of(&bytes))
            }
        });
        self.texts.entry(path.to_owned()).or_insert(stands_for);
        let bytes = loaded?;
        let from = unpacked(bytes.as_slice()).map_err(|error| format!("{path}: {error}"))?;
        let trace = Trace::read(from);
        trace.map(Arc::new).map_err(|error| format!("`{path}` is no trace: {error}"))
    }
}

impl Files for Beside {
    fn text(&mut self, path: &str) -> Result<String, String> {
        if !self.texts.contains_key(path) {
            let text = self.load(path).and_then(|bytes| {
                String::from_utf8(bytes)
                    .map_err(|_| format!("cannot read `{path}`: it is no text in UTF-8"))
            });
            self.texts.insert(path.to_owned(), text);
        }
        self.texts[path].clone()
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        if let Some(trace) = self.traces.get(path) {
            return trace.clone();
        }
        let trace = self.load_trace(path);
        self.traces.insert(path.to_owned(), trace.clone());
        trace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_relative_to_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "value_ms\n1\n").unwrap();
        let mut files = Beside::on_disk(folder.path());
        assert_eq!(files.text("./a.csv").unwrap(), "value_ms\n1\n");
        assert_eq!(files.read_so_far().collect::<Vec<_>>(), [("./a.csv", "value_ms\n1\n")]);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Beside::on_disk(folder.path());
        for path in ["../a.csv", "/etc/hostname", "a/../../b"] {
            let told = files.text(path).unwrap_err();
            assert!(told.contains("outside of the scenario's folder"), "{told}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_apart_from_one_that_is_wrong() {
        let mut files = Beside::embedded(Memory::of(&[("b.csv", "nonsense\n1\n")]));
        let missing = files.trace("a.csv").unwrap_err();
        let wrong = files.trace("b.csv").unwrap_err();
        assert_eq!(missing, "cannot read `a.csv`: there is no such file");
        assert!(files.is_unreadable(&missing) && !files.is_unreadable(&wrong));
    }
}
