//! How long callers wait for a connection and for an answer, and what follows when they no longer
//! do.

use super::connect::HANDSHAKE;
use super::core::Ctx;
use super::exchange::{Part, Phase};
use super::link::{Direction, Flow, Transit};
use super::step::Step;
use super::timer::{TimerId, Token, Unwanted};
use super::transport::Waits;
use crate::fact::Observer;
use crate::id::{ConnectionId, ExchangeId};
use crate::outcome::Reason;
use crate::time::Span;

impl<O: Observer> Ctx<'_, O> {
    /// The caller of an exchange begins to wait for its connection.
    pub(super) fn expects_connection(&mut self, id: ExchangeId) {
        let (link, generation) = (self.hot(id).link.index(), self.hot(id).generation);
        if let Some(span) = self.core.links[link].wait(|waits| waits.connect.as_ref()) {
            self.hot(id).is_tied = true;
            self.cold(id).caller_timer = self.start_timer(span, Token::Connect(id, generation));
        }
    }

    /// The caller of an exchange begins to wait for its answer as soon as the last of its `bytes`
    /// is on the line.
    pub(super) fn expects_answer(&mut self, id: ExchangeId, bytes: u64) {
        self.stop_waiting(id);
        let (link, generation) = (self.hot(id).link.index(), self.hot(id).generation);
        if let Some(span) = self.core.links[link].wait(|waits| waits.read.as_ref()) {
            let span = span + self.core.links[link].until_sent(self.core.now, Direction::Up, bytes);
            self.hot(id).is_tied = true;
            self.cold(id).caller_timer = self.start_timer(span, Token::Read(id, generation));
        }
    }

    /// The answer to an exchange is on its way. Its caller no longer waits for an answer as soon as
    /// the first byte is there, but for the next: only what is lost and sent again can keep that
    /// waiting, for as long as it may.
    pub(super) fn hears(&mut self, id: ExchangeId, flow: Flow, stall: Span, transit: Transit) {
        let timer = self.core.exchanges.cold(id).caller_timer;
        if timer == TimerId::NONE || self.core.now + flow.first >= self.core.timers[timer.0].due {
            return;
        }
        let whole = match transit {
            Transit::Arrives(span) => Some(span),
            Transit::Lost(..) => None,
        };
        if whole == Some(flow.last) {
            return self.stop_waiting(id);
        }
        let (link, generation) = (self.hot(id).link.index(), self.hot(id).generation);
        let read = self.core.links[link].wait(|waits| waits.read.as_ref()).unwrap_or_default();
        self.stop_waiting(id);
        if whole.is_none_or(|whole| whole > flow.last + read) {
            let span = flow.last + stall + read;
            self.cold(id).caller_timer = self.start_timer(span, Token::Read(id, generation));
        }
    }

    /// The caller of an exchange has what it waited for, or no longer wants it.
    #[inline]
    pub fn stop_waiting(&mut self, id: ExchangeId) {
        let timer = std::mem::replace(&mut self.cold(id).caller_timer, TimerId::NONE);
        self.cancel_timer(timer);
    }

    /// The timer of an exchange's caller has fired, and is its no longer, whether that still waits
    /// or not, or the exchange is dead and only has an event to come: the place of the timer is
    /// used again, and who goes cancels what he has.
    pub fn caller_timer_fired(&mut self, id: ExchangeId, timer: TimerId) {
        if self.cold(id).caller_timer == timer {
            self.cold(id).caller_timer = TimerId::NONE;
        }
    }

    /// Another exchange has taken the place of one whose caller may wait with a timer.
    pub(super) fn move_caller_timer(&mut self, new: ExchangeId) {
        let (timer, generation) = (self.cold(new).caller_timer, self.hot(new).generation);
        if timer == TimerId::NONE {
            return;
        }
        let token = &mut self.core.timers[timer.0].token;
        if let Some(Token::Connect(id, of) | Token::Read(id, of)) = token {
            (*id, *of) = (new, generation);
        }
    }

    /// Whether a time-out of a call is about the exchange that stands there, and its caller still
    /// waits for it.
    #[must_use]
    pub fn is_waited_for(&self, id: ExchangeId, generation: u16) -> bool {
        if !self.is_still(id, generation) {
            return false;
        }
        let exchange = self.core.exchanges.hot(id);
        if exchange.parent == ExchangeId::NONE {
            let request = &self.core.requests[exchange.request.0];
            return !request.over && request.root == id;
        }
        self.is_awaited(id, exchange.parent)
    }

    /// The caller gives a call up at a time-out, which a breaker counts as a failure.
    pub fn hang_up(&mut self, id: ExchangeId) {
        self.was_too_late(id);
        self.tell(id, Step::TimedOut);
        self.no_longer_waits(id, self.late(id));
    }

    /// The caller has another answer than that of a call, or needs none any more: no failure of
    /// the callee's.
    pub fn turn_away(&mut self, id: ExchangeId, unwanted: Option<Unwanted>) {
        self.was_dropped(id);
        self.no_longer_waits(id, unwanted);
    }

    /// What the link of a call says to do about what comes too late.
    #[must_use]
    pub fn late(&self, id: ExchangeId) -> Option<Unwanted> {
        let link = self.core.exchanges.hot(id).link.index();
        self.core.links[link].waits().and_then(|waits: &Waits| waits.late)
    }

    /// A connection that was being opened for a call is not, one that carries it is closed behind
    /// it, and the callee is told that the call is unwanted, if it is to be told.
    fn no_longer_waits(&mut self, id: ExchangeId, unwanted: Option<Unwanted>) {
        self.cold(id).caller_timer = TimerId::NONE;
        let shakes = self.cold(id).pending == HANDSHAKE;
        let phase = self.hot(id).phase;
        let part = if shakes && phase == Phase::Opening { Part::Tls } else { phase.part() };
        self.spend(id, part);
        self.disown(id);
        match phase {
            Phase::Pooled => {
                self.leave_pool(id);
                self.free(id);
            }
            Phase::Opening => {
                self.tell_connect(id, false);
                let has_event = self.cold(id).pending != HANDSHAKE;
                let shake = self.cold(id).child;
                self.abandon_connection(id);
                self.hot(id).phase = Phase::Dead;
                if unwanted.is_some() && shake != ExchangeId::NONE {
                    // Nobody has a use for the keys either.
                    self.no_longer_waits(shake, unwanted);
                }
                if !has_event {
                    self.free(id);
                }
            }
            Phase::Silent => {
                self.abandon_connection(id);
                // The timer of its sender is still to come, and may find the place as it is left.
                self.hot(id).phase = Phase::Dead;
                self.free(id);
            }
            Phase::Outbound
            | Phase::Lobby
            | Phase::Line
            | Phase::Core
            | Phase::Wait
            | Phase::Called
            | Phase::Held
            | Phase::Memory
            | Phase::Inbound
            | Phase::Dead => {
                self.abandon_connection(id);
                if let Some(unwanted) = unwanted {
                    self.give_up(id, unwanted);
                }
            }
        }
    }

    /// A call whose caller's own work is to be dropped where it waits unserved, and goes on else:
    /// if it waits for a connection it is back as dropped, for its caller still waits for it. A
    /// handshake that is under way for it alone is dropped as it would be.
    pub(super) fn drop_unsent(&mut self, id: ExchangeId) {
        let (shake, link) = (self.cold(id).child, self.hot(id).link.index());
        let transport = self.core.links[link].transport();
        let is_shared = transport.is_some_and(|transport| transport.has_streams);
        if self.hot(id).phase == Phase::Pooled {
            self.leave_pool(id);
            self.spend(id, Part::Connect);
            self.lose(id, Reason::QueueTimeout, Span::ZERO);
        } else if self.hot(id).phase == Phase::Opening && shake != ExchangeId::NONE && !is_shared {
            self.give_up(shake, Unwanted::Drop);
        }
    }

    /// A call no longer waits for a connection.
    fn leave_pool(&mut self, id: ExchangeId) {
        let (link, at) = (self.hot(id).link, self.hot(id).at);
        let owner = self.owner(id);
        self.core.connections.pool(link, at, owner).waiting.retain(|other| *other != id);
    }

    /// What a call still does that was given up, or whose caller has died, no longer counts among
    /// what its caller waits for: its time is put down elsewhere.
    pub fn disown(&mut self, id: ExchangeId) {
        self.tell(id, Step::GivenUp);
        let (request, old) = (self.hot(id).request, self.hot(id).account);
        let new = self.open_account(request);
        let mut next = Some(id).filter(|id| self.core.exchanges.hot(*id).account == old);
        while let Some(id) = next {
            self.hot(id).account = new;
            let is_called = self.hot(id).phase == Phase::Called;
            // Of several copies, all but one have accounts of their own already.
            let same = |id: &ExchangeId| self.core.exchanges.hot(*id).account == old;
            next = if is_called { self.copies(id).find(same) } else { None };
        }
    }

    /// The caller of an exchange no longer wants its answer: it closes the connection, on which
    /// nothing else could be told from what is still to come; where exchanges are streams of their
    /// own it resets this one alone (RFC 9113, section 6.4), which counts no longer (5.1.2).
    pub fn abandon_connection(&mut self, id: ExchangeId) {
        let connection = self.cold(id).connection;
        if connection == ConnectionId::NONE {
            return;
        }
        let link = self.hot(id).link;
        let transport = self.core.links[link.index()].transport();
        let has_streams = transport.is_some_and(|transport| transport.has_streams);
        let it = self.core.connections.get(connection);
        if it.link != link {
            return;
        }
        if has_streams && it.is_open {
            self.gives_back(id);
        } else {
            self.close(connection);
        }
    }
}
