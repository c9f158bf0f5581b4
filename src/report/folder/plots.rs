//! The plots of a result that is there already: nothing else in its folder is touched.

use std::fs;
use std::io;
use std::path::Path;

use super::contents::Contents;
use super::{Place, ResultFile, WriteError, check_names, discard, fill, refused, sync};

/// Puts `plots`, whose names begin with `plots/`, in place of those of the result in `folder`. They
/// are put together beside the folder, so that at every moment the old ones or the new ones are
/// whole.
///
/// # Errors
/// If something else than plots is among the old ones, or if the system refuses to write.
pub fn write_plots(folder: &Path, plots: &[ResultFile]) -> Result<(), WriteError> {
    check_names(plots)?;
    let place = Place::of(folder)?;
    let out = folder.join("plots");
    let is_there = check_plots(&out)?;
    discard(&place.new)?;
    fs::create_dir(&place.new).map_err(refused("create the folder", &place.new))?;
    let put = || {
        fill(&place.new, plots)?;
        if is_there {
            discard(&place.old)?;
            fs::rename(&out, &place.old).map_err(refused("move aside", &out))?;
        }
        let moved = fs::rename(place.new.join("plots"), &out);
        if moved.is_err() && is_there {
            fs::rename(&place.old, &out).map_err(refused("move back", &place.old))?;
        }
        moved.map_err(refused("put in place", &out))?;
        sync(folder)
    };
    let written = put();
    // The first error is the one to tell; that the remains stay, too, adds nothing.
    let _ = fs::remove_dir_all(&place.new);
    written?;
    discard(&place.old)
}

/// Whether there are plots at `out`; an error if there is anything else.
fn check_plots(out: &Path) -> Result<bool, WriteError> {
    let kind = match fs::symlink_metadata(out) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(refused("look at", out)(error)),
    };
    if !kind.is_dir() {
        let what = if kind.is_symlink() { "is a symbolic link" } else { "is a file" };
        return Err(WriteError::NoPlots { path: out.to_owned(), what: what.to_owned() });
    }
    let contents = Contents::of(out).map_err(refused("read the folder", out))?;
    match contents.no_plot() {
        None => Ok(true),
        Some(file) => {
            let what = format!("holds `{file}`, which would be lost");
            Err(WriteError::NoPlots { path: out.to_owned(), what })
        }
    }
}
