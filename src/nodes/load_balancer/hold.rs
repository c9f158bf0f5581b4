//! Requests that wait at a balancer because all backends are full: one queue for all of them.

use rand_distr::Distribution;

use super::LoadBalancer;
use crate::balance::Tried;
use crate::fact::{Fact, Observer, Place};
use crate::id::ExchangeId;
use crate::net::{Ctx, Part, Phase, TimerId, Token};
use crate::time::{Span, Time};

impl LoadBalancer {
    /// Whether a request that no backend may take now waits: for one that is full, and believed to
    /// work.
    pub(super) fn may_wait(&self, now: Time) -> bool {
        let Some(care) = self.care.as_ref().filter(|_| self.plan.patience.is_some()) else {
            return false;
        };
        let mut all = self.backends.iter().enumerate();
        all.any(|(number, it)| {
            self.takes_work(number) && care.is_full(it) && self.works(number, now)
        })
    }

    /// Whether some backend may take a request that waits.
    fn has_room_for<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> bool {
        let place = ctx.core.exchanges.cold(id).repeats;
        let tried = match &self.care {
            Some(care) if place > 0 => Tried(&care.tries[place - 1].tried),
            Some(_) | None => Tried::NONE,
        };
        let mut all = self.backends.iter().enumerate();
        all.any(|(number, it)| {
            it.up
                && self.takes_work(number)
                && !tried.contains(number)
                && self.is_on_level(number, ctx.core.now)
        })
    }

    /// A request waits for a backend that is not full.
    pub(super) fn hold<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let exchange = ctx.hot(id);
        (exchange.phase, exchange.queued) = (Phase::Held, now);
        let (key, at) = (exchange.key, exchange.at);
        if let Some((law, purpose)) = &self.plan.patience {
            let span = Span::from_nanos_rounded(law.sample(&mut key.draws(*purpose)));
            ctx.cold(id).timer = ctx.start_timer(span, Token::Patience(id));
        }
        ctx.observe(&Fact::Queued(at));
        if let Some(care) = &mut self.care {
            care.held.push_back(id);
        }
    }

    /// A request no longer waits for a backend.
    pub(super) fn let_go<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if let Some(care) = &mut self.care {
            care.held.retain(|other| *other != id);
        }
        end_wait(id, ctx);
    }

    /// Sends the request that has waited longest, of those that some backend may take, to one that
    /// has room again. Returns whether there was one.
    pub(super) fn serve_held<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> bool {
        if self.care.as_ref().is_none_or(|care| care.held.is_empty()) {
            return false;
        }
        self.refresh_all(ctx.now());
        let Some(care) = &self.care else { return false };
        let Some(place) = care.held.iter().position(|id| self.has_room_for(*id, ctx)) else {
            return false;
        };
        let Some(id) = self.care.as_mut().and_then(|care| care.held.remove(place)) else {
            return false;
        };
        end_wait(id, ctx);
        self.attempt(id, ctx);
        // An algorithm that looks at some backends only may have missed the one with room.
        ctx.hot(id).phase != Phase::Held
    }
}

fn end_wait<O: Observer>(id: ExchangeId, ctx: &mut Ctx<'_, O>) {
    let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
    ctx.cancel_timer(timer);
    let now = ctx.now();
    let exchange = ctx.hot(id);
    exchange.waited += now.since(exchange.queued).0;
    let at: Place = exchange.at;
    ctx.spend(id, Part::Queue);
    ctx.observe(&Fact::Unqueued(at));
}
