//! `lindley calibrate`: what identity and connections cost on this machine.
//!
//! This measures time, which no result may depend on: what comes of it is a file that a person may
//! include in scenarios, and then it is a number like any other. The measuring stands
//! behind the feature `calibrate`, since its implementations are no use to anything else here.

#[cfg(feature = "calibrate")]
mod batches;
#[cfg(feature = "calibrate")]
mod compression;
#[cfg(feature = "calibrate")]
mod file;
#[cfg(feature = "calibrate")]
mod measured;
#[cfg(feature = "calibrate")]
mod passwords;
#[cfg(feature = "calibrate")]
mod signatures;

use std::path::PathBuf;

use super::exit::{CommandError, Exit};
use super::io::Io;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley calibrate --out costs.toml", "what hashes and signatures cost on this machine")];

/// Measures on this machine what password hashes, signatures, handshakes and compression cost.
///
/// The file that is written says so in a table `[costs]`; a scenario takes it in with
/// `include = ["costs.toml"]`. The program has to be built with the feature `calibrate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file to write; one that this command wrote before is replaced.
    #[arg(long, value_name = "FILE", default_value = "costs.toml")]
    out: PathBuf,
    /// Measures less often: the numbers are less sure.
    #[arg(long)]
    quick: bool,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Prints results, warnings and errors only.
    #[arg(long, short)]
    quiet: bool,
}

/// Measures and writes.
///
/// # Errors
/// If the program was built without the feature, or the file cannot be written.
#[cfg(feature = "calibrate")]
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    io.be_quiet(args.quiet);
    super::interrupt::listen();
    file::COSTS.check(&args.out)?;
    let measured = measured::all(args.quick, |name| {
        io.note(&format!("measuring {name}"));
        if super::interrupt::is_interrupted() { Err(CommandError::interrupted()) } else { Ok(()) }
    })?;
    super::whole::write_whole(&args.out, file::text(&measured, args.quick).as_bytes())?;
    io.print(&if args.json { file::json(&measured)? } else { file::table(&measured) })?;
    let name = args.out.display();
    io.note(&format!("Written to {name}: a scenario beside it takes it in with `include`."));
    Ok(Exit::Done)
}

/// Says how to build a program that measures.
///
/// # Errors
/// Always: there is nothing to measure with.
#[cfg(not(feature = "calibrate"))]
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    io.be_quiet(args.quiet);
    let Args { out, quick, json, .. } = args;
    let options = [(quick, " --quick"), (json, " --json")];
    let options: String = options.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
    let out = super::options::shell_word(&out.to_string_lossy());
    Err(CommandError::Usage(format!(
        "this program was built without the feature `calibrate`, which measures; from its source: \
         cargo run --release --features calibrate -- calibrate --out {out}{options}"
    )))
}
