//! What a command gives out: the folder of a result, and whether the scenario's SLO is met.

use std::path::{Path, PathBuf};

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::Work;
use crate::plots::{PlotError, Tables, draw_all};
use crate::report::{ResultFile, SloOutcome, check_folder, slo_verdicts, write_folder};
use crate::study::{Variant, VariantResult};

/// The folder of a result: what was asked for, or `results/<name>`. Asked for before anything is
/// run, so that no result is lost for want of a place.
///
/// # Errors
/// If it could not be written.
pub(super) fn folder_of(work: &Work, name: &str) -> Result<PathBuf, CommandError> {
    let folder = work.out.clone().unwrap_or_else(|| Path::new("results").join(name));
    check_folder(&folder)?;
    Ok(folder)
}

/// Writes `files` with their plots as `folder`. Returns where they are, in a sentence to be told
/// below the tables.
///
/// # Errors
/// If a table cannot be drawn, or the folder not be written.
pub(super) fn publish(
    folder: &Path,
    title: &str,
    mut files: Vec<ResultFile>,
    work: &Work,
) -> Result<String, CommandError> {
    let drawn = if work.no_plots { Vec::new() } else { plots(&files, title)? };
    // Some tables have nothing to draw, such as those of a sweep over three keys.
    let plots = if drawn.is_empty() { "" } else { ", plots in its folder `plots`" };
    files.extend(drawn);
    write(folder, &files)?;
    Ok(format!("Results are in {}{plots}", folder.display()))
}

/// Writes `files` as `folder`.
///
/// # Errors
/// If that is not possible.
pub(super) fn write(folder: &Path, files: &[ResultFile]) -> Result<(), CommandError> {
    Ok(write_folder(folder, files)?)
}

/// The plots of the tables among `files`, as files of the folder `plots`.
///
/// # Errors
/// If a table is not what it should be.
pub(super) fn plots(files: &[ResultFile], title: &str) -> Result<Vec<ResultFile>, CommandError> {
    let failed = |error: PlotError| CommandError::Fault(format!("cannot draw the plots: {error}"));
    let mut tables = Tables::new();
    for file in files {
        if let Some(name) = file.name.strip_suffix(".csv") {
            tables.insert(name, &String::from_utf8_lossy(&file.bytes)).map_err(failed)?;
        }
    }
    let mut drawn = Vec::new();
    for drawing in draw_all(&tables, title).map_err(failed)? {
        let name = |ending| format!("plots/{}.{ending}", drawing.name);
        drawn.push(ResultFile { name: name("svg"), bytes: drawing.svg.into_bytes() });
        drawn.extend(drawing.png.map(|bytes| ResultFile { name: name("png"), bytes }));
    }
    Ok(drawn)
}

/// Whether there is something to watch, if the SLO shall be watched: asked before anything is run.
///
/// # Errors
/// If a variant has no objective.
pub(super) fn require_slo(variants: &[Variant], work: &Work) -> Result<(), CommandError> {
    let lacks = |variant: &&Variant| variant.graph.run.slo.is_none_or(|slo| slo == <_>::default());
    match variants.iter().find(lacks).filter(|_| work.assert_slo) {
        None => Ok(()),
        Some(variant) => Err(CommandError::Usage(format!(
            "`--assert-slo` has nothing to watch: `{}` has no `[slo]`",
            variant.name
        ))),
    }
}

/// How a command ends that may be asked to watch the SLO.
pub(super) fn watched(results: &[VariantResult], work: &Work, io: &mut Io) -> Exit {
    let mut exit = Exit::Done;
    for result in results.iter().filter(|_| work.assert_slo) {
        for verdict in slo_verdicts(result).iter().filter(|it| it.outcome != SloOutcome::Met) {
            let (what, word) = (verdict.what, verdict.outcome.word());
            io.note(&format!("{}: the objective `{what}` is {word}", result.name));
            exit = Exit::Found;
        }
    }
    exit
}
