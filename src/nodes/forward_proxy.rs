//! The forward proxy: stands by the clients and asks for them.
//!
//! Servers and balancers see its own address for everybody behind it: to a source hash, a whole
//! office is one client.

use super::caching::CachingSpec;
use super::forwarding::ForwardingSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::screen::ForwardScreenSpec;

/// What a scenario says of a forward proxy.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForwardProxySpec {
    /// Its machines.
    pub station: StationSpec,
    /// What handing a request on costs.
    pub forwarding: ForwardingSpec,
    /// Its cache.
    pub caching: CachingSpec,
    /// What it lets pass.
    pub screen: ForwardScreenSpec,
}

impl KindParts for ForwardProxySpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, forwarding, caching) = (reader.part(), reader.part(), reader.part());
        let screen = reader.part();
        Some(Self {
            station: station?,
            forwarding: forwarding?,
            caching: caching?,
            screen: screen?,
        })
    }
}
