//! Malformed scenarios: each is refused with a message that says where, what and what instead;
//! and odd ones that are not malformed: each is accepted.
//!
//! `BLESS=1 cargo test --test malformed` writes the expected messages anew; read them before they
//! are kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lindley::graph::{self, build};
use lindley::scenario::overlay::Assignment;
use lindley::scenario::source::{self, Disk, Unreadable};
use lindley::scenario::sweep::{Grid, axes, select};
use lindley::scenario::{Diagnostics, Scenario, tree};
use lindley::trace::Trace;

/// Points of a sweep that are looked at.
const MAX_CELLS: usize = 20;

/// The files of one folder of the corpus.
#[derive(Clone)]
struct Folder(PathBuf);

impl Folder {
    fn of(name: &str) -> Self {
        Self(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name))
    }

    /// The names of its scenarios, in order.
    fn scenarios(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.into_string().expect("a plain name"));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".toml")).collect();
        names.sort();
        names
    }
}

impl source::Files for Folder {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        source::Files::read(&Disk, &self.0.join(path))
    }

    fn read_below(&self, folder: &Path, path: &Path) -> Result<Vec<u8>, Unreadable> {
        source::Files::read_below(&Disk, &self.0.join(folder), &self.0.join(path))
    }
}

impl graph::Files for Folder {
    fn text(&mut self, path: &str) -> Result<String, String> {
        let read = fs::read_to_string(self.0.join(path));
        read.map_err(|_| format!("cannot read `{path}`: there is no such file"))
    }

    fn trace(&mut self, path: &str) -> Result<Arc<Trace>, String> {
        let text = graph::Files::text(self, path)?;
        Trace::read(text.as_bytes()).map(Arc::new).map_err(|error| format!("`{path}`: {error}"))
    }
}

/// All that is said of a scenario: of every variant, and of the first points of every sweep.
fn said(folder: &Folder, name: &str) -> (Diagnostics, String) {
    let mut said = Diagnostics::new();
    let scenario = Scenario::load(Path::new(name), folder, &[], &mut said);
    let mut files = folder.clone();
    for variant in scenario.variants() {
        if let Some(model) = scenario.model(variant, &[], &mut said) {
            build(&model, &mut files, &mut said);
        }
    }
    for (sweep, _) in scenario.sweeps().into_iter().flat_map(|sweeps| sweeps.iter()) {
        let Some((_, entry)) = select(scenario.sweeps(), Some(sweep), &mut said) else { continue };
        let Some(grid) = Grid::new(axes(entry, &mut said), &mut said) else { continue };
        for cell in grid.cells().take(MAX_CELLS) {
            let set = |(path, value): (&tree::Path, &tree::Item)| Assignment {
                path: path.clone(),
                value: value.clone(),
            };
            let sets: Vec<Assignment> = cell.overlays().map(set).collect();
            if let Some(model) = scenario.model(scenario.variants()[0], &sets, &mut said) {
                build(&model, &mut files, &mut said);
            }
        }
    }
    let text = said.to_plain(&scenario.sources);
    (said, text)
}

/// Compares what is said with what is expected, or writes that anew.
fn differences(folder: &Folder, name: &str, text: &str) -> Option<String> {
    let path = folder.0.join(name).with_extension("expected");
    #[expect(clippy::disallowed_methods, reason = "the test's own switch, not the program's")]
    if std::env::var("BLESS").is_ok_and(|value| value == "1") {
        fs::write(&path, text).expect("written");
        return None;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    (expected != text).then(|| format!("{name}\n--- expected\n{expected}--- said\n{text}"))
}

#[test]
fn every_malformed_scenario_is_refused_as_expected() {
    let folder = Folder::of("malformed");
    let names = folder.scenarios();
    let mut wrong = Vec::new();
    for name in &names {
        let (said, text) = said(&folder, name);
        if !said.has_errors() {
            wrong.push(format!("{name} is accepted: {text}"));
        }
        wrong.extend(differences(&folder, name, &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(names.len() >= 150, "{} scenarios", names.len());
}

#[test]
fn every_odd_scenario_is_accepted_with_the_expected_warnings() {
    let folder = Folder::of("accepted");
    let mut wrong = Vec::new();
    for name in folder.scenarios() {
        let (said, text) = said(&folder, &name);
        if said.has_errors() {
            wrong.push(format!("{name} is refused"));
        }
        wrong.extend(differences(&folder, &name, &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_has_a_place_unless_the_whole_file_is_wrong() {
    let folder = Folder::of("malformed");
    const WHOLE: [&str; 2] = ["the scenario", "cannot use"];
    for name in folder.scenarios() {
        let (said, text) = said(&folder, &name);
        for one in said.sorted() {
            let is_whole = WHOLE.iter().any(|words| one.message.starts_with(words));
            assert!(one.span.is_some() || is_whole, "{name}: {text}");
        }
    }
}
