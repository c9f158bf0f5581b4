//! `lindley plot`: the plots of a result anew, from its tables.

use std::path::PathBuf;

use super::earlier::files_of;
use super::exit::{CommandError, Exit};
use super::io::Io;
use super::publish::plots;
use crate::report::{ResultFile, write_plots};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley plot results/shop", "draw its plots anew")];

/// Draws the plots of a result anew, from its CSV files.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the result.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Draws and writes.
///
/// # Errors
/// If there is no result, a table is damaged, or the plots cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { folder } = args;
    let mut files = files_of(&folder)?;
    let title = files.iter().find(|file| file.name == "manifest.json").and_then(title);
    let Some(title) = title else {
        let folder = folder.display();
        let sentence = format!("`{folder}` is no result: its manifest.json is none of one");
        return Err(CommandError::Files(sentence));
    };
    files.retain(|file| !file.name.starts_with("plots/"));
    let drawn = plots(&files, &title)
        .map_err(|error| CommandError::Files(format!("`{}`: {error}", folder.display())))?;
    let count = drawn.len();
    if count == 0 {
        let folder = folder.display();
        io.note(&format!("Nothing is drawn: {folder} has no tables that plots are made of"));
        return Ok(Exit::Done);
    }
    write_plots(&folder, &drawn)?;
    io.note(&format!("{count} files are in {}", folder.join("plots").display()));
    Ok(Exit::Done)
}

fn title(manifest: &ResultFile) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.bytes).ok()?;
    Some(manifest.get("title")?.as_str()?.to_owned())
}
