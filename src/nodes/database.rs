//! The database: answers calls; what changes state goes to its first replica, the primary.
//!
//! Callers reach a database with several replicas as they reach any name with several addresses,
//! one replica after the other, except that an endpoint with `write` goes to replica 1. The limit
//! on its connections is `workers`.

use super::answering::AnsweringSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;

/// What a scenario says of a database.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatabaseSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What it costs for what has no work of its own.
    pub answering: AnsweringSpec,
}

impl KindParts for DatabaseSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, answering) = (reader.part(), reader.part());
        Some(Self { station: station?, answering: answering? })
    }
}
