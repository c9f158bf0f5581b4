//! What becomes of exchanges that reach nobody, or whose node dies under them.

use super::core::{Ctx, Kind};
use super::exchange::{Left, Phase};
use super::link::{Direction, Missing, Transit};
use super::step::Step;
use super::timer::{TimerId, Token, Unwanted};
use crate::fact::{Fact, Observer, Place};
use crate::id::{ConnectionId, ExchangeId};
use crate::outcome::{Answer, Reason};
use crate::time::{Span, Time};

impl<O: Observer> Ctx<'_, O> {
    /// Whether the exchange that has come to its node finds it. If it does not, it is on its way
    /// back: at once with a refusal, or when its sender would give the connection up.
    #[cold]
    #[inline(never)]
    pub fn reaches(&mut self, id: ExchangeId) -> bool {
        let at = self.core.exchanges.hot(id).at;
        let condition = self.core.conditions.of(at);
        if condition.is_unreachable() {
            self.observe(&Fact::Missed(at));
            // It was sent, and so will be sent again, a trip before.
            let exchange = self.core.exchanges.hot(id);
            let trip = self.core.links[exchange.link.index()].usual_latency();
            let missing = Missing::all(Direction::Up);
            self.silence(id, missing.pause_after(trip), missing);
            return false;
        }
        let connection = self.core.exchanges.cold(id).connection;
        let has_connection = connection != ConnectionId::NONE;
        if has_connection && self.is_closed_by_server(connection) {
            // The close and the request have crossed on their way.
            self.core.connections.get_mut(connection).is_open = false;
            self.turn_back(id, Reason::Reset);
            return false;
        }
        // What travels on a connection that exists is refused by nobody; a crash has broken it. A
        // layer-4 balancer carries a connection on, which need not exist behind it.
        let has_connection = has_connection && self.hop(id).is_none_or(|hop| hop.is_open);
        let reason = match (condition.is_crashed(), condition.refuses(), has_connection) {
            (true, _, true) => Reason::Reset,
            (_, true, false) => Reason::ConnectRefused,
            (false, _, true) | (_, false, _) => {
                if condition.is_hung() {
                    // It will wait there.
                    self.observe(&Fact::Missed(at));
                }
                return true;
            }
        };
        self.observe(&Fact::Missed(at));
        self.turn_back(id, reason);
        false
    }

    /// Whether an exchange travels on a connection of its own link that has carried an answer
    /// before. What a layer-4 balancer carries on has none there.
    #[must_use]
    pub fn is_on_kept(&self, id: ExchangeId) -> bool {
        let connection = self.core.exchanges.cold(id).connection;
        let exchange = self.core.exchanges.hot(id);
        match exchange.left {
            Left::No if connection == ConnectionId::NONE => false,
            Left::No => {
                let it = self.core.connections.get(connection);
                it.link == exchange.link && it.answered > Time::ZERO
            }
            Left::First => false,
            Left::Later => true,
        }
    }

    /// Whether the far end of a connection has closed it for having been idle too long.
    fn is_closed_by_server(&self, id: ConnectionId) -> bool {
        let connection = self.core.connections.get(id);
        let transport = self.core.links[connection.link.index()].transport();
        let kept = transport.and_then(|transport| transport.server_keep_alive);
        let is_first = connection.answered == Time::ZERO;
        !is_first
            && connection.streams == 1
            && kept.is_some_and(|kept| self.core.now > connection.answered + kept)
    }

    /// Sends an exchange back from where it is, as the kernel of a machine does for a process
    /// that does not want it.
    fn turn_back(&mut self, id: ExchangeId, reason: Reason) {
        let link = self.core.exchanges.hot(id).link.index();
        match self.core.links[link].carry(self.core.now, Direction::Down, 0) {
            Transit::Arrives(span) => self.lose(id, reason, span),
            // The kernel does not repeat itself; it says the same when it is asked again.
            Transit::Lost(span, _) => self.silence(id, span, Missing::all(Direction::Up)),
        }
    }

    /// A message of an exchange is lost: its sender sends it again after `span`, unless nobody
    /// waits for it any more.
    #[cold]
    #[inline(never)]
    pub(super) fn silence(&mut self, id: ExchangeId, span: Span, missing: Missing) {
        let exchange = self.hot(id);
        exchange.phase = Phase::Silent;
        let generation = exchange.generation;
        self.start_timer(span, Token::Resend(id, generation, missing));
    }

    /// The sender of a message that was lost sends it again, or gives its connection up.
    pub fn resend(&mut self, id: ExchangeId, generation: u16, missing: Missing) {
        if !self.is_still(id, generation) || self.hot(id).phase != Phase::Silent {
            return;
        }
        if missing.is_given_up() {
            return self.lose(id, Reason::Reset, Span::ZERO);
        }
        let (link, at) = (self.hot(id).link.index(), self.hot(id).at);
        let goes_up = missing.way == Direction::Up;
        let reaches_nobody = goes_up && self.core.conditions.of(at).is_unreachable();
        match self.core.links[link].carry_again(missing, reaches_nobody) {
            Transit::Arrives(span) => {
                self.hot(id).phase = if goes_up { Phase::Outbound } else { Phase::Inbound };
                self.schedule(span, Kind::Exchange(id));
            }
            Transit::Lost(span, missing) => self.silence(id, span, missing),
        }
    }

    /// The caller of an exchange says that it is unwanted. The word travels as long as a message
    /// does, and is said again where it is lost.
    pub(super) fn says(&mut self, id: ExchangeId, unwanted: Unwanted) {
        let exchange = self.core.exchanges.hot(id);
        let (link, generation) = (exchange.link.index(), exchange.generation);
        let transit = self.core.links[link].carry(self.core.now, Direction::Up, 0);
        self.word_travels((id, generation), unwanted, transit);
    }

    fn word_travels(
        &mut self,
        (id, generation): (ExchangeId, u16),
        unwanted: Unwanted,
        transit: Transit,
    ) {
        let (span, token) = match transit {
            Transit::Arrives(span) => (span, Token::Cancelled(id, generation, unwanted)),
            // It never arrives: who is called does not learn that nobody waits.
            Transit::Lost(_, missing) if missing.is_given_up() => return,
            Transit::Lost(span, missing) => (span, Token::Word(id, generation, unwanted, missing)),
        };
        self.start_timer(span, token);
    }

    /// A word that was lost is said again, if there is still somebody whom it could tell anything.
    pub fn says_again(
        &mut self,
        (id, generation): (ExchangeId, u16),
        unwanted: Unwanted,
        missing: Missing,
    ) {
        if !self.is_still(id, generation) {
            return;
        }
        let (link, at) = (self.hot(id).link.index(), self.hot(id).at);
        let reaches_nobody = self.core.conditions.of(at).is_unreachable();
        let transit = self.core.links[link].carry_again(missing, reaches_nobody);
        self.word_travels((id, generation), unwanted, transit);
    }

    /// Whether a word about an exchange finds the node of that. If nothing does, it is said again.
    #[cold]
    pub fn is_told(&mut self, id: ExchangeId, generation: u16, unwanted: Unwanted) -> bool {
        let exchange = self.core.exchanges.hot(id);
        let (link, at) = (exchange.link.index(), exchange.at);
        if !self.core.conditions.of(at).is_unreachable() {
            return true;
        }
        let (trip, missing) = (self.core.links[link].usual_latency(), Missing::all(Direction::Up));
        let lost = Transit::Lost(missing.pause_after(trip), missing);
        self.word_travels((id, generation), unwanted, lost);
        false
    }

    /// Lets an exchange be back at its caller after `span`, as failed for `reason`.
    pub(super) fn lose(&mut self, id: ExchangeId, reason: Reason, span: Span) {
        self.cold(id).answer = Answer::failed(reason);
        self.hot(id).phase = Phase::Inbound;
        self.schedule(span, Kind::Exchange(id));
    }

    /// The exchanges and branches that are at a replica, in the order of their places.
    #[must_use]
    pub fn held_at(&self, at: Place) -> Vec<ExchangeId> {
        let exchanges = self.core.exchanges.live_places();
        let held = exchanges.filter(|(_, it)| it.at == at && it.phase.is_inside());
        held.map(|(id, _)| id).collect()
    }

    /// Whether nothing is at a replica, or on the way to it.
    #[must_use]
    pub fn is_idle(&self, at: Place) -> bool {
        let mut all = self.core.exchanges.live();
        all.all(|exchange| {
            exchange.at != at || matches!(exchange.phase, Phase::Inbound | Phase::Dead)
        })
    }

    /// Puts another exchange in the place of one whose event is still to come; the old one goes
    /// with that event. Whoever waits for it waits for the new one.
    pub fn detach(&mut self, id: ExchangeId) -> ExchangeId {
        let (hot, cold) =
            (self.core.exchanges.hot(id).clone(), self.core.exchanges.cold(id).clone());
        let (parent, generation, request) = (hot.parent, hot.parent_generation, hot.request);
        let new = self.core.exchanges.insert(hot, cold);
        self.tell(new, Step::Replaces(id));
        if self.core.exchanges.has_papers() {
            let papers = *self.core.exchanges.papers(id);
            *self.core.exchanges.papers_mut(new) = papers;
        }
        self.core.requests[request.0].live += 1;
        if parent == ExchangeId::NONE {
            let request = &mut self.core.requests[request.0];
            if request.root == id {
                request.root = new;
            }
        } else if self.is_still(parent, generation) && self.cold(parent).child == id {
            self.cold(parent).child = new;
        }
        if std::mem::take(&mut self.hot(id).is_copy) {
            self.relink_copy(new);
        }
        self.hot(id).phase = Phase::Dead;
        let old = self.cold(id);
        (old.connection, old.caller_timer) = (ConnectionId::NONE, TimerId::NONE);
        old.permit = 0;
        self.is_called_now(id, new);
        self.move_caller_timer(new);
        new
    }
}
