//! `lindley schema`: the JSON Schema of scenario files.

use super::exit::{CommandError, Exit};
use super::io::Io;
use crate::scenario::schema;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley schema > lindley.schema.json", "for editors that know JSON Schema")];

/// Prints the JSON Schema of scenario files, made from the types that read them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Prints the schema.
///
/// # Errors
/// If the output cannot be written.
pub(super) fn run(_: Args, io: &mut Io) -> Result<Exit, CommandError> {
    io.print(&format!("{:#}\n", schema()))?;
    Ok(Exit::Done)
}
