//! The auth-server: logs people in, which costs a password hash, and signs and renews tokens.
//!
//! Its cores hash, in one queue with all else, unless `[auth.password]` gives it a `pool` of
//! workers that do nothing else. What a log-in costs follows from `[auth]`.

use super::answering::AnsweringSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::screen::ServerScreenSpec;

/// What a scenario says of an auth-server.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AuthServerSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What it costs for what has no work of its own.
    pub answering: AnsweringSpec,
    /// Whom it lets in.
    pub screen: ServerScreenSpec,
}

impl KindParts for AuthServerSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, answering, screen) = (reader.part(), reader.part(), reader.part());
        Some(Self { station: station?, answering: answering?, screen: screen? })
    }
}
