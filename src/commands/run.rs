//! `lindley run`: the variants of a scenario, each by itself.

use super::columns::Columns;
use super::exit::{CommandError, Exit};
use super::io::{Io, WIDTH};
use super::opened::Opened;
use super::options::{Changes, Closer, Work, shell_word};
use super::publish::{folder_of, publish, require_slo, watched};
use super::simulation::simulate;
use crate::report::{Provenance, digest, result_files, run_json, run_table};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley run shop.toml", "run all variants, write results/shop"),
    ("lindley run shop.toml --set node.app.replicas=8", "with one thing changed"),
];

/// Runs the variants of a scenario and writes what each comes to.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    closer: Closer,
}

/// Runs, prints and writes.
///
/// # Errors
/// If the scenario is wrong, the run fails or is interrupted, or the results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { scenario, changes, columns, work, closer } = args;
    let opened = Opened::open(&scenario, &changes)?;
    let (opened, variants) = opened.variants(&changes, io)?;
    require_slo(&variants, &work)?;
    let columns = columns.of(&variants)?;
    let folder = folder_of(&work, &opened.name)?;
    let results = simulate(&variants, &closer, &work, io)?;
    let run = &variants[0].graph.run;
    let text = opened.text();
    let provenance = Provenance {
        scenario: opened.name.clone(),
        title: run.title.clone(),
        digest: digest(&text),
        text,
        overlays: changes.overlays(),
        seed: run.seed,
        command: format!(
            "lindley run {}{}{}",
            shell_word(opened.word()),
            changes.words(),
            closer.words()
        ),
    };
    let files = result_files(&provenance, &results, None);
    let place = publish(&folder, &provenance.title, files, &work)?;
    if work.json {
        io.print(&format!("{:#}\n", run_json(&provenance, &results)))?;
    } else {
        io.print(&run_table(&provenance, &results, &columns, WIDTH, true))?;
    }
    io.note(&place);
    Ok(watched(&results, &work, io))
}
