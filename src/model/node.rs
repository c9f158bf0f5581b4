//! Nodes, as a scenario writes them.

use crate::dist::Dist;
use crate::nodes::KindSpec;
use crate::nodes::attacker::AttackerSpec;
use crate::nodes::parts::CommonSpec;
use crate::nodes::station::StationSpec;
use crate::nodes::timeouts::Late;
use crate::time::Span;

/// For a connection, for an answer, and what becomes of late work.
pub type CallTimeouts<'a> = (Option<&'a Dist<Span>>, Option<&'a Dist<Span>>, Late);

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
            KindSpec::Client(_) | KindSpec::Attacker(_) => None,
            KindSpec::ForwardProxy(spec) => Some(&spec.station),
            KindSpec::ReverseProxy(spec) => Some(&spec.station),
            KindSpec::LoadBalancer(spec) => Some(&spec.station),
            KindSpec::Server(spec) => Some(&spec.station),
            KindSpec::Database(spec) => Some(&spec.station),
            KindSpec::Cache(spec) => Some(&spec.station),
            KindSpec::SessionStore(spec) => Some(&spec.station),
            KindSpec::AuthServer(spec) => Some(&spec.station),
        }
    }

    /// How long it waits for a connection and for an answer, and what becomes of late work.
    #[must_use]
    pub fn call_timeouts(&self) -> Option<CallTimeouts<'_>> {
        let timeout = match &self.kind {
            KindSpec::Attacker(AttackerSpec { client: spec, .. }) | KindSpec::Client(spec) => {
                let it = spec.timeout.as_ref()?;
                return Some((it.connect.as_ref(), it.read.as_ref(), it.late));
            }
            KindSpec::ForwardProxy(spec) => &spec.forwarding.timeout,
            KindSpec::ReverseProxy(spec) => &spec.forwarding.timeout,
            KindSpec::LoadBalancer(spec) => &spec.forwarding.timeout,
            KindSpec::Server(spec) => &spec.answering.timeout,
            KindSpec::Database(spec) => &spec.answering.timeout,
            KindSpec::Cache(spec) => &spec.answering.timeout,
            KindSpec::SessionStore(spec) => &spec.answering.timeout,
            KindSpec::AuthServer(spec) => &spec.answering.timeout,
        };
        let it = timeout.as_ref()?;
        Some((it.connect.as_ref(), it.read.as_ref(), it.late))
    }

    /// How many replicas stand behind its name, at most.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.station().map_or(1, StationSpec::places)
    }

    /// How many of them must be up for it to be available.
    #[must_use]
    pub fn needed(&self) -> u16 {
        let needed = self.station().and_then(|station| station.needed).unwrap_or(1);
        u16::try_from(needed).unwrap_or(u16::MAX)
    }
}
