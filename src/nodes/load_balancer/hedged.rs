//! Copies of a request that a balancer sends to further backends while an answer is long in coming.
//!
//! All copies are awaited; the first success is the answer, and the others are given up. A copy
//! that fails says nothing as long as another one is out.

use super::LoadBalancer;
use crate::balance::Tried;
use crate::fact::Observer;
use crate::id::{ConnectionId, ExchangeId};
use crate::net::{Ctx, Phase, TimerId, Token};

impl LoadBalancer {
    /// A copy of a request was sent: another follows if no answer comes.
    pub(super) fn expect_answer<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(hedge) = self.care.as_ref().and_then(|care| care.hedge.clone()) else { return };
        let endpoint = ctx.fixed.endpoints.get(ctx.hot(id).endpoint.index());
        let is_idempotent = endpoint.is_none_or(|endpoint| !endpoint.write);
        let tries = self.tries(id, ctx);
        let out = u32::try_from(tries.copies.len()).unwrap_or(u32::MAX).max(1);
        let old = std::mem::replace(&mut tries.hedge, TimerId::NONE);
        ctx.cancel_timer(old);
        if let Some(span) = hedge.wait(out, is_idempotent) {
            let generation = ctx.hot(id).generation;
            let timer = ctx.start_timer(span, Token::Hedge(id, generation));
            self.tries(id, ctx).hedge = timer;
        }
    }

    /// No answer has come for long: another copy goes to a backend that has none, if there is one.
    pub(super) fn hedge<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.tries(id, ctx).hedge = TimerId::NONE;
        if ctx.hot(id).phase != Phase::Called {
            return;
        }
        let first = ctx.cold(id).child;
        let tries = self.tries(id, ctx);
        if tries.copies.is_empty() {
            tries.copies.push(first);
        }
        let number = tries.copies.len();
        let asked: Vec<u32> = tries
            .copies
            .iter()
            .map(|copy| u32::from(ctx.core.exchanges.cold(*copy).branch))
            .collect();
        ctx.cold(first).is_copy = true;
        self.refresh_all(ctx.now());
        let Some(backend) = self.choose(id, Tried(&asked), ctx) else { return };
        if let Some(care) = &mut self.care {
            care.on_picked(backend, ctx.core.now);
        }
        let place = ctx.cold(id).repeats;
        let key = ctx.hot(id).key;
        let key = self.care.as_ref().map_or(key, |care| care.key_of_attempt(key, place));
        // What a copy costs, and whether it fails, is its own.
        let key = key.with(u64::MAX - number as u64);
        self.count(backend, ctx);
        self.refresh(backend);
        self.send(id, backend, key, ConnectionId::NONE, ctx);
        let copy = ctx.cold(id).child;
        ctx.cold(copy).is_copy = true;
        self.tries(id, ctx).copies.push(copy);
        self.expect_answer(id, ctx);
    }

    /// A copy has failed. Returns whether another one is out, which is waited for from now on.
    pub(super) fn has_other_copy<O: Observer>(
        &mut self,
        copy: ExchangeId,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if !ctx.cold(copy).is_copy {
            return false;
        }
        ctx.cold(copy).is_copy = false;
        let copies = &mut self.tries(id, ctx).copies;
        copies.retain(|other| *other != copy);
        let Some(other) = copies.last().copied() else { return false };
        ctx.cold(id).child = other;
        true
    }

    /// Gives up all copies of a request but one.
    pub(super) fn give_up_copies<O: Observer>(
        &mut self,
        id: ExchangeId,
        but: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let place = ctx.cold(id).repeats;
        let Some(care) = self.care.as_mut().filter(|care| care.hedge.is_some() && place > 0) else {
            return;
        };
        let mut copies = std::mem::take(&mut care.tries[place - 1].copies);
        for copy in copies.drain(..) {
            ctx.cold(copy).is_copy = false;
            if copy != but {
                self.ended(copy, ctx);
                ctx.hang_up(copy);
            }
        }
        if let Some(care) = &mut self.care {
            care.tries[place - 1].copies = copies;
        }
        ctx.cold(id).child = but;
    }
}
