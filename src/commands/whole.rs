//! A single file that is written whole or not at all, and in place of nothing else.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::exit::CommandError;

/// A kind of file, told by how its files begin.
#[derive(Debug)]
pub(super) struct Kind {
    /// What it is called, such as `file of spans`.
    pub(super) name: &'static str,
    /// How its files begin.
    pub(super) beginnings: &'static [&'static str],
}

impl Kind {
    /// Finds out, before anything is done for it, whether something would be lost at `path`.
    ///
    /// # Errors
    /// If there is something that is none of this kind.
    pub(super) fn check(&self, path: &Path) -> Result<(), CommandError> {
        let is_ours = match self.first_bytes(path) {
            _ if keeps_nothing(path) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            Err(error) => {
                let sentence = format!("cannot read `{}`: {error}", path.display());
                return Err(CommandError::Files(sentence));
            }
            Ok(bytes) => {
                let begins = |it: &&str| bytes.starts_with(it.as_bytes());
                bytes.is_empty() || self.beginnings.iter().any(begins)
            }
        };
        if is_ours {
            return Ok(());
        }
        Err(CommandError::Files(format!(
            "`{}` is no {} and would be lost: choose another one with --out, or remove it",
            path.display(),
            self.name
        )))
    }

    fn first_bytes(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        if !keeps_nothing(path) {
            let most = self.beginnings.iter().map(|it| it.len()).max().unwrap_or(0);
            File::open(path)?.take(most as u64).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }
}

/// Whether it is a pipe or a device, which keeps nothing and cannot be replaced.
fn keeps_nothing(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Writes `bytes` as the file `path`, in place of an earlier one. They go into a file beside it,
/// which takes its name once all of it is on the disk.
///
/// # Errors
/// If the system does not let it; what was there before still is then.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let refused =
        |error: Error| CommandError::Files(format!("cannot write `{}`: {error}", path.display()));
    if keeps_nothing(path) {
        return fs::write(path, bytes).map_err(refused);
    }
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
