//! `lindley completions`: a script that lets a shell complete commands and options.

use clap_complete::Shell;

use super::exit::{CommandError, Exit};
use super::io::Io;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley completions bash > lindley.bash", "completion for a shell")];

/// Prints a script with which a shell completes commands and options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// If the output cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "lindley", &mut script);
    io.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
