//! `lindley check`: what is known of a scenario before anything is simulated.

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::opened::Opened;
use super::options::Changes;
use crate::check::{Checked, Read, sameness, suspicions, text, unused};
use crate::model::Model;
use crate::scenario::Diagnostics;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley check shop.toml", "loads by theory, what looks wrong, how long to run")];

/// Reads and explains a scenario: loads by theory, what looks wrong, how long to run.
///
/// Simulates nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    #[command(flatten)]
    changes: Changes,
}

/// Prints what is known of each variant that is asked for; tells what is suspicious.
///
/// # Errors
/// If the scenario is wrong, or the output cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { scenario, changes } = args;
    let mut opened = Opened::open(&scenario, &changes)?;
    let mut reports = Vec::new();
    let mut models = Vec::new();
    let mut found = Vec::new();
    for name in opened.names(&changes)? {
        let Some(model) = opened.model(&name, &[]) else { continue };
        if let Some(graph) = opened.build(&model) {
            let checked = Checked::of(&graph);
            let traffic = &checked.traffic;
            let mut unused = suspicions(&model, &graph, traffic, &mut opened.diagnostics);
            opened.spare_planned(&model, &mut unused);
            found.push(unused);
            reports.push(text(&name, &graph, &checked));
        }
        models.push((name, model));
    }
    opened.check_sweeps();
    // Of some of the variants nothing can be said about all.
    if changes.variants.is_empty() {
        unused(&found, &mut opened.diagnostics);
        compare(&mut opened, &models);
    }
    let _ = opened.checked(io)?;
    io.print(&reports.join("\n"))?;
    Ok(Exit::Done)
}

/// Tells which variants change nothing.
fn compare(opened: &mut Opened, models: &[(String, Model)]) {
    // The scenario without a variant need not make sense by itself.
    let base = opened.scenario.model("", &[], &mut Diagnostics::new());
    let read = |(name, model)| {
        let (place, is_empty) = opened.scenario.variant(name)?;
        Some(Read { name, place, is_empty, model })
    };
    let variants: Vec<Read<'_>> =
        models.iter().map(|(name, model)| (name.as_str(), model)).filter_map(read).collect();
    sameness(base.as_ref(), &variants, &mut opened.diagnostics);
}
