//! Nodes, as a scenario writes them.

use crate::nodes::KindSpec;
use crate::nodes::parts::CommonSpec;
use crate::nodes::station::StationSpec;

/// A node: what every node has, and what its kind has.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeSpec {
    /// What every node has.
    pub common: CommonSpec,
    /// What its kind has.
    pub kind: KindSpec,
}

impl NodeSpec {
    /// The machines behind it; a client has none.
    #[must_use]
    pub const fn station(&self) -> Option<&StationSpec> {
        match &self.kind {
            KindSpec::Client(_) => None,
            KindSpec::ForwardProxy(spec) => Some(&spec.station),
            KindSpec::ReverseProxy(spec) => Some(&spec.station),
            KindSpec::LoadBalancer(spec) => Some(&spec.station),
            KindSpec::Server(spec) => Some(&spec.station),
            KindSpec::Database(spec) => Some(&spec.station),
            KindSpec::SessionStore(spec) => Some(&spec.station),
        }
    }

    /// How many replicas stand behind its name.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.station().and_then(|station| station.replicas).unwrap_or(1)
    }
}
