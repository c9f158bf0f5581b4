//! A scenario that was found and read, with what the command line lays over it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::beside::Beside;
use super::exit::{CommandError, Problems};
use super::io::Io;
use super::options::{Changes, no_option};
use super::shipped::{self, SCENARIOS, Shipped};
use crate::check::{ineffective, overload, unused};
use crate::graph::{Graph, Traffic, build};
use crate::model::Model;
use crate::scenario::overlay::Assignment;
use crate::scenario::plan::Parts;
use crate::scenario::source::Disk;
use crate::scenario::sweep::{Grid, axes};
use crate::scenario::tree::{self, Entry, Item, Table};
use crate::scenario::{Diagnostic, Diagnostics, Scenario, nearest};
use crate::study::Variant;

/// A scenario that was found and read.
#[derive(Debug)]
pub struct Opened {
    /// Its name: the stem of its file.
    pub name: String,
    /// The scenario.
    pub scenario: Scenario,
    /// What is wrong with it, as far as is known.
    pub diagnostics: Diagnostics,
    files: Beside,
    /// The word that finds it again: a shipped name, or the path of its file as it was given.
    word: String,
    folder: PathBuf,
}

/// Where a scenario is.
enum Found {
    File(PathBuf),
    Shipped(&'static Shipped),
}

impl Opened {
    /// Finds and reads the scenario that `argument` names: a path, or a shipped name.
    ///
    /// # Errors
    /// If there is none, or if it cannot be read.
    pub fn open(argument: &str, changes: &Changes) -> Result<Self, CommandError> {
        let mut diagnostics = Diagnostics::new();
        let overlays = changes.overlays();
        let opened = match find(argument)? {
            Found::File(path) => {
                let scenario = Scenario::load(&path, &Disk, &overlays, &mut diagnostics);
                let folder = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
                let part = |part: Option<&std::ffi::OsStr>| {
                    part.map_or_else(
                        || "scenario".to_owned(),
                        |it| it.to_string_lossy().into_owned(),
                    )
                };
                let (name, word) = (part(path.file_stem()), no_option(argument));
                let files = Beside::on_disk(&folder);
                Self { name, scenario, diagnostics, files, word, folder }
            }
            Found::Shipped(shipped) => {
                let files = shipped::files();
                let path = PathBuf::from(shipped.file());
                let scenario = Scenario::load(&path, &files, &overlays, &mut diagnostics);
                let (name, word) = (shipped.name.to_owned(), shipped.name.to_owned());
                let (files, folder) = (Beside::embedded(files), PathBuf::new());
                Self { name, scenario, diagnostics, files, word, folder }
            }
        };
        // What could not be read whole would give rise to errors that are none.
        if opened.diagnostics.has_errors() { Err(opened.into_error()) } else { Ok(opened) }
    }

    /// The names of the variants that `changes` ask for, in the order of the scenario.
    ///
    /// # Errors
    /// If there is none of a name, or if something is set in one that is not asked for.
    pub fn names(&self, changes: &Changes) -> Result<Vec<String>, CommandError> {
        let all = self.scenario.variants();
        for wanted in &changes.variants {
            if !all.contains(&wanted.as_str()) {
                let advice = match nearest(wanted, all.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("its variants are `{}`", all.join("`, `")),
                };
                let sentence = format!("`{}` has no variant `{wanted}`: {advice}", self.name);
                return Err(CommandError::Usage(sentence));
            }
        }
        let is_wanted = |name: &&str| {
            changes.variants.is_empty() || changes.variants.iter().any(|wanted| wanted == name)
        };
        let (run, others): (Vec<&str>, Vec<&str>) = all.into_iter().partition(is_wanted);
        if let Some(name) = others.into_iter().find(|name| self.scenario.is_set(name)) {
            return Err(CommandError::Usage(format!(
                "--set changes the variant `{name}`, which is not taken: give --variant {name} as \
                 well, or leave it out"
            )));
        }
        Ok(run.into_iter().map(str::to_owned).collect())
    }

    /// The model of a variant with `cell` laid over it; none if something is wrong, which is noted.
    pub fn model(&mut self, variant: &str, cell: &[Assignment]) -> Option<Model> {
        self.diagnostics.speak_of(Some(variant));
        self.scenario.model(variant, cell, &mut self.diagnostics)
    }

    /// The graph of a variant with `cell` laid over it; none if something is wrong, which is noted.
    pub fn graph(&mut self, variant: &str, cell: &[Assignment]) -> Option<Graph> {
        let model = self.model(variant, cell)?;
        self.build(&model)
    }

    /// The graph of the model that was read last; none if something is wrong, which is noted.
    pub fn build(&mut self, model: &Model) -> Option<Graph> {
        build(model, &mut self.files, &mut self.diagnostics)
    }

    /// The variants that `changes` ask for, all checked.
    ///
    /// # Errors
    /// If there is no such variant, or if anything is wrong with any of them.
    pub fn variants(
        mut self,
        changes: &Changes,
        io: &mut Io,
    ) -> Result<(Self, Vec<Variant>), CommandError> {
        let mut variants = Vec::new();
        let mut found = Vec::new();
        for name in self.names(changes)? {
            let Some(model) = self.model(&name, &[]) else { continue };
            let Some(graph) = self.build(&model) else { continue };
            let traffic = Traffic::of(&graph);
            overload(&model, &graph, &traffic, &mut self.diagnostics);
            found.push(ineffective(&model, &graph, &traffic, &mut self.diagnostics));
            variants.push(Variant { name, graph: Arc::new(graph) });
        }
        // Of some of the variants nothing can be said about all.
        if changes.variants.is_empty() {
            unused(&found, &mut self.diagnostics);
        }
        self.check_sweeps();
        Ok((self.checked(io)?, variants))
    }

    /// Notes what is wrong with the sweeps, which only `sweep` runs: each value of each axis is
    /// tried once, and is wrong if no variant can take it.
    pub fn check_sweeps(&mut self) {
        self.diagnostics.speak_of(None);
        let sweeps = self.scenario.sweeps().into_iter().flat_map(Table::in_order);
        let sweeps: Vec<Entry> = sweeps.map(|(_, entry)| entry.clone()).collect();
        let names: Vec<String> = self.scenario.variants().iter().map(|&it| it.to_owned()).collect();
        for sweep in &sweeps {
            let all = axes(sweep, &mut self.diagnostics);
            let Some(grid) = Grid::new(all, &mut self.diagnostics) else { continue };
            for cell in grid.cells_by_axis() {
                let set = |(path, value): (&tree::Path, &Item)| Assignment {
                    path: path.clone(),
                    value: value.clone(),
                };
                let cell: Vec<Assignment> = cell.overlays().map(set).collect();
                self.check_cell(&names, &cell);
                if self.diagnostics.is_full() {
                    return;
                }
            }
        }
        self.check_plan(&names);
    }

    /// Notes what is wrong with the plan, which only `plan` runs, as of a sweep.
    fn check_plan(&mut self, variants: &[String]) {
        let Some(plan) = self.scenario.plan() else { return };
        let (parts, place) = (Parts::read(plan, &mut self.diagnostics), plan.key_span.clone());
        let sizing = parts.and_then(|parts| parts.build(&place, &mut self.diagnostics));
        let Some(sizing) = sizing else { return };
        let model = variants.first().and_then(|name| self.model(name, &[]));
        let can_be_made = model.is_some_and(|it| sizing.check(&it, &mut self.diagnostics));
        self.diagnostics.speak_of(None);
        if !can_be_made {
            return;
        }
        for cell in sizing.samples() {
            self.check_cell(variants, &cell);
            if self.diagnostics.is_full() {
                return;
            }
        }
    }

    /// Leaves out, of warnings of what is not used, those of machines that the plan may choose.
    pub fn spare_planned(&self, model: &Model, unused: &mut Vec<Diagnostic>) {
        let Some(plan) = self.scenario.plan() else { return };
        let parts = Parts::read(plan, &mut Diagnostics::new()).unwrap_or_default();
        let machines = parts.machines().into_iter().filter_map(|name| model.machines.get(name));
        let places: Vec<_> = machines.map(|it| it.place.clone()).collect();
        unused.retain(|it| it.span.as_ref().is_none_or(|span| !places.contains(span)));
    }

    /// Notes what the first of these variants has against `cell`, unless one can take it.
    fn check_cell(&mut self, variants: &[String], cell: &[Assignment]) {
        let mut first = None;
        for name in variants {
            let mut said = Diagnostics::new();
            let model = self.scenario.model(name, cell, &mut said);
            let graph = model.and_then(|model| build(&model, &mut self.files, &mut said));
            if graph.is_some() {
                return;
            }
            first.get_or_insert(said);
        }
        let said = first.unwrap_or_default();
        said.sorted().into_iter().for_each(|one| self.diagnostics.push(one.clone()));
    }

    /// Ends here if anything is wrong; tells the warnings otherwise.
    ///
    /// # Errors
    /// If anything is wrong.
    pub fn checked(self, io: &mut Io) -> Result<Self, CommandError> {
        if self.diagnostics.has_errors() {
            return Err(self.into_error());
        }
        io.tell(&self.diagnostics, &self.scenario.sources);
        Ok(self)
    }

    /// All texts that it was read from, the scenario's own first. Others begin with a line that
    /// names them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let sources = self.scenario.sources.iter().filter(|it| it.name() != "command line");
        let texts = sources.map(|source| {
            let path = Path::new(source.name());
            let path = path.strip_prefix(&self.folder).unwrap_or(path);
            (path.to_string_lossy().into_owned(), source.text())
        });
        let named = self.files.read_so_far().map(|(name, text)| (name.to_owned(), text));
        for (place, (name, more)) in texts.chain(named).enumerate() {
            if place > 0 {
                text.push_str(&format!("\n# {name}\n"));
            }
            text.push_str(more);
        }
        text
    }

    /// The word by which the scenario is found again from the same place.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// All that is wrong so far, as an error.
    #[must_use]
    pub fn wrong(&mut self) -> CommandError {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let is_read_error =
            |one: &&Diagnostic| one.unreadable || self.files.is_unreadable(&one.message);
        let unreadable = diagnostics.sorted().into_iter().filter(is_read_error).count();
        let is_unreadable = unreadable > 0 && unreadable == diagnostics.errors();
        let sources = self.scenario.sources.clone();
        CommandError::Scenario(Box::new(Problems { diagnostics, sources, is_unreadable }))
    }

    /// All that is wrong, as an error.
    #[must_use]
    pub fn into_error(mut self) -> CommandError {
        self.wrong()
    }
}

fn find(argument: &str) -> Result<Found, CommandError> {
    let path = Path::new(argument);
    // No shipped scenario has a dot in its name.
    let is_path = argument.contains('.') || argument.contains(std::path::is_separator);
    if !is_path && let Some(shipped) = Shipped::find(argument) {
        return Ok(Found::Shipped(shipped));
    }
    // Whatever is there is read, and what cannot be read is told as that.
    if is_path || path.exists() {
        return Ok(Found::File(path.to_owned()));
    }
    let file = format!("{argument}.toml");
    if Path::new(&file).exists() {
        let sentence =
            format!("there is no scenario `{argument}`: did you mean the file `{file}`?");
        return Err(CommandError::Usage(sentence));
    }
    let advice = match nearest(argument, SCENARIOS.iter().map(|it| it.name)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`lindley list` shows those that there are".to_owned(),
    };
    let sentence = format!("there is no scenario `{argument}`, shipped or as a file: {advice}");
    Err(CommandError::Usage(sentence))
}
