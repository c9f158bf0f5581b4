//! Results of earlier runs: the files that a result has, and nothing else of its folder.
//!
//! Whoever mistypes the folder names one with anything in it. So the manifest is looked for before
//! anything is read, only files with names of results are, and no symbolic link is followed.

use std::fs::{self, DirEntry};
use std::io::{Error, ErrorKind};
use std::path::Path;

use super::exit::CommandError;
use crate::report::{ResultFile, is_plot, tables_of_results};

/// The manifest, the tables and the plots of the result in `folder`.
///
/// # Errors
/// If there is no result, or one of its files cannot be read or is a symbolic link.
pub(super) fn files_of(folder: &Path) -> Result<Vec<ResultFile>, CommandError> {
    fs::read_dir(folder).map_err(|error| refused(folder, &error))?;
    let Some(manifest) = file(folder, "manifest.json")? else {
        let sentence = format!("`{}` is no result: it has no manifest.json", folder.display());
        return Err(CommandError::Files(sentence));
    };
    let mut files = vec![manifest];
    for name in tables_of_results() {
        files.extend(file(folder, name)?);
    }
    for name in names_of_plots(&folder.join("plots"))? {
        files.extend(file(folder, &format!("plots/{name}"))?);
    }
    Ok(files)
}

/// The names of the plots in `folder`, in their order; none if it is not there.
fn names_of_plots(folder: &Path) -> Result<Vec<String>, CommandError> {
    let Some(kind) = kind_of(folder)? else { return Ok(Vec::new()) };
    if !kind.is_dir() {
        return Err(CommandError::Files(format!("`{}` is no folder", folder.display())));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| refused(folder, &error))? {
        let name =
            entry.as_ref().map(DirEntry::file_name).map_err(|error| refused(folder, error))?;
        names.extend(name.into_string().ok().filter(|name| is_plot(name)));
    }
    names.sort();
    Ok(names)
}

/// The file `name` of a result; none if there is no such file.
fn file(folder: &Path, name: &str) -> Result<Option<ResultFile>, CommandError> {
    let path = folder.join(name);
    let Some(kind) = kind_of(&path)? else { return Ok(None) };
    if kind.is_symlink() {
        let path = path.display();
        let sentence = format!("`{path}` is a symbolic link, which a result does not have");
        return Err(CommandError::Files(sentence));
    }
    if !kind.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(|error| refused(&path, &error))?;
    Ok(Some(ResultFile { name: name.to_owned(), bytes }))
}

/// What is at `path`, which is not followed if it is a symbolic link; none if nothing is.
fn kind_of(path: &Path) -> Result<Option<fs::FileType>, CommandError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found.file_type())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, &error)),
    }
}

fn refused(path: &Path, error: &Error) -> CommandError {
    CommandError::Files(format!("cannot read `{}`: {error}", path.display()))
}
