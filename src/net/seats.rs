//! Room for connections at replicas that take only so many at once, idle ones included.
//!
//! A connection has a place from the SYN that is accepted until either side closes it, or the
//! process dies. What a layer-4 balancer carries further has a place at the balancer and one behind
//! it.

use super::core::Ctx;
use crate::fact::{Fact, Observer, Place};
use crate::id::{ConnectionId, ExchangeId};

impl<O: Observer> Ctx<'_, O> {
    /// Whether the replica to which the SYN of an exchange has come takes its connection, which
    /// then has a place there.
    pub(super) fn takes_connection(&mut self, id: ExchangeId) -> bool {
        let at = self.core.exchanges.hot(id).at;
        let Some(most) = self.fixed.topology.nodes[at.node.index()].most_connections else {
            return true;
        };
        let connection = self.core.exchanges.cold(id).connection;
        if self.core.connections.has_seat(connection, at) {
            // Its answer to an earlier SYN was lost.
            return true;
        }
        if self.core.connections.seated(at) >= most {
            self.forgets_closed(at);
        }
        if self.core.connections.seated(at) >= most {
            return false;
        }
        let open = self.core.connections.seat(connection, at);
        self.observe(&Fact::Connections { at, open });
        true
    }

    /// A replica needs the places of connections that it has closed itself, since they were idle
    /// for too long. Their owners notice later.
    fn forgets_closed(&mut self, at: Place) {
        let links = self.fixed.topology.links.iter().zip(&self.core.links);
        let closes = links.filter(|(ends, _)| ends.to == at.node).any(|(_, link)| {
            link.transport().is_some_and(|transport| transport.server_keep_alive.is_some())
        });
        if !closes {
            return;
        }
        let is_closed = |id: &ConnectionId| {
            let connection = self.core.connections.get(*id);
            let transport = self.core.links[connection.link.index()].transport();
            let kept = transport.and_then(|transport| transport.server_keep_alive);
            connection.to == at
                && connection.streams == 0
                && kept.is_some_and(|kept| self.core.now >= connection.answered + kept)
        };
        let closed: Vec<_> = self.core.connections.with_seat(at).filter(is_closed).collect();
        for id in closed {
            self.leaves_seat(id, Some(at));
        }
    }

    /// A connection is closed: nobody has it any more.
    pub(super) fn leaves_seats(&mut self, id: ConnectionId) {
        while self.leaves_seat(id, None) {}
    }

    /// A replica, or one of those that have it, has a connection no more; returns whether it had.
    pub(super) fn leaves_seat(&mut self, id: ConnectionId, at: Option<Place>) -> bool {
        let Some((at, open)) = self.core.connections.unseat(id, at) else { return false };
        self.observe(&Fact::Connections { at, open });
        true
    }
}
