//! `lindley merge`: the shards of a sweep put together, as if one machine had run all of it.

mod agreement;
mod part;

use std::path::{Path, PathBuf};

use agreement::{complete, same_sweep};
use part::Part;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::Work;
use super::publish::folder_of;
use super::sweep::{Ending, Finished, Outline};
use crate::report::Provenance;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley merge a b c d", "the four parts of a sweep, from four machines")];

/// Puts the shards of a sweep together; runs nothing.
///
/// The result is the same, byte for byte, as that of the sweep without `--shard`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folders of all shards, in any order.
    #[arg(value_name = "DIR", required = true)]
    shards: Vec<PathBuf>,
    /// The folder of the result [default: results/SCENARIO-SWEEP].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draws no plots.
    #[arg(long)]
    no_plots: bool,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Prints results, warnings and errors only.
    #[arg(long, short)]
    quiet: bool,
    /// Ends with status 1 unless every variant is shown to meet the scenario's `[slo]`.
    #[arg(long)]
    assert_slo: bool,
}

/// Reads, checks, writes and prints.
///
/// # Errors
/// If a folder is no finished shard, if they are not all of one sweep or not all that there are,
/// or if something cannot be read or written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let work = Work {
        out: args.out,
        no_plots: args.no_plots,
        json: args.json,
        quiet: args.quiet,
        assert_slo: args.assert_slo,
        ..Work::default()
    };
    io.be_quiet(work.quiet);
    let parts = Part::read_all(&args.shards)?;
    same_sweep(&parts)?;
    complete(&parts)?;
    let (provenance, outline, finished) = joined(parts)?;
    require_slo(&outline, &finished, &work)?;
    let folder = folder_of(&work, &format!("{}-{}", provenance.scenario, outline.sweep))?;
    spare(&folder, &args.shards)?;
    let ending = Ending::new(provenance, outline, finished);
    let place = ending.write(&folder, &work)?;
    ending.print(&[], &work, io)?;
    io.note(&place);
    Ok(ending.exit(&work))
}

/// The whole sweep, as the machine would tell of it that ran the first shard.
fn joined(mut parts: Vec<Part>) -> Result<(Provenance, Outline, Vec<Finished>), CommandError> {
    parts.sort_by_key(|part| part.shard);
    let mut finished = Vec::new();
    let mut whole = None;
    for Part { provenance, mut outline, finished: own, .. } in parts {
        finished.extend(own);
        outline.header.part = None;
        whole.get_or_insert((provenance, outline));
    }
    finished.sort_by_key(|it| it.place);
    let all_once = |outline: &Outline| {
        finished.len() == outline.rows()
            && finished.iter().enumerate().all(|(place, it)| it.place == place)
    };
    match whole {
        Some((mut provenance, outline)) if all_once(&outline) => {
            provenance.command.clone_from(&outline.command);
            Ok((provenance, outline, finished))
        }
        _ => Err(CommandError::Files(
            "the shards do not have each point of the sweep once: one of them is damaged"
                .to_owned(),
        )),
    }
}

/// Whether there is something to watch, if the SLO shall be watched.
fn require_slo(outline: &Outline, finished: &[Finished], work: &Work) -> Result<(), CommandError> {
    match finished.iter().find(|it| it.slo.is_none()).filter(|_| work.assert_slo) {
        None => Ok(()),
        Some(it) => Err(CommandError::Usage(format!(
            "`--assert-slo` has nothing to watch: `{}` has no `[slo]`",
            outline.variants[it.place % outline.variants.len()]
        ))),
    }
}

/// Makes sure that the result does not take the place of a shard.
fn spare(folder: &Path, shards: &[PathBuf]) -> Result<(), CommandError> {
    let Ok(out) = folder.canonicalize() else { return Ok(()) };
    match shards.iter().find(|shard| shard.canonicalize().is_ok_and(|shard| shard == out)) {
        None => Ok(()),
        Some(shard) => Err(CommandError::Usage(format!(
            "the result would take the place of the shard `{}`: choose another folder with --out",
            shard.display()
        ))),
    }
}
