//! How messages leave over links, and answers on connections that somebody has opened.

use super::core::{Ctx, Kind};
use super::link::{Direction, Transit};
use crate::fact::{Fact, Observer};
use crate::id::{ConnectionId, ExchangeId};
use crate::time::Span;

impl<O: Observer> Ctx<'_, O> {
    /// Hands the answer of an exchange to its link, on the connection that it came by.
    #[cold]
    #[inline(never)]
    pub(super) fn reply_on(&mut self, id: ExchangeId, connection: ConnectionId, bytes: u64) {
        let stall = self.stall(id, connection, bytes);
        let now = self.core.now;
        self.core.connections.get_mut(connection).answered = now + stall;
        self.carry(id, Direction::Down, bytes, stall);
    }

    /// Hands so many bytes of an exchange to its link, behind what its sender waits.
    #[inline(never)]
    pub(super) fn carry(&mut self, id: ExchangeId, way: Direction, bytes: u64, stall: Span) {
        let link = self.core.exchanges.hot(id).link;
        let state = &mut self.core.links[link.index()];
        let (transit, flow) = state.carry_watched(self.core.now, way, bytes);
        if state.is_priced() && bytes > 0 {
            self.observe(&Fact::Carried { link, bytes });
        }
        if let Some(flow) = flow.filter(|_| way == Direction::Down) {
            self.hears(id, flow, stall, transit);
        }
        match transit {
            Transit::Arrives(span) => self.schedule(span + stall, Kind::Exchange(id)),
            Transit::Lost(span, missing) => self.silence(id, span + stall, missing),
        }
    }

    /// How long the sender of an answer stands still for its congestion window. A layer-4 balancer
    /// only passes on what the sender sends: the connection's own link is where it counts.
    fn stall(&mut self, id: ExchangeId, connection: ConnectionId, bytes: u64) -> Span {
        let link = self.core.exchanges.hot(id).link;
        let core = &mut *self.core;
        let it = core.connections.get_mut(connection);
        let state = &core.links[link.index()];
        let rule = state.transport().and_then(|transport| transport.slow_start);
        match rule.filter(|_| it.link == link && bytes > 0) {
            None => Span::ZERO,
            Some(rule) => {
                let way = state.usual_latency();
                it.window.stall(rule, bytes, core.now, way + way, |bytes| state.line_time(bytes))
            }
        }
    }
}
