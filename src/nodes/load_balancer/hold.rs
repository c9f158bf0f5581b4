//! Requests that wait at a balancer because all backends are full: one queue for all of them.

use rand_distr::Distribution;

use super::LoadBalancer;
use crate::fact::{Fact, Observer, Place};
use crate::id::ExchangeId;
use crate::net::{Ctx, Part, Phase, TimerId, Token};
use crate::time::Span;

impl LoadBalancer {
    /// Whether a request waits if all backends are full. One that none of them may ever take, for
    /// all that are left were tried, does not.
    pub(super) fn may_wait(&self) -> bool {
        self.plan.patience.is_some()
            && self.backends.iter().any(|backend| !backend.up && backend.weight > 0)
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

    /// Sends the request that has waited longest to a backend that is free again. Returns whether
    /// there were both.
    pub(super) fn serve_held<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> bool {
        let is_any = self.care.as_ref().is_some_and(|care| !care.held.is_empty());
        if !is_any || !self.backends.iter().any(|it| it.up && it.weight > 0) {
            return false;
        }
        let Some(id) = self.care.as_mut().and_then(|care| care.held.pop_front()) else {
            return false;
        };
        end_wait(id, ctx);
        self.attempt(id, ctx);
        true
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
