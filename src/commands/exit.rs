//! How a command ends: its exit status, and the errors that lead to one.

use std::process::ExitCode;

use crate::scenario::{Diagnostics, Sources};
use crate::study::{RunFault, StudyError};

/// How a command ended. The numbers are the exit statuses that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// It did what it was asked to do.
    Done = 0,
    /// What was to be watched for was found: a missed SLO, a failed validation case.
    Found = 1,
    /// The arguments or the scenario are wrong.
    Wrong = 2,
    /// The program has a fault.
    Fault = 3,
    /// Something cannot be read or written.
    Files = 4,
    /// Somebody stopped it.
    Interrupted = 130,
}

/// The meaning of each status, as the help shows it.
pub const STATUSES: &[(Exit, &str)] = &[
    (Exit::Done, "done"),
    (Exit::Found, "an SLO is missed (with --assert-slo), or a validation case failed"),
    (Exit::Wrong, "the arguments or the scenario are wrong"),
    (Exit::Fault, "an audit failed, or the program has a fault"),
    (Exit::Files, "something cannot be read or written"),
    (Exit::Interrupted, "interrupted"),
];

/// Why a command did not do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The arguments are wrong, in a sentence.
    #[error("{0}")]
    Usage(String),
    /// The scenario is wrong, or a file that it names cannot be read.
    #[error("the scenario has errors")]
    Scenario(Box<Problems>),
    /// The program has a fault, in a sentence.
    #[error("{0}")]
    Fault(String),
    /// Something cannot be read or written, in a sentence.
    #[error("{0}")]
    Files(String),
    /// Somebody stopped it; what is kept of its work, in a clause.
    #[error("interrupted: {0}")]
    Interrupted(String),
    /// Nobody reads the output any more, which is no error.
    #[error("the output is closed")]
    ClosedOutput,
}

/// All that is wrong with a scenario, with the texts that it stands in.
#[derive(Debug, Default)]
pub struct Problems {
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// The texts.
    pub sources: Sources,
    /// Whether nothing is wrong but that files cannot be read.
    pub is_unreadable: bool,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl CommandError {
    /// Somebody stopped a command that writes its results whole or not at all.
    pub(super) fn interrupted() -> Self {
        Self::Interrupted("nothing of it is kept, earlier results stay as they are".to_owned())
    }

    /// The status that it ends a command with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Wrong,
            Self::Scenario(problems) if problems.is_unreadable => Exit::Files,
            Self::Scenario(_) => Exit::Wrong,
            Self::Fault(_) => Exit::Fault,
            Self::Files(_) => Exit::Files,
            Self::Interrupted(_) => Exit::Interrupted,
            Self::ClosedOutput => Exit::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<StudyError> for CommandError {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Fault(fault) => fault.into(),
            StudyError::Stopped => Self::interrupted(),
        }
    }
}

impl From<RunFault> for CommandError {
    fn from(fault: RunFault) -> Self {
        Self::Fault(fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_that_an_error_leads_to_is_explained() {
        for (error, code) in [
            (CommandError::Usage(String::new()), 2),
            (CommandError::Scenario(Box::default()), 2),
            (CommandError::Fault(String::new()), 3),
            (CommandError::Files(String::new()), 4),
            (CommandError::interrupted(), 130),
            (CommandError::ClosedOutput, 0),
        ] {
            assert_eq!(error.exit().code(), code);
            assert!(STATUSES.iter().any(|(exit, _)| *exit == error.exit()));
        }
    }
}
