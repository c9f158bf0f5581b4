//! A result on disk: a folder that is written whole or not at all.
//!
//! Files go into a hidden folder beside the wanted one. Once all of it is on the disk, renaming
//! puts it in place; an earlier result is moved aside just before and removed at last, so that at
//! every moment one of the two exists whole. The hidden folders bear the number of the process:
//! two runs at once do not write into each other's, and what a crash left behind does no harm.
//!
//! Only a folder that holds an earlier result and nothing else, or nothing, is ever replaced. Of
//! several processes that put a result in the same place the last one wins.

mod contents;
mod plots;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use contents::Contents;
pub use contents::{is_plot, tables_of_results};
pub use plots::write_plots;

use super::ResultFile;

/// How often a result is put in place anew when other processes are at the same place.
const TRIES: u32 = 100;

/// Why a result was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The path has no last part that could be a folder's name.
    #[error("`{}` does not name a folder that could be written", .0.display())]
    Nameless(PathBuf),
    /// There is something else at the path.
    #[error("`{}` is {what}, not a folder: choose another one with --out", .path.display())]
    NotAFolder {
        /// Where.
        path: PathBuf,
        /// What there is.
        what: &'static str,
    },
    /// There is a folder at the path that holds something else.
    #[error(
        "`{}` holds something else than a result of lindley, which would be lost: choose another \
         folder with --out, or empty this one",
        .0.display()
    )]
    Foreign(PathBuf),
    /// There is an earlier result at the path, and something of somebody else's in it.
    #[error(
        "`{}` holds `{file}` beside an earlier result, which would be lost: choose another folder \
         with --out, or move it away",
        .path.display()
    )]
    Besides {
        /// The folder.
        path: PathBuf,
        /// The first file in it that is none of a result.
        file: String,
    },
    /// What is called as the plots of a result is something else, or holds it.
    #[error("`{}` {what}: move it away", .path.display())]
    NoPlots {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file's name would lead out of the folder, or is no name.
    #[error("the file name `{0}` would leave the folder of the result")]
    Leaves(String),
    /// Two files have the same name.
    #[error("two files of the result are called `{0}`")]
    Twice(String),
    /// The system refused something.
    #[error("cannot {what} `{}`: {error}", .path.display())]
    Refused {
        /// What was to be done.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        error: io::Error,
    },
}

/// Writes `files` as the folder `out`, with the folders above it if they are missing, in place of
/// an earlier result. On error there is what was there before.
///
/// # Errors
/// If a name leaves the folder or occurs twice, if there is anything else at `out` than an empty
/// folder or an earlier result with nothing in it that is neither its own nor among `files`, or if
/// the system refuses to write.
pub fn write_folder(out: &Path, files: &[ResultFile]) -> Result<(), WriteError> {
    check_names(files)?;
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    write_with(out, &names, |_| Ok(Cow::Borrowed(files)))
}

/// Finds out before a long run whether [`write_folder`] can write the folder `out`, as far as that
/// can be known; nothing of the trial stays.
///
/// # Errors
/// As those of [`write_folder`] that do not depend on the files.
pub fn check_folder(out: &Path) -> Result<(), WriteError> {
    let place = Place::of(out)?;
    check_place(&place.out, &[])?;
    // The folders above are not made for good: a run beside this one may count on those it finds.
    let is_there =
        |folder: &&Path| *folder != Path::new("") && fs::symlink_metadata(folder).is_ok();
    let above = place.parent.ancestors().find(is_there).unwrap_or_else(|| Path::new("."));
    let missing = place.parent.strip_prefix(above).unwrap_or(&place.parent);
    let is_missing = missing.components().any(|part| matches!(part, Component::Normal(_)));
    let new = place.new.file_name().unwrap_or_default();
    let (trial, inner, told) = if is_missing {
        let trial = above.join(format!(".lindley.new-{}", std::process::id()));
        let inner = trial.join(missing).join(new);
        (trial, inner, &place.parent)
    } else {
        (place.new.clone(), place.new.clone(), &place.new)
    };
    discard(&trial)?;
    let made = fs::create_dir_all(inner);
    let removed = discard(&trial);
    made.map_err(refused("create the folder", told))?;
    removed
}

/// [`write_folder`] with what is too large for the memory: `make` is given the folder in which all
/// of it is put together, may write files there, and returns the others.
///
/// # Errors
/// As [`write_folder`], and whatever `make` fails with.
pub fn write_folder_with<'a, E: From<WriteError>>(
    out: &Path,
    make: impl FnOnce(&Path) -> Result<Cow<'a, [ResultFile]>, E>,
) -> Result<(), E> {
    write_with(out, &[], make)
}

/// [`write_folder_with`] where files called as one of `names` are written anew.
fn write_with<'a, E: From<WriteError>>(
    out: &Path,
    names: &[&str],
    make: impl FnOnce(&Path) -> Result<Cow<'a, [ResultFile]>, E>,
) -> Result<(), E> {
    let place = Place::of(out)?;
    check_place(&place.out, names)?;
    fs::create_dir_all(&place.parent).map_err(refused("create the folder", &place.parent))?;
    discard(&place.new)?;
    fs::create_dir(&place.new).map_err(refused("create the folder", &place.new))?;
    let written = make(&place.new).and_then(|files| {
        check_names(&files)?;
        fill(&place.new, &files)?;
        Ok(put_in_place(&place, names)?)
    });
    if written.is_err() {
        // The first error is the one to tell; that the remains stay, too, adds nothing.
        let _ = fs::remove_dir_all(&place.new);
    }
    written?;
    sync(&place.parent)?;
    Ok(discard(&place.old)?)
}

/// The paths that take part.
struct Place {
    parent: PathBuf,
    out: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

impl Place {
    fn of(out: &Path) -> Result<Self, WriteError> {
        let name = out.file_name().ok_or_else(|| WriteError::Nameless(out.to_owned()))?;
        let parent = match out.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        let beside = |word: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{word}-{}", std::process::id()));
            parent.join(hidden)
        };
        // Joined anew, so that a slash at the end does not follow a symbolic link.
        let (out, new, old) = (parent.join(name), beside("new"), beside("old"));
        Ok(Self { parent, out, new, old })
    }
}

fn check_names(files: &[ResultFile]) -> Result<(), WriteError> {
    let mut seen = BTreeSet::new();
    for ResultFile { name, .. } in files {
        let is_plain = |part: &str| {
            let mut parts = Path::new(part).components();
            let is_normal = matches!(parts.next(), Some(Component::Normal(_)));
            is_normal && parts.next().is_none() && !part.contains(['\\', ':', '\0'])
        };
        if !name.split('/').all(is_plain) {
            return Err(WriteError::Leaves(name.clone()));
        }
        if !seen.insert(name) {
            return Err(WriteError::Twice(name.clone()));
        }
    }
    Ok(())
}

/// Whether there is a folder at `out` that may be replaced, whose files that are called as one of
/// `names` are not lost with it; an error if there is anything else.
fn check_place(out: &Path, names: &[&str]) -> Result<bool, WriteError> {
    // What another process is replacing just now is looked at again.
    let looks = std::iter::repeat_with(|| look_at(out, names)).take(3);
    let mut last = Ok(false);
    for look in looks {
        last = look;
        if last.is_ok() {
            break;
        }
    }
    last
}

fn look_at(out: &Path, names: &[&str]) -> Result<bool, WriteError> {
    let kind = match fs::symlink_metadata(out) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(refused("look at", out)(error)),
    };
    if !kind.is_dir() {
        let what = if kind.is_symlink() { "a symbolic link" } else { "a file" };
        return Err(WriteError::NotAFolder { path: out.to_owned(), what });
    }
    let contents = Contents::of(out).map_err(refused("read the folder", out))?;
    if contents.is_empty() {
        return Ok(true);
    }
    if !contents.is_result() {
        return Err(WriteError::Foreign(out.to_owned()));
    }
    match contents.stranger(names) {
        None => Ok(true),
        Some(file) => Err(WriteError::Besides { path: out.to_owned(), file: file.to_owned() }),
    }
}

/// Writes all files into the folder `new`, down to the disk.
fn fill(new: &Path, files: &[ResultFile]) -> Result<(), WriteError> {
    let mut folders = BTreeSet::from([new.to_owned()]);
    for ResultFile { name, bytes } in files {
        let path = new.join(name);
        let within = path.ancestors().skip(1).take_while(|folder| *folder != new);
        folders.extend(within.map(Path::to_owned));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(refused("create the folder", folder))?;
        }
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(refused("write", &path))?;
    }
    folders.iter().rev().try_for_each(|folder| sync(folder))
}

/// Renames the new folder to the wanted name; what was there before is aside then. Another process
/// may have put a result there a moment ago: that one is an earlier one now.
fn put_in_place(place: &Place, names: &[&str]) -> Result<(), WriteError> {
    let mut tries = TRIES;
    loop {
        if check_place(&place.out, names)? {
            discard(&place.old)?;
            match fs::rename(&place.out, &place.old) {
                // Another process has moved it aside.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => moved.map_err(refused("move aside", &place.out))?,
            }
        }
        let Err(error) = fs::rename(&place.new, &place.out) else { return Ok(()) };
        tries -= 1;
        let is_taken = fs::symlink_metadata(&place.out).is_ok();
        if is_taken && tries > 0 {
            continue;
        }
        if !is_taken && fs::symlink_metadata(&place.old).is_ok() {
            fs::rename(&place.old, &place.out).map_err(refused("move back", &place.old))?;
        }
        return Err(refused("put in place", &place.out)(error));
    }
}

/// Removes a hidden folder, if it is there.
fn discard(folder: &Path) -> Result<(), WriteError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(refused("remove the folder", folder)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Waits until the names in `folder` are on the disk, where the system knows how.
fn sync(folder: &Path) -> Result<(), WriteError> {
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(refused("write the folder", folder))?;
    }
    Ok(())
}

fn refused(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |error| WriteError::Refused { what, path, error }
}

#[cfg(test)]
mod tests;
