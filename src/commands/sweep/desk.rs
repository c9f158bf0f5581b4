//! The hidden folder beside a result in which a sweep keeps its finished points.

use std::fs;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::state::{Begun, Finished, Header, State, whole_lines};
use crate::commands::exit::CommandError;
use crate::commands::io::Io;

/// The name of the file with the finished points.
const STATE: &str = "sweep.state.jsonl";

/// The folder, locked.
#[derive(Debug)]
pub(super) struct Desk {
    folder: PathBuf,
    lock: Lock,
}

impl Desk {
    /// Opens the desk of the sweep whose result will be the folder `result`, with what is finished
    /// of the sweep of `header`; with `restart` that is forgotten.
    ///
    /// # Errors
    /// If another process is at it, if it holds another sweep, or if it cannot be written to.
    pub(super) fn open(
        result: &Path,
        header: &Header,
        restart: bool,
        io: &mut Io,
    ) -> Result<(Self, State, Vec<Finished>), CommandError> {
        let folder = hidden(result).ok_or_else(|| {
            CommandError::Files(format!("`{}` does not name a folder", result.display()))
        })?;
        let refused =
            |error| CommandError::Files(format!("cannot write in `{}`: {error}", folder.display()));
        fs::create_dir_all(&folder).map_err(refused)?;
        let (lock, left) = Lock::take(&folder)?;
        if let Some(process) = left {
            io.note(&format!("took the sweep over from process {process}, which is gone"));
        }
        let path = folder.join(STATE);
        if restart && path.exists() {
            fs::remove_file(&path).map_err(refused)?;
        }
        let (state, begun) = State::open(&path, header).map_err(refused)?;
        match begun {
            Begun::Same(finished) => {
                if !finished.is_empty() {
                    let count = finished.len();
                    io.note(&format!("going on with a sweep of which {count} rows are finished"));
                }
                Ok((Self { folder, lock }, state, finished))
            }
            Begun::Other(found) => Err(CommandError::Usage(format!(
                "`{}` holds finished points of another sweep: {}; forget them with --restart, or \
                 choose another folder with --out",
                folder.display(),
                difference(header, &found)
            ))),
        }
    }

    /// Clears it away, once the result tells all that it did.
    pub(super) fn clear(self) {
        // What cannot be removed does no harm: the next sweep begins with it or refuses it.
        let _ = fs::remove_file(self.folder.join(STATE));
        drop(self.lock);
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The desk of the sweep whose result is the folder `result`; none if that is no name of one.
fn hidden(result: &Path) -> Option<PathBuf> {
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(result.file_name()?);
    hidden.push(".sweep");
    Some(result.with_file_name(hidden))
}

/// How far the sweep is that was begun and whose result will be the folder `result`, or whose desk
/// that folder is: what is run, and how many of its rows are finished. None if there is no such.
pub(in crate::commands) fn progress(result: &Path) -> Option<(Header, usize)> {
    let desks = [hidden(result), Some(result.to_owned())];
    desks.into_iter().flatten().find_map(|desk| {
        let text = fs::read(desk.join(STATE)).ok()?;
        let (header, finished, _) = whole_lines::<Header>(&String::from_utf8_lossy(&text));
        Some((header?, finished.len()))
    })
}

/// In what the sweep that was begun differs from this one.
fn difference(this: &Header, found: &Header) -> String {
    let differences = [
        (this.version != found.version, "the version of lindley"),
        (this.scenario != found.scenario, "the scenario"),
        (this.grid != found.grid, "the varied values, the variants or what is set"),
        (this.seed != found.seed, "the seed"),
        (this.replications != found.replications, "the number of replications"),
        (this.part != found.part, "the shard"),
    ];
    let differing = differences.iter().filter(|(is, _)| *is).map(|(_, what)| *what);
    format!("{} differs", differing.collect::<Vec<_>>().join(", "))
}
