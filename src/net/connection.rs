//! What an exchange travels on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fact::Place;
use crate::time::Time;

/// How the exchanges of a link get their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It exists already and costs nothing.
    #[default]
    Warm,
}

/// A connection that somebody opened. Only links whose mode is not [`Mode::Warm`] have any; an
/// exchange on a warm link names none.
#[derive(Debug, Clone, Copy)]
pub struct Connection {
    /// The address of the side that opened it.
    pub source: u64,
    /// Where it ends.
    pub to: Place,
    /// How many exchanges travel on it now.
    pub streams: u16,
    /// When it was last used.
    pub last_use: Time,
}
