//! `lindley list`: the shipped scenarios.

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::shipped;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[("lindley list", "the shipped scenarios")];

/// Lists the shipped scenarios; any command takes such a name instead of a file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Prints name and description of each.
///
/// # Errors
/// If the output cannot be written.
pub(super) fn run(_: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let mut text = String::new();
    for scenario in shipped::SCENARIOS {
        text.push_str(scenario.name);
        text.push('\n');
        for line in scenario.about() {
            text.push_str("    ");
            text.push_str(line);
            text.push('\n');
        }
    }
    io.print(&text)?;
    Ok(Exit::Done)
}
