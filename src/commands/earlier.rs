//! Results of earlier runs, read whole.

use std::fs;
use std::io::Error;
use std::path::Path;

use super::exit::CommandError;
use crate::report::ResultFile;

/// All files of the folder of a result, those of its folders included.
///
/// # Errors
/// If one cannot be read, or has a name that no file of a result has.
pub(super) fn files_of(folder: &Path) -> Result<Vec<ResultFile>, CommandError> {
    let mut files = Vec::new();
    read(folder, "", &mut files)?;
    Ok(files)
}

fn read(folder: &Path, above: &str, files: &mut Vec<ResultFile>) -> Result<(), CommandError> {
    let refused = |path: &Path, error: Error| {
        CommandError::Files(format!("cannot read `{}`: {error}", path.display()))
    };
    let entries = fs::read_dir(folder).map_err(|error| refused(folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| refused(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            let sentence = format!("`{}` is no file of a result", path.display());
            return Err(CommandError::Files(sentence));
        };
        let name = format!("{above}{name}");
        if path.is_dir() {
            read(&path, &format!("{name}/"), files)?;
        } else {
            let bytes = fs::read(&path).map_err(|error| refused(&path, error))?;
            files.push(ResultFile { name, bytes });
        }
    }
    Ok(())
}
