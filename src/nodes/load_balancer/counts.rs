//! What a balancer with care counts at its backends, and tells the algorithm of their level.

use super::LoadBalancer;
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::Ctx;
use crate::time::{Span, Time};

impl LoadBalancer {
    /// One more is outstanding at a backend.
    pub(super) fn take<O: Observer>(&mut self, backend: usize, ctx: &mut Ctx<'_, O>) {
        let reserve = self.care.as_mut().and_then(|care| care.reserve.as_mut());
        match reserve.and_then(|reserve| reserve.balancer_of(backend)) {
            Some(balancer) => {
                self.backends[backend].outstanding += 1;
                balancer.on_sent(backend, ctx.now());
            }
            None => self.count(backend, ctx),
        }
    }

    /// One less is outstanding at a backend, after so long.
    fn give_back(&mut self, backend: usize, now: Time, latency: Span) {
        self.backends[backend].outstanding -= 1;
        let reserve = self.care.as_mut().and_then(|care| care.reserve.as_mut());
        match reserve.and_then(|reserve| reserve.balancer_of(backend)) {
            Some(balancer) => balancer.on_done(backend, now, latency),
            None if self.listens => self.balancer.on_done(backend, now, latency),
            None => {}
        }
    }

    /// A connection to a backend has ended: one less is outstanding there.
    pub(super) fn lets_go_of<O: Observer>(&mut self, backend: usize, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        self.give_back(backend, now, Span::ZERO);
        self.refresh(backend);
    }

    /// An exchange with a backend has ended. At layer 4 its connection counts for as long as that
    /// is open.
    pub(super) fn ended<O: Observer>(&mut self, child: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if self.plan.treats.layer == 7 {
            let backend = usize::from(ctx.cold(child).branch);
            let (sent, now) = (ctx.cold(child).sent, ctx.now());
            self.give_back(backend, now, now.since(sent));
            self.refresh(backend);
        }
    }

    /// Whether a backend may be chosen depends on how many exchanges it has.
    pub(super) fn refresh(&mut self, backend: usize) {
        if let Some(care) = self.care.as_ref().filter(|care| care.health.is_none()) {
            self.backends[backend].up = !care.is_full(&self.backends[backend]);
        }
    }
}
