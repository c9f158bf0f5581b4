//! The program `lindley`: arguments, a command, an exit status.

use std::process::ExitCode;

use lindley::commands;

fn main() -> ExitCode {
    commands::exit_status(|| commands::run(std::env::args_os()))
}
