//! `lindley new`: a scenario to begin with.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::shell_word;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley new shop.toml", "a scenario to begin with")];

/// The scenario that is written.
const SKELETON: &str = include_str!("new/skeleton.toml");

/// Prints or writes a commented scenario to begin with.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; it must not exist. Without it, the scenario is printed.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Prints or writes it.
///
/// # Errors
/// If the file exists or cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Some(path) = args.file else {
        io.print(SKELETON)?;
        return Ok(Exit::Done);
    };
    let written = File::create_new(&path).and_then(|mut file| file.write_all(SKELETON.as_bytes()));
    written.map_err(|error| {
        let why = if error.kind() == ErrorKind::AlreadyExists {
            "there is such a file already".to_owned()
        } else {
            error.to_string()
        };
        CommandError::Files(format!("cannot write `{}`: {why}", path.display()))
    })?;
    io.note(&format!("Try it: lindley run {}", shell_word(&path.to_string_lossy())));
    Ok(Exit::Done)
}
