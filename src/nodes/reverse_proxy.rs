//! The reverse proxy: stands by the servers, answers for them, and hides them.
//!
//! It passes its caller's address on (as `X-Forwarded-For` or RFC 7239 `Forwarded` do, trusted by
//! what stands behind), so a balancer behind it still tells clients apart.

use super::caching::CachingSpec;
use super::cors::CorsPart;
use super::forwarding::ForwardingSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::screen::ReverseScreenSpec;

/// What a scenario says of a reverse proxy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReverseProxySpec {
    /// Its machines.
    pub station: StationSpec,
    /// What handing a request on costs.
    pub forwarding: ForwardingSpec,
    /// Its cache.
    pub caching: CachingSpec,
    /// What it says to scripts of other origins.
    pub sharing: CorsPart,
    /// What it lets pass.
    pub screen: ReverseScreenSpec,
}

impl KindParts for ReverseProxySpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, forwarding, caching) = (reader.part(), reader.part(), reader.part());
        let (sharing, screen) = (reader.part(), reader.part());
        Some(Self {
            station: station?,
            forwarding: forwarding?,
            caching: caching?,
            sharing: sharing?,
            screen: screen?,
        })
    }
}
