//! The file that spans are written to: whole or not at all, and in place of nothing else.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use super::super::exit::CommandError;

/// How files of both forms begin.
const BEGINNINGS: [&str; 2] = ["{\"displayTimeUnit\":\"ms\",\"otherData\":", "{\"resourceSpans\":"];

/// Finds out before the run whether something would be lost.
///
/// # Errors
/// If there is something at `out` that is no file of spans.
pub(super) fn check(out: &Path) -> Result<(), CommandError> {
    if fs::metadata(out).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        // A pipe or a device keeps nothing.
        return Ok(());
    }
    let is_ours = match beginning(out) {
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => {
            return Err(CommandError::Files(format!("cannot read `{}`: {error}", out.display())));
        }
        Ok(text) => text.is_empty() || BEGINNINGS.iter().any(|it| text.starts_with(it.as_bytes())),
    };
    if is_ours {
        return Ok(());
    }
    Err(CommandError::Files(format!(
        "`{}` is no file of spans and would be lost: choose another one with --out, or remove it",
        out.display()
    )))
}

/// The first bytes of a file.
fn beginning(out: &Path) -> io::Result<Vec<u8>> {
    let most = BEGINNINGS.iter().map(|it| it.len()).max().unwrap_or(0);
    let mut bytes = Vec::new();
    File::open(out)?.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes the spans under another name beside the wanted one, which they get when they are whole.
///
/// # Errors
/// If the system refuses, after which there is what was there before.
pub(super) fn write(out: &Path, text: &str) -> Result<(), CommandError> {
    check(out)?;
    let failed = |error: io::Error| {
        CommandError::Files(format!("cannot write `{}`: {error}", out.display()))
    };
    // A pipe or a device cannot be replaced.
    if fs::metadata(out).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::write(out, text).map_err(failed);
    }
    let name = out.file_name().ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".new-{}", std::process::id()));
    let beside = out.with_file_name(hidden);
    let written = File::create(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, out));
    if written.is_err() {
        // The first error is the one to tell; that the remains stay, too, adds nothing.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(failed)
}
