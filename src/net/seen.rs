//! What can be seen of who asks: whose address is shown, who stands behind it, and, for observers
//! alone, whether it is an attack.

use super::core::Ctx;
use crate::attack::{Attack, AttackPlan};
use crate::fact::Observer;
use crate::id::{EndpointId, ExchangeId, NodeId, ObjectId, RequestId, SessionId};
use crate::rng::Key;
use crate::time::Span;
use crate::unit::DAY;

impl<'a, O: Observer> Ctx<'a, O> {
    /// The caller of an exchange that still stands where it was; none for a client's own.
    fn caller(&self, id: ExchangeId) -> Option<ExchangeId> {
        let exchange = self.core.exchanges.hot(id);
        let parent = exchange.parent;
        let is_there = parent != ExchangeId::NONE
            && self.is_still(parent, exchange.parent_generation)
            && self.core.exchanges.hot(parent).request == exchange.request;
        is_there.then_some(parent)
    }

    /// The client that a request comes from.
    fn client_of(&self, id: ExchangeId) -> NodeId {
        let request = self.core.exchanges.hot(id).request;
        self.core.requests[request.0].asked.client
    }

    /// The neighbour that made a call.
    #[must_use]
    pub fn peer_of(&self, id: ExchangeId) -> NodeId {
        let link = self.core.exchanges.hot(id).link;
        self.fixed.topology.links[link.index()].from
    }

    /// Whose address an exchange shows: that of its client, or of the node nearest to here that
    /// hides its callers or asks for itself.
    #[must_use]
    pub fn shown_by(&self, id: ExchangeId) -> NodeId {
        let source = self.core.exchanges.cold(id).source;
        let mut at = id;
        while let Some(caller) = self.caller(at) {
            let node = self.core.exchanges.hot(caller).at.node;
            if self.fixed.addresses[node.index()] == source {
                return node;
            }
            at = caller;
        }
        self.client_of(id)
    }

    /// What waits for the connection that a handshake is for; an exchange that is no handshake is
    /// that itself. None if it has gone, or does not wait.
    #[must_use]
    pub fn waits_for(&self, id: ExchangeId) -> Option<ExchangeId> {
        let mut at = id;
        loop {
            let exchange = self.core.exchanges.hot(at);
            if exchange.endpoint != EndpointId::HANDSHAKE {
                return Some(at);
            }
            if !self.is_still(exchange.parent, exchange.parent_generation) {
                return None;
            }
            at = exchange.parent;
        }
    }

    /// Who stands behind an exchange: the user of a closed loop, the visitor, or whoever has the
    /// address that the client shows.
    #[must_use]
    pub fn person_behind(&self, id: ExchangeId) -> u64 {
        let request = self.core.exchanges.hot(id).request;
        let session = self.core.requests[request.0].session;
        if session != SessionId::NONE {
            return self.core.sessions[session.0].key.0;
        }
        let mut first = id;
        while let Some(caller) = self.caller(first) {
            first = caller;
        }
        self.core.exchanges.cold(first).source
    }

    /// The attack that a request is a part of, if its client is an attacker.
    #[must_use]
    pub fn attack_of(&self, request: RequestId) -> Option<&'a AttackPlan> {
        let screens = self.fixed.screens.as_ref()?;
        let client = self.core.requests[request.0].asked.client;
        screens.attacks.get(client.index())?.as_ref()
    }

    /// How many filters of requests looked at an exchange before it came here: at nodes that handed
    /// it on, so that it has the key that they drew by.
    #[must_use]
    pub fn filters_before(&self, id: ExchangeId) -> u64 {
        let Some(screens) = self.fixed.screens.as_ref() else { return 0 };
        let key = self.core.exchanges.hot(id).key;
        let (mut at, mut count) = (id, 0);
        while let Some(caller) = self.caller(at) {
            let exchange = self.core.exchanges.hot(caller);
            let node = exchange.at.node.index();
            let filters = screens.filters.get(node).copied().unwrap_or(false);
            count += u64::from(filters && exchange.key == key);
            at = caller;
        }
        count
    }

    /// Whether a request carries a payload for a query.
    #[must_use]
    pub fn is_injection(&self, request: RequestId) -> bool {
        self.attack_of(request).is_some_and(|plan| plan.attack == Attack::SqlInjection)
    }

    /// The object that an exchange is about, and the key of what belongs to that: the exchange's
    /// own if it is about none.
    #[must_use]
    pub fn object_of(&self, id: ExchangeId) -> (Option<ObjectId>, Key) {
        let exchange = self.core.exchanges.hot(id);
        let asked = &self.core.requests[exchange.request.0].asked;
        let endpoint = self.fixed.endpoints.get(exchange.endpoint.index());
        match endpoint.and_then(|endpoint| self.object_key(id, endpoint)) {
            Some(key) => (asked.object, key),
            None => (None, exchange.key),
        }
    }

    /// The time of day, as the time since midnight.
    #[must_use]
    pub fn time_of_day(&self) -> Span {
        let start = self.fixed.screens.as_ref().map_or(Span::ZERO, |screens| screens.start);
        Span((start.0 + self.core.now.0 % DAY.0) % DAY.0)
    }
}
