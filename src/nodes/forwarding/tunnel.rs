//! A forward proxy that passes connections on (CONNECT): it chooses the way by the host, once for
//! each connection, and all that comes over that goes the same way, handshakes included.

use super::Proxy;
use crate::fact::Observer;
use crate::id::{ConnectionId, EndpointId, ExchangeId, LinkId};
use crate::net::{Call, Ctx, Hop, Input, Phase};
use crate::outcome::Reason;

impl Proxy {
    /// What a proxy with screens notes of answers before they go on.
    #[cold]
    #[inline(never)]
    pub(super) fn looks_at_reply<O: Observer>(&self, input: Input, ctx: &mut Ctx<'_, O>) {
        let Input::Reply { child, parent } = input else { return };
        self.host.notes_opening(child, parent, ctx);
        let is_broken = ctx.cold(child).answer.lost().is_some();
        if is_broken && ctx.is_awaited(child, parent) && self.is_in_tunnel(parent, ctx) {
            // Both halves of a connection end together.
            let connection = ctx.cold(parent).connection;
            let node = self.host.node();
            ctx.core.connections.get_mut(connection).hops.retain(|hop| hop.node != node);
            ctx.break_connection(connection);
        }
    }

    /// Whether an exchange came over a connection that the proxy passes on.
    pub(super) fn is_in_tunnel<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> bool {
        let exchange = ctx.core.exchanges.hot(id);
        let is_tunnelled =
            exchange.endpoint == EndpointId::HANDSHAKE || self.host.tunnels(exchange.endpoint);
        is_tunnelled && ctx.core.exchanges.cold(id).connection != ConnectionId::NONE
    }

    /// Hands an exchange on over the connection that it came by. Returns whether it could; if not,
    /// it fails.
    pub(super) fn passes_on<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let (node, connection) = (self.host.node(), ctx.cold(id).connection);
        if ctx.core.connections.get(connection).is_closed {
            self.host.fail(id, Reason::Reset, ctx);
            return false;
        }
        let hop = ctx.hop_of(id, node).or_else(|| self.digs(id, connection, ctx));
        let link = hop.and_then(|hop| ctx.fixed.topology.link(node, hop.to.node));
        let (Some(hop), Some(link)) = (hop, link) else {
            self.host.fail(id, Reason::NoBackend, ctx);
            return false;
        };
        let source = self.address.unwrap_or_else(|| ctx.cold(id).source);
        let exchange = ctx.hot(id);
        let (endpoint, key, below) = (exchange.endpoint, exchange.key, exchange.below);
        ctx.core.connections.hold(connection);
        let (backend, carried) = (u16::MAX, connection);
        let call = Call { endpoint, key, backend, below, source, carried, value: 0 };
        let child = ctx.call(id, link, hop.to, call);
        if ctx.hot(child).phase == Phase::Outbound {
            // Nothing had to be opened for it.
            ctx.tells_of_way(child);
        }
        true
    }

    /// The way of a connection is chosen by what its first exchange is for.
    fn digs<O: Observer>(
        &self,
        id: ExchangeId,
        connection: ConnectionId,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<Hop> {
        let link = self.way_of(id, ctx)?;
        let request = ctx.core.exchanges.hot(id).request;
        let to = ctx.next_replica(request, link, EndpointId::NONE);
        let hop = Hop { node: self.host.node(), backend: 0, to, is_open: false };
        ctx.core.connections.get_mut(connection).hops.push(hop);
        Some(hop)
    }

    /// The link to the host that an exchange, or the one that a handshake is made for, is for.
    fn way_of<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> Option<LinkId> {
        // Who opened the connection may have gone.
        let endpoint = ctx.core.exchanges.hot(ctx.waits_for(id)?).endpoint;
        let place = endpoint.index().min(self.routes.len().saturating_sub(1));
        self.routes.get(place).copied().flatten()
    }
}
