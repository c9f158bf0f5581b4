//! `lindley report`: a result as one HTML page.

use std::path::{Path, PathBuf};

use super::earlier::files_of;
use super::exit::{CommandError, Exit};
use super::io::Io;
use super::whole::{Kind, write_whole};
use crate::report::{PAGE, page};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley report results/shop", "one page with all that came out, to be passed on")];

/// What may be written anew.
const PAGES: Kind = Kind {
    name: "page of a result",
    beginnings: &["<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                   <meta http-equiv=\"Content-Security-Policy\""],
};

/// Makes one HTML page of a result: conclusion, tables, plots, and how to get the same again.
///
/// The page needs nothing else, holds no script and loads nothing. It is made of the files of the
/// result alone, whatever made them: `run`, `compare`, `sweep` or `cache`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the result.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Where the page goes instead of `report.html` in that folder; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Makes and writes the page.
///
/// # Errors
/// If there is no result, something of it is damaged, or the page cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { folder, out } = args;
    let files = files_of(&folder)?;
    let page = page(&files)
        .map_err(|error| CommandError::Files(format!("`{}`: {error}", folder.display())))?;
    if out.as_deref() == Some(Path::new("-")) {
        io.print(&String::from_utf8_lossy(&page.bytes))?;
        return Ok(Exit::Done);
    }
    let place = out.unwrap_or_else(|| folder.join(PAGE));
    PAGES.check(&place)?;
    write_whole(&place, &page.bytes)?;
    io.note(&format!("The page is {}", place.display()));
    Ok(Exit::Done)
}
