//! The session store: keeps sessions, here as a plain look-up service with one cost.
//!
//! Its look-ups and writes cost `service` each, and its replicas are shards. How long it keeps
//! sessions, and how many, is said in `[auth.session]`.

use super::answering::AnsweringSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;

/// What a scenario says of a session store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionStoreSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What it costs for what has no work of its own.
    pub answering: AnsweringSpec,
}

impl KindParts for SessionStoreSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, answering) = (reader.part(), reader.part());
        Some(Self { station: station?, answering: answering? })
    }
}
