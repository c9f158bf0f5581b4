//! Copies of a request that a balancer sends to further backends while an answer is long in coming.
//!
//! All copies are awaited; the first success is the answer, and the others are given up. A copy
//! that fails says nothing as long as another one is out. They are linked like branches, from the
//! last one, which is their parent's child.

use super::LoadBalancer;
use crate::balance::Tried;
use crate::fact::Observer;
use crate::id::{ConnectionId, ExchangeId};
use crate::net::{Ctx, Phase, TimerId, Token, Unwanted};

impl LoadBalancer {
    /// A copy of a request was sent: another follows if no answer comes.
    pub(super) fn expect_answer<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(hedge) = self.care.as_ref().and_then(|care| care.hedge.clone()) else { return };
        let exchange = ctx.core.exchanges.hot(id);
        let is_idempotent =
            exchange.is_preflight || ctx.is_idempotent(exchange.request, exchange.endpoint);
        let tries = self.tries(id, ctx);
        tries.copies += 1;
        let copies = tries.copies;
        let old = std::mem::replace(&mut tries.hedge, TimerId::NONE);
        ctx.cancel_timer(old);
        if let Some(span) = hedge.wait(copies, is_idempotent) {
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
        let mut asked: Vec<u32> =
            ctx.copies(id).map(|copy| u32::from(ctx.core.exchanges.cold(copy).branch)).collect();
        let tries = self.tries(id, ctx);
        let copies = u64::from(tries.copies);
        asked.extend(&tries.tried);
        self.refresh_all(ctx.now());
        let Some(backend) = self.choose_on_levels(id, Tried(&asked), ctx) else { return };
        let (key, place) = (ctx.hot(id).key, ctx.cold(id).repeats);
        let key = self.care.as_mut().map_or(key, |care| {
            care.on_picked(backend, ctx.core.now);
            care.key_of_attempt(key, place)
        });
        // What a copy costs, and whether it fails, is its own.
        let key = key.with(u64::MAX - copies);
        self.take(backend, ctx);
        self.refresh(backend);
        let earlier = ctx.cold(id).child;
        let (own, account) = (ctx.hot(id).account, ctx.copy_account(id));
        ctx.hot(id).account = account;
        self.send(id, backend, key, ConnectionId::NONE, ctx);
        ctx.hot(id).account = own;
        ctx.link_copy(id, earlier);
        self.expect_answer(id, ctx);
    }

    /// A copy has failed. Returns whether another one is out; those that follow then go elsewhere.
    pub(super) fn has_other_copy<O: Observer>(
        &mut self,
        copy: ExchangeId,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        ctx.unlink_copy(copy);
        let has_other = ctx.cold(id).child != ExchangeId::NONE && ctx.cold(id).child != copy;
        if has_other {
            let backend = u32::from(ctx.cold(copy).branch);
            self.tries(id, ctx).tried.push(backend);
        }
        has_other
    }

    /// Gives up all copies of a request but one. `unwanted` is what their backends are told; where
    /// it is not said, what the balancer's own time-outs say.
    pub(super) fn give_up_copies<O: Observer>(
        &mut self,
        id: ExchangeId,
        but: ExchangeId,
        unwanted: Option<Unwanted>,
        ctx: &mut Ctx<'_, O>,
    ) {
        if but == ExchangeId::NONE || !ctx.hot(but).is_copy {
            return;
        }
        let mut next = ctx.cold(id).child;
        while next != ExchangeId::NONE {
            let copy = next;
            next = ctx.cold(copy).sibling;
            ctx.unlink_copy(copy);
            if copy != but {
                self.ended(copy, ctx);
                ctx.turn_away(copy, unwanted.or_else(|| ctx.late(copy)));
            }
        }
        ctx.cold(id).child = but;
    }
}
