//! The command line: one file for each command, all of the same anatomy.
//!
//! A command is a file with `EXAMPLES`, `Args` (whose first doc line is what the help says about
//! the command) and `run`, and one line in the list below, which is all that the help, the
//! completions and the dispatch know. What commands share is in the files above the list. Only
//! this folder reads clocks, the environment and the disk.

mod aligned;
mod baseline;
mod beside;
mod earlier;
mod exit;
mod fault;
mod interrupt;
mod io;
mod opened;
mod options;
mod progress;
mod publish;
mod shipped;
mod simulation;
mod threads;
mod timing;
mod unpacked;
mod varied;
mod whole;

mod cache;
mod calibrate;
mod check;
mod columns;
mod compare;
mod completions;
mod graph;
mod import;
mod list;
mod merge;
mod new;
mod plan;
mod plot;
mod report;
mod run;
mod schema;
mod sweep;
mod trace;
mod validate;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use beside::Beside;
pub use exit::{CommandError, Exit, Problems, STATUSES};
pub use io::Io;
pub use opened::Opened;
pub use options::{Changes, Closer, Fingerprint, Work};

/// Turns the list of commands into the enum that clap parses, its dispatch, and the examples.
macro_rules! commands {
    ($($name:ident = $file:ident,)+) => {
        /// A command with its arguments.
        #[derive(Debug, Subcommand)]
        enum Command {
            $($name($file::Args),)+
        }

        impl Command {
            fn run(self, io: &mut Io) -> Result<Exit, CommandError> {
                match self {
                    $(Self::$name(args) => $file::run(args, io),)+
                }
            }
        }

        /// One command line of each command with what it does.
        const EXAMPLES: &[&[(&str, &str)]] = &[$($file::EXAMPLES,)+];
    };
}

commands! {
    Run = run,
    Compare = compare,
    Sweep = sweep,
    Merge = merge,
    Plan = plan,
    Check = check,
    Plot = plot,
    Report = report,
    Trace = trace,
    Graph = graph,
    New = new,
    Schema = schema,
    List = list,
    Validate = validate,
    Cache = cache,
    Import = import,
    Calibrate = calibrate,
    Completions = completions,
}

/// A deterministic discrete-event network simulator for web architectures.
///
/// Without a command, compares the variants of the shipped scenario `scale-up-vs-scale-out`.
#[derive(Debug, Parser)]
#[command(name = "lindley", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
}

/// Runs the command that `arguments` ask for, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut io = Io::of_process();
    let parsed = definition()
        .try_get_matches_from(arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let command = match parsed {
        Ok(line) => line.command,
        Err(answer) => return answered(&answer),
    };
    let ended = match command {
        Some(command) => command.run(&mut io),
        None => compare::run(compare::Args::of_main_scenario(), &mut io),
    };
    ended.unwrap_or_else(|error| {
        io.tell_error(&error);
        error.exit()
    })
}

/// The exit code of `run`; a panic becomes the status of a fault.
pub fn exit_status(run: impl FnOnce() -> Exit + std::panic::UnwindSafe) -> ExitCode {
    fault::tell_panics();
    fault::caught(run).into()
}

/// All that the command line understands, with examples and exit statuses in its help.
fn definition() -> clap::Command {
    let mut after = String::from("Examples:\n");
    for (line, about) in EXAMPLES.iter().copied().flatten() {
        let _ = writeln!(after, "  {line:<52} {about}");
    }
    after.push_str("\nExit status:\n");
    for (exit, meaning) in STATUSES {
        let _ = writeln!(after, "  {:>3}  {meaning}", exit.code());
    }
    CommandLine::command().after_help(after)
}

/// Help and version go to standard output, complaints about arguments to standard error.
fn answered(answer: &clap::Error) -> Exit {
    // Whoever closed the output does not want to be told.
    let _ = answer.print();
    let is_wanted = matches!(answer.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if is_wanted { Exit::Done } else { Exit::Wrong }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn every_command_has_an_example_that_parses() {
        let names: Vec<String> =
            definition().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        assert_eq!(names.len(), EXAMPLES.len());
        for (name, examples) in names.iter().zip(EXAMPLES) {
            assert!(!examples.is_empty(), "{name}");
            for (line, _) in *examples {
                let words: Vec<&str> = line.split(" > ").next().unwrap().split(' ').collect();
                assert_eq!(words[1], name);
                let words = words.iter().map(|word| word.trim_matches('\''));
                assert!(definition().try_get_matches_from(words).is_ok(), "{line}");
            }
        }
    }
}
