//! Who is busy where time stands still.

use super::World;
use crate::engine::Payload;
use crate::fact::Observer;
use crate::id::NodeId;
use crate::net::{Kind, Phase, Token};

/// So many events are looked at to find out who goes round and round.
const LOOKED_AT: usize = 1_000;

/// Nodes that events without end at one moment are for: the first few of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circle([Option<NodeId>; 4]);

impl Circle {
    /// The nodes, in the order in which they were seen.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.0.iter().flatten().copied()
    }

    fn adds(&mut self, node: NodeId) {
        if !self.0.contains(&Some(node))
            && let Some(free) = self.0.iter_mut().find(|it| it.is_none())
        {
            *free = Some(node);
        }
    }
}

/// Where somebody new has come, if somebody has.
fn arrives_at(payload: Payload) -> Option<NodeId> {
    if let Kind::Arrival(node) = Kind::unpack(payload) { Some(node) } else { None }
}

impl<O: Observer> World<O> {
    /// Whether so many events at one moment, which are too many for most runs, are a sign that time
    /// stands still. Who is busy then is found out before it is said; `last` was the last event.
    #[cold]
    pub(super) fn is_endless(&mut self, last: Payload) -> bool {
        let most = 64 * (self.core.exchanges.len() + self.core.sessions.len());
        if self.at_once <= most {
            return false;
        }
        let next = self.core.ready.peek();
        let node = next.map_or_else(|| arrives_at(last), |next| self.node_of(next));
        let caller = next.and_then(|next| self.answered(next));
        [node, caller].into_iter().flatten().for_each(|node| self.circle.adds(node));
        self.at_once > most + LOOKED_AT
    }

    /// Who gets the answer that an event is, if it is one.
    fn answered(&self, payload: Payload) -> Option<NodeId> {
        let exchange = self.core.exchanges.hot(Kind::exchange(payload)?);
        let is_answer = exchange.phase == Phase::Inbound;
        is_answer.then(|| self.caller(exchange.parent, exchange.request))
    }

    /// The node that an event is for, where that is easily said: of an answer, who gave it.
    fn node_of(&self, payload: Payload) -> Option<NodeId> {
        match Kind::unpack(payload) {
            Kind::Exchange(id) => Some(self.core.exchanges.hot(id).at.node),
            Kind::Arrival(node) => Some(node),
            Kind::Wake(session) => Some(self.core.sessions[session.0].client),
            Kind::Timer(id) => match self.core.timers[id.0].token? {
                Token::Total(request) | Token::Again(request) | Token::Kept(request, _) => {
                    Some(self.core.requests[request.0].asked.client)
                }
                Token::SharedDone(at) | Token::Replica(at, _) => Some(at.node),
                Token::Closed(node, _)
                | Token::Returns(node, _)
                | Token::Probe(node, ..)
                | Token::Ended(node) => Some(node),
                Token::Renew(..)
                | Token::Theft(..)
                | Token::Patience(..)
                | Token::CoreDone(..)
                | Token::Cancelled(..)
                | Token::Hedge(..)
                | Token::Locked(..)
                | Token::Connect(..)
                | Token::Read(..)
                | Token::Resend(..)
                | Token::Word(..)
                | Token::Idle(..) => None,
            },
            Kind::Mark(_) => None,
        }
    }
}
