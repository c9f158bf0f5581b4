//! Which of the nodes that grow without return is the one that cannot keep up.

use crate::id::NodeId;
use crate::net::Topology;
use crate::time::Time;

/// What grows without return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Growing {
    /// The node; none for all requests together.
    pub(super) node: Option<NodeId>,
    /// How many it held at the end.
    pub(super) held: f64,
    /// Since when it has grown.
    pub(super) since: Time,
}

/// The one of `growing` that cannot keep up. Who calls a node that grows holds what waits there, so
/// it is one that calls no other that grows; of several the one that holds most. All requests
/// together grow with any node, and are named only if no node is.
pub(super) fn culprit(growing: &[Growing], topology: &Topology) -> Option<Growing> {
    let calls_another = |it: &&Growing| {
        it.node.is_some_and(|node| {
            let below = below(node, topology);
            let mut others = growing.iter().filter_map(|other| other.node);
            others.any(|other| other != node && below[other.index()])
        })
    };
    let nodes = || growing.iter().filter(|it| it.node.is_some());
    let last = nodes().filter(|it| !calls_another(it));
    let most = |a: &&Growing, b: &&Growing| a.held.total_cmp(&b.held);
    last.max_by(most).or_else(|| nodes().max_by(most)).or_else(|| growing.first()).copied()
}

/// Which nodes are called by `node`, or by one that it calls.
fn below(node: NodeId, topology: &Topology) -> Vec<bool> {
    let mut is_below = vec![false; topology.nodes.len()];
    let mut open = vec![node];
    while let Some(from) = open.pop() {
        for link in &topology.nodes[from.index()].outgoing {
            let to = topology.links[link.index()].to;
            if !std::mem::replace(&mut is_below[to.index()], true) {
                open.push(to);
            }
        }
    }
    is_below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LinkId;
    use crate::net::{LinkEnds, NodeShape};

    /// Nodes that call one another as `calls` says.
    fn topology(nodes: u16, calls: &[(u16, u16)]) -> Topology {
        let ends = |(from, to): &(u16, u16)| LinkEnds { from: NodeId(*from), to: NodeId(*to) };
        let links: Vec<LinkEnds> = calls.iter().map(ends).collect();
        let shape = |node: u16| {
            let leaves = (0..).map(LinkId).zip(&links).filter(|(_, it)| it.from == NodeId(node));
            let outgoing = leaves.map(|(link, _)| link).collect();
            NodeShape { replicas: 1, has_primary: false, most_connections: None, outgoing }
        };
        Topology { nodes: (0..nodes).map(shape).collect(), links }
    }

    fn named(growing: &[(Option<u16>, f64)], topology: &Topology) -> Option<u16> {
        let of = |(node, held): &(Option<u16>, f64)| Growing {
            node: node.map(NodeId),
            held: *held,
            since: Time(1),
        };
        let growing: Vec<Growing> = growing.iter().map(of).collect();
        culprit(&growing, topology).and_then(|it| it.node).map(|node| node.0)
    }

    #[test]
    fn who_waits_for_a_node_that_grows_is_not_the_one_that_cannot_keep_up() {
        let chain = topology(3, &[(0, 1), (1, 2)]);
        let all = [(None, 90.0), (Some(0), 90.0), (Some(1), 80.0), (Some(2), 70.0)];
        assert_eq!(named(&all, &chain), Some(2));
        assert_eq!(named(&all[..3], &chain), Some(1));
        assert_eq!(named(&[(Some(0), 90.0), (Some(2), 1.0)], &chain), Some(2));
    }

    #[test]
    fn of_several_that_call_none_of_the_others_it_is_the_one_that_holds_most() {
        let fork = topology(3, &[(0, 1), (0, 2)]);
        assert_eq!(named(&[(Some(0), 99.0), (Some(1), 5.0), (Some(2), 6.0)], &fork), Some(2));
        let ring = topology(2, &[(0, 1), (1, 0)]);
        assert_eq!(named(&[(Some(0), 7.0), (Some(1), 6.0)], &ring), Some(0));
    }

    #[test]
    fn all_requests_together_are_named_only_where_no_node_is() {
        let alone = topology(1, &[]);
        assert_eq!(named(&[(None, 9.0), (Some(0), 1.0)], &alone), Some(0));
        assert_eq!(named(&[(None, 9.0)], &alone), None);
        assert_eq!(culprit(&[], &alone), None);
    }
}
