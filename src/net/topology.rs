//! Who can call whom: what a handler may know of the graph, which is its own links.

use crate::id::{LinkId, NodeId};

/// Nodes with their replicas and their outgoing links, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    /// The nodes.
    pub nodes: Vec<NodeShape>,
    /// The links, numbered by (from, to).
    pub links: Vec<LinkEnds>,
}

/// What a caller sees of a node.
#[derive(Debug, Clone)]
pub struct NodeShape {
    /// How many replicas stand behind its name.
    pub replicas: u16,
    /// Whether writes go to the first replica only, the primary.
    pub has_primary: bool,
    /// How many connections each of them takes at once, if that is limited.
    pub most_connections: Option<u32>,
    /// The links that leave it.
    pub outgoing: Vec<LinkId>,
}

/// The ends of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkEnds {
    /// Who calls.
    pub from: NodeId,
    /// Who is called.
    pub to: NodeId,
}

impl Topology {
    /// The link from `from` to `to`, if there is one.
    #[inline]
    #[must_use]
    pub fn link(&self, from: NodeId, to: NodeId) -> Option<LinkId> {
        let links = &self.nodes[from.index()].outgoing;
        links.iter().copied().find(|link| self.links[link.index()].to == to)
    }
}
