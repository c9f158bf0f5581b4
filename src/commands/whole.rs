//! A single file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{Error, Write};
use std::path::{Path, PathBuf};

use super::exit::CommandError;

/// Writes `bytes` as the file `path`, in place of an earlier one. They go into a file beside it,
/// which takes its name once all of it is on the disk.
///
/// # Errors
/// If the system does not let it; what was there before still is then.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let refused =
        |error: Error| CommandError::Files(format!("cannot write `{}`: {error}", path.display()));
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".new-{}", std::process::id()));
    let new = PathBuf::from(new);
    let written = File::create(&new)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&new);
    }
    written.map_err(refused)
}
