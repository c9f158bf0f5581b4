//! Circuit breakers of a link: each caller has one for each replica that it calls.

use std::collections::BTreeMap;

use super::core::Ctx;
use crate::fact::{Fact, Observer, Place};
use crate::id::{EndpointId, ExchangeId};
use crate::outcome::{Answer, Reason};
use crate::resilience::{Breaker, BreakerSpec, Permit, State};
use crate::time::{Span, Time};

/// The breakers of a link, by the replica that calls and the one that is called.
#[derive(Debug, Clone)]
pub struct Guard {
    spec: BreakerSpec,
    breakers: BTreeMap<(u16, u16), Breaker>,
    /// The replica that made each call which has leave, by the place of the call: a call may
    /// outlive who made it.
    callers: Vec<u16>,
}

/// How a call ended that a breaker had let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    Badly,
    /// Its caller stopped waiting for reasons of its own.
    Unseen,
}

impl Guard {
    /// All of them closed.
    #[must_use]
    pub const fn new(spec: BreakerSpec) -> Self {
        Self { spec, breakers: BTreeMap::new(), callers: Vec::new() }
    }

    /// Notes that a replica made a call.
    fn note(&mut self, id: ExchangeId, caller: u16) {
        if self.callers.len() <= id.index() {
            self.callers.resize(id.index() + 1, 0);
        }
        self.callers[id.index()] = caller;
    }

    /// The replica that made a call, which was noted.
    fn caller_of(&self, id: ExchangeId) -> u16 {
        self.callers.get(id.index()).copied().unwrap_or(0)
    }

    fn between(&mut self, caller: u16, callee: u16) -> &mut Breaker {
        let spec = &self.spec;
        self.breakers.entry((caller, callee)).or_insert_with(|| Breaker::new(spec))
    }
}

/// Whether an answer tells its caller that the callee is not well: none came, or one from 500 on.
const fn is_of_callee(answer: Answer) -> bool {
    answer.failure.is_some() && (answer.status == 0 || answer.status >= 500)
}

impl<O: Observer> Ctx<'_, O> {
    /// Lets a call leave if its breaker does; a call that may not leave is back at once.
    pub(super) fn passes_breaker(&mut self, id: ExchangeId) -> bool {
        let exchange = self.core.exchanges.hot(id);
        let (link, parent) = (exchange.link.index(), exchange.parent);
        let is_clients = parent == ExchangeId::NONE;
        let replica = if is_clients { 0 } else { self.core.exchanges.hot(parent).at.replica };
        let Some(guard) = self.core.links[link].guard() else { return true };
        guard.note(id, replica);
        let admitted = self.ask_breaker(id, |breaker, now| breaker.admit(now)).flatten();
        let Some(permit) = admitted else {
            self.lose(id, Reason::BreakerOpen, Span::ZERO);
            return false;
        };
        self.cold(id).permit = permit.number();
        self.hot(id).is_tied = true;
        true
    }

    /// Something that is tied to its caller is back there. Returns whether that was all: the
    /// exchange of a handshake, for which nobody but the connection waits.
    #[cold]
    #[inline(never)]
    pub fn comes_back(&mut self, id: ExchangeId) -> bool {
        let exchange = self.core.exchanges.hot(id);
        let parent = exchange.parent;
        // A balancer of layer 4 waits for those that it passes on. The place of who opened the
        // connection may be another's by now.
        if exchange.endpoint == EndpointId::HANDSHAKE && !self.is_awaited(id, parent) {
            self.shaken(id);
            return true;
        }
        let answer = self.cold(id).answer;
        self.tell_breaker(id, if is_of_callee(answer) { Ended::Badly } else { Ended::Well });
        self.comes_off(id);
        false
    }

    /// The caller of an exchange gave it up at a time-out.
    pub(super) fn was_too_late(&mut self, id: ExchangeId) {
        self.tell_breaker(id, Ended::Badly);
    }

    /// The caller of an exchange never learnt how it ended.
    pub(super) fn was_dropped(&mut self, id: ExchangeId) {
        self.tell_breaker(id, Ended::Unseen);
    }

    /// What a call had leave for goes on under another number.
    pub(super) fn is_called_now(&mut self, old: ExchangeId, new: ExchangeId) {
        let link = self.core.exchanges.hot(new).link.index();
        if self.cold(new).permit != 0
            && let Some(guard) = self.core.links[link].guard()
        {
            let caller = guard.caller_of(old);
            guard.note(new, caller);
        }
    }

    /// At this place somebody else answers from now on, whom all breakers know nothing of.
    pub fn renews_breakers(&mut self, at: Place) {
        let links = self.fixed.topology.links.iter().zip(&mut self.core.links);
        let mut changed = Vec::new();
        for (ends, link) in links.filter(|(ends, _)| ends.to == at.node) {
            let Some(guard) = link.guard() else { continue };
            let own = guard.breakers.iter_mut().filter(|((_, callee), _)| *callee == at.replica);
            for ((replica, _), breaker) in own {
                let before = breaker.state();
                breaker.renew();
                if before != State::Closed {
                    changed.push(Place { node: ends.from, replica: *replica });
                }
            }
        }
        for by in changed {
            self.observe(&Fact::Breaker { by, at, is_open: false, was_closed: false });
        }
    }

    fn tell_breaker(&mut self, id: ExchangeId, ended: Ended) {
        let number = std::mem::take(&mut self.cold(id).permit);
        let Some(permit) = Permit::numbered(number) else { return };
        self.ask_breaker(id, |breaker, now| match ended {
            Ended::Well => breaker.on_success(permit),
            Ended::Badly => breaker.on_failure(permit, now),
            Ended::Unseen => breaker.on_dropped(permit),
        });
    }

    /// Asks the breaker of a call, and states what that changes. None if there is no breaker.
    fn ask_breaker<T>(
        &mut self,
        id: ExchangeId,
        ask: impl FnOnce(&mut Breaker, Time) -> T,
    ) -> Option<T> {
        let exchange = self.core.exchanges.hot(id);
        let (link, to) = (exchange.link, exchange.at);
        let from = self.fixed.topology.links[link.index()].from;
        let now = self.core.now;
        let guard = self.core.links[link.index()].guard()?;
        let replica = guard.caller_of(id);
        let by = Place { node: from, replica };
        let breaker = guard.between(replica, to.replica);
        let before = breaker.state();
        let said = ask(breaker, now);
        let after = breaker.state();
        if before != after {
            let was_closed = before == State::Closed;
            let is_open = matches!(after, State::Open(_));
            self.observe(&Fact::Breaker { by, at: to, is_open, was_closed });
        }
        Some(said)
    }
}
