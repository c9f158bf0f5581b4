//! The server: does the work of endpoints, on replicas with machines of their own.
//!
//! How an exchange is admitted, queued and run is the [host](super::host)'s and the
//! [station](super::station)'s matter; what a server adds is what it answers for.

use super::answering::AnsweringSpec;
use super::cors::CorsPart;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::screen::ServerScreenSpec;

/// What a scenario says of a server.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServerSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What it costs for what has no work of its own.
    pub answering: AnsweringSpec,
    /// What it says to scripts of other origins.
    pub sharing: CorsPart,
    /// Whom it lets in.
    pub screen: ServerScreenSpec,
}

impl KindParts for ServerSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, answering) = (reader.part(), reader.part());
        let (sharing, screen) = (reader.part(), reader.part());
        Some(Self { station: station?, answering: answering?, sharing: sharing?, screen: screen? })
    }
}
