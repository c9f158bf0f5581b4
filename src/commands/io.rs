//! The streams of a command: results on standard output, everything else on standard error.

use std::io::{ErrorKind, Write};

use anstream::{AutoStream, stderr, stdout};

use super::exit::CommandError;
use crate::scenario::diagnostic::{Look, render};
use crate::scenario::{Diagnostics, Sources};

/// The columns that tables on standard output may take.
pub(super) const WIDTH: u16 = 100;

/// Where a command prints. Colours are kept on a terminal and taken out elsewhere, or if
/// `NO_COLOR` is set.
#[derive(Debug)]
pub struct Io {
    out: AutoStream<std::io::Stdout>,
    err: AutoStream<std::io::Stderr>,
    is_quiet: bool,
}

impl Io {
    /// The streams of the process.
    #[must_use]
    pub fn of_process() -> Self {
        Self { out: stdout(), err: stderr(), is_quiet: false }
    }

    /// From now on, leaves out what [`note`](Self::note) is told.
    pub fn be_quiet(&mut self, is_quiet: bool) {
        self.is_quiet = is_quiet;
    }

    /// Prints a result on standard output.
    ///
    /// # Errors
    /// If it is closed, or cannot be written to.
    pub fn print(&mut self, text: &str) -> Result<(), CommandError> {
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        written.map_err(|error| {
            if error.kind() == ErrorKind::BrokenPipe {
                CommandError::ClosedOutput
            } else {
                CommandError::Files(format!("cannot write the output: {error}"))
            }
        })
    }

    /// Tells a person what goes on, on standard error, unless it shall be quiet.
    pub fn note(&mut self, sentence: &str) {
        if !self.is_quiet {
            self.say(sentence);
        }
    }

    /// Warns a person of something, on standard error.
    pub(super) fn warn(&mut self, sentence: &str) {
        self.say(&format!("\u{1b}[1;33mwarning\u{1b}[0m: {sentence}"));
    }

    /// Tells warnings, or what is wrong, on standard error.
    pub fn tell(&mut self, diagnostics: &Diagnostics, sources: &Sources) {
        let look = Look { styled: true, ..Look::default() };
        self.say(render(diagnostics, sources, look).trim_end());
    }

    /// Tells why a command ends before its time.
    pub(super) fn tell_error(&mut self, error: &CommandError) {
        match error {
            CommandError::ClosedOutput => {}
            CommandError::Scenario(problems) => {
                self.tell(&problems.diagnostics, &problems.sources);
            }
            CommandError::Fault(sentence) => {
                self.say(&format!("\u{1b}[1;31merror\u{1b}[0m: {sentence}"));
                self.say(
                    "This is a fault of lindley: please report it with the scenario and the seed.",
                );
            }
            CommandError::Usage(_) | CommandError::Files(_) | CommandError::Interrupted(_) => {
                self.say(&format!("\u{1b}[1;31merror\u{1b}[0m: {error}"));
            }
        }
    }

    /// Writes a line on standard error. Nobody can be told that this is not possible.
    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            let _ = writeln!(self.err, "{text}");
        }
    }
}
