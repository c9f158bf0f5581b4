//! A scenario: its text with all that it includes, its variants, and the model of each.

use std::path::Path;

use super::argument;
use super::choices::Format;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::include;
use super::model::{FAMILIES, read_model};
use super::overlay::{Aimed, Assignment, Choices, aim, assign_all, merge, warn_of_new_tables};
use super::source::{Files, Sources, Span};
use super::strangers::warn_of_strangers;
use super::tree::{self, Entry, Item, Table, check_names};
use crate::model::Model;

/// A scenario as it was loaded: the base and the variants laid over it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The texts that it was read from.
    pub sources: Sources,
    base: Table,
    variants: Vec<(String, Entry)>,
    /// What `--set` says, of a variant or laid over everything.
    sets: Vec<Aimed>,
}

/// The name of the only variant of a scenario that has none.
pub const BASE: &str = "base";

/// Where users give names.
const NAMED: &[&[&str]] = &[
    &["node", "*"],
    &["link", "*", "*"],
    &["endpoint", "*"],
    &["machine", "*"],
    &["probe", "*"],
    &["fault", "*"],
    &["variant", "*"],
    &["variant", "*", "node", "*"],
    &["variant", "*", "endpoint", "*"],
    &["variant", "*", "machine", "*"],
    &["variant", "*", "fault", "*"],
    &["variant", "*", "link", "*", "*"],
    &["sweep", "*"],
];

impl Scenario {
    /// Reads the scenario file at `path` with what it includes, and the arguments of `--set`.
    /// Whatever is wrong is noted; a scenario is returned as far as it could be read.
    pub fn load(
        path: &Path,
        files: &dyn Files,
        sets: &[String],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut sources = Sources::new();
        let parsed = include::load(path, files, &Format, &mut sources, diagnostics);
        let mut base = parsed.table;
        check_names(&base, NAMED, diagnostics);
        let variants = take_variants(&mut base, diagnostics);
        for (name, entry) in &variants {
            warn_of_strangers(&base, name, entry, diagnostics);
        }
        let mut scenario = Self { sources, base, variants, sets: Vec::new() };
        let names: Vec<&str> = scenario.variants.iter().map(|(name, _)| name.as_str()).collect();
        let mut aimed = Vec::new();
        for text in sets {
            let set = argument::set(text, &mut scenario.sources, diagnostics);
            let Some(it) = set.and_then(|set| aim(set, &names, diagnostics)) else { continue };
            let table = scenario.table(it.variant.as_deref());
            warn_of_new_tables(&table, &it.set.path, FAMILIES, diagnostics);
            aimed.push(it);
        }
        warn_of_hidden(&aimed, diagnostics);
        scenario.sets = aimed;
        scenario
    }

    /// The names of the variants in the order of the file; [`BASE`] alone if there are none.
    #[must_use]
    pub fn variants(&self) -> Vec<&str> {
        if self.variants.is_empty() {
            return vec![BASE];
        }
        self.variants.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Where the name of a variant stands, and whether nothing is written under it.
    #[must_use]
    pub fn variant(&self, name: &str) -> Option<(&Span, bool)> {
        let (_, entry) = self.variants.iter().find(|(other, _)| other == name)?;
        Some((&entry.key_span, entry.item.as_table().is_some_and(Table::is_empty)))
    }

    /// Whether `--set` changes a key of this variant.
    #[must_use]
    pub fn is_set(&self, variant: &str) -> bool {
        self.sets.iter().any(|it| it.variant.as_deref() == Some(variant))
    }

    /// Whether a variant says something of the key at `path`, of what is in it or of what it is in,
    /// in the file or by `--set`.
    #[must_use]
    pub fn changes(&self, variant: &str, path: &tree::Path) -> bool {
        let written = self.variants.iter().find(|(name, _)| name == variant);
        written.is_some_and(|(_, entry)| reaches(&entry.item, &path.keys))
            || self.set_in(Some(variant)).any(|set| set.path.overlaps(path))
    }

    /// The tables of the sweeps.
    #[must_use]
    pub fn sweeps(&self) -> Option<&Table> {
        self.base.table("sweep")
    }

    /// The table of the plan.
    #[must_use]
    pub fn plan(&self) -> Option<&Entry> {
        self.base.entry("plan")
    }

    /// The model of one variant with `cell` laid over it, or none if something is wrong. What is
    /// no variant's name, such as the empty text, gives the scenario without any.
    pub fn model(
        &self,
        variant: &str,
        cell: &[Assignment],
        diagnostics: &mut Diagnostics,
    ) -> Option<Model> {
        let before = diagnostics.pushed();
        let mut table = self.table(Some(variant));
        // What is set in the variant stands in it, below what is laid over all of them.
        let all = self.set_in(Some(variant)).chain(cell).chain(self.set_in(None));
        let all: Vec<Assignment> = all.cloned().collect();
        assign_all(&mut table, &all, &Format, diagnostics);
        let model = read_model(table, diagnostics);
        if diagnostics.pushed() > before { None } else { model }
    }

    /// What is set in a variant, or in all of them.
    fn set_in<'a>(&'a self, variant: Option<&'a str>) -> impl Iterator<Item = &'a Assignment> {
        self.sets.iter().filter(move |it| it.variant.as_deref() == variant).map(|it| &it.set)
    }

    /// What is written of a variant, merged over the base.
    fn table(&self, variant: Option<&str>) -> Table {
        let mut table = self.base.clone();
        if let Some((_, entry)) = self.variants.iter().find(|(name, _)| variant == Some(name))
            && let Some(over) = entry.item.as_table()
        {
            merge(&mut table, over.clone(), &Format);
        }
        table
    }
}

/// Whether `item` has something at these keys, or replaces what they lead to.
fn reaches(item: &Item, keys: &[String]) -> bool {
    let (Some((key, rest)), Some(table)) = (keys.split_first(), item.as_table()) else {
        return true;
    };
    table.get(key).is_some_and(|inner| reaches(inner, rest))
}

/// Warns of what is set in a variant and hidden by what is set in all of them: that is laid over
/// it, in whatever order they are given.
fn warn_of_hidden(sets: &[Aimed], diagnostics: &mut Diagnostics) {
    for aimed in sets {
        let Some(name) = &aimed.variant else { continue };
        let path = &aimed.set.path;
        let of_all = sets.iter().filter(|it| it.variant.is_none()).map(|it| &it.set);
        let Some(over) = of_all.into_iter().find(|over| hides(over, path)) else { continue };
        let message = format!(
            "`variant.{name}.{path}` does nothing: `{}` is set as well, which is laid over every \
             variant",
            over.path
        );
        let help = "leave one of them out, or set the key in each variant";
        diagnostics.push(Diagnostic::warning(path.span.clone(), message).help(help));
    }
}

/// Whether an assignment replaces what stands at `path`, with all that is in it.
fn hides(over: &Assignment, path: &tree::Path) -> bool {
    let depth = over.path.keys.len();
    if depth > path.keys.len() || !over.path.overlaps(path) {
        return false;
    }
    let mut item = &over.value;
    for end in depth..=path.keys.len() {
        let here: Vec<&str> = path.keys[..end].iter().map(String::as_str).collect();
        let Some(table) = item.as_table().filter(|_| !Format.is_choice(&here)) else {
            return true;
        };
        match path.keys.get(end).map(|key| table.get(key)) {
            Some(Some(inner)) => item = inner,
            // Tables merge: what this one does not name stays.
            Some(None) | None => return false,
        }
    }
    false
}

/// Takes the variants out of the base, in the order in which they are written.
fn take_variants(base: &mut Table, diagnostics: &mut Diagnostics) -> Vec<(String, Entry)> {
    let Some(entry) = base.remove("variant") else { return Vec::new() };
    let Some(table) = entry.item.as_table() else {
        let error = Diagnostic::error(entry.key_span, "`variant` is a table of variants by name");
        diagnostics.push(error.help("write [variant.NAME], and under it what differs"));
        return Vec::new();
    };
    let mut variants = Vec::new();
    for (name, entry) in table.in_order() {
        if entry.item.as_table().is_none() {
            let message = format!("variant `{name}` is a table of what differs from the scenario");
            diagnostics.push(Diagnostic::error(entry.key_span.clone(), message));
        }
        if let Some(plan) = entry.item.as_table().and_then(|table| table.entry("plan")) {
            let message = format!("variant `{name}` cannot have a plan of its own");
            let help = "write [plan] at the top, and take this variant with --variant";
            diagnostics.push(Diagnostic::error(plan.key_span.clone(), message).help(help));
        }
        variants.push((name.to_owned(), entry.clone()));
    }
    variants
}
