//! Early data (0-RTT): a request that leaves with the first flight of a resumed handshake.
//!
//! Who records it can send it again, so only requests that change nothing leave so early: GET,
//! HEAD and OPTIONS (RFC 8446, section 8; RFC 8470). Others wait for the keys, also those that
//! would go over a connection whose first request has left already.

use super::connect::BEHIND;
use super::core::Ctx;
use super::exchange::Phase;
use crate::fact::Observer;
use crate::http::Method;
use crate::id::{ConnectionId, EndpointId, ExchangeId};
use crate::outcome::Reason;

impl<O: Observer> Ctx<'_, O> {
    /// Whether what an exchange asks for changes nothing, whoever sends it again. A call without an
    /// endpoint says nothing else; a cache that is filled is changed.
    pub(super) fn is_safe(&self, id: ExchangeId) -> bool {
        let exchange = self.core.exchanges.hot(id);
        let endpoint = exchange.endpoint;
        let Some(known) = self.fixed.endpoints.get(endpoint.index()) else {
            return endpoint != EndpointId::FILL;
        };
        let method = match self.traced_method(exchange.request, endpoint) {
            Some(name) => Method::from_name(name),
            None => Some(known.method),
        };
        exchange.is_preflight || !known.write && method.is_some_and(Method::is_safe)
    }

    /// Round trips of the keys' handshake before an exchange may leave on its connection.
    pub(super) fn rounds_of_keys(&self, id: ExchangeId) -> u32 {
        let (exchange, cold) = (self.core.exchanges.hot(id), self.core.exchanges.cold(id));
        let Some(transport) = self.core.links[exchange.link.index()].transport() else { return 0 };
        let is_resumed = self.core.connections.get(cold.connection).is_resumed;
        let waits = is_resumed && transport.early_data && !self.is_safe(id);
        let rounds = transport.tls.map_or(0, |tls| tls[usize::from(is_resumed)]);
        rounds + u32::from(waits)
    }

    /// The way is open by which a proxy hands an exchange on. If that is a handshake in a tunnel,
    /// the proxy says so to who opened the connection: a request that is early data waits for
    /// nothing else, and leaves at the word, with the first flight of the keys.
    #[cold]
    pub fn tells_of_way(&mut self, child: ExchangeId) {
        let exchange = self.core.exchanges.hot(child);
        let (shake, generation) = (exchange.parent, exchange.parent_generation);
        if exchange.endpoint != EndpointId::HANDSHAKE || !self.is_still(shake, generation) {
            return;
        }
        let exchange = self.core.exchanges.hot(shake);
        let (opener, generation) = (exchange.parent, exchange.parent_generation);
        if !self.waits_for_keys(opener, generation) {
            return;
        }
        let link = self.core.exchanges.hot(opener).link.index();
        let transport = self.core.links[link].transport();
        let is_to_tunnel = transport.is_some_and(|transport| transport.is_to_tunnel);
        if !is_to_tunnel || self.rounds_of_keys(opener) != 1 {
            return;
        }
        let connection = self.cold(opener).connection;
        self.core.connections.get_mut(connection).is_early = true;
        // Nobody but the connection waits for the handshake any more.
        self.hot(shake).parent_generation = generation.wrapping_sub(1);
        self.cold(opener).child = ExchangeId::NONE;
        self.word_back(opener, BEHIND);
    }

    /// The handshake of a connection is over whose first request did not wait for it: others may
    /// follow, unless it failed.
    #[cold]
    pub(super) fn keys_follow(&mut self, connection: ConnectionId, failure: Option<Reason>) {
        let it = self.core.connections.get_mut(connection);
        let was_early = std::mem::take(&mut it.is_early);
        if !was_early || it.is_closed {
            return;
        }
        match failure {
            None => self.serve_waiting(connection),
            Some(_) => self.break_connection(connection),
        }
    }

    /// A connection that has room carries the exchanges that wait for one.
    pub(super) fn serve_waiting(&mut self, connection: ConnectionId) {
        loop {
            let is_early = self.core.connections.get(connection).is_early;
            let pool = self.core.connections.pool_of(connection);
            if pool.waiting.is_empty() || !pool.ready.contains(&connection) {
                return;
            }
            let place = if is_early {
                let waiting: Vec<ExchangeId> = pool.waiting.iter().copied().collect();
                waiting.iter().position(|id| self.is_safe(*id))
            } else {
                Some(0)
            };
            let pool = self.core.connections.pool_of(connection);
            let Some(next) = place.and_then(|place| pool.waiting.remove(place)) else { return };
            pool.ready.retain(|other| *other != connection);
            self.hot(next).phase = Phase::Opening;
            self.join(connection, next);
        }
    }
}
