//! Exchanges that nobody wants any more: their patience is over, or their caller has gone.

use super::Host;
use crate::fact::{Exit, Observer};
use crate::id::ExchangeId;
use crate::net::{Ctx, Part, Phase, TimerId, Unwanted};
use crate::outcome::{Answer, Reason};

impl Host {
    /// An exchange has waited unserved for as long as it may.
    pub(super) fn dropped<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        ctx.cold(id).timer = TimerId::NONE;
        if matches!(ctx.hot(id).phase, Phase::Lobby | Phase::Line | Phase::Memory) {
            self.drop_waiting(id, Exit::Dropped, ctx);
        }
    }

    fn drop_waiting<O: Observer>(&mut self, id: ExchangeId, exit: Exit, ctx: &mut Ctx<'_, O>) {
        if ctx.hot(id).phase == Phase::Held {
            // It was in no line of a station; whoever held it has let go of it.
            ctx.spend(id, Part::Queue);
        } else {
            self.takes_out(id, ctx);
        }
        self.give_worker_back(id, ctx);
        self.frees(id, ctx);
        ctx.reply(id, Answer::failed(Reason::QueueTimeout), exit);
    }

    /// The caller no longer wants an exchange, or its parent no longer wants a branch.
    pub(super) fn unwanted<O: Observer>(
        &mut self,
        id: ExchangeId,
        unwanted: Unwanted,
        ctx: &mut Ctx<'_, O>,
    ) {
        let phase = ctx.hot(id).phase;
        if phase == Phase::Silent {
            // The word does not arrive either.
            return;
        }
        let waits = matches!(phase, Phase::Lobby | Phase::Line | Phase::Memory);
        if phase == Phase::Called {
            self.unwanted_below(id, unwanted, ctx);
        }
        if unwanted == Unwanted::Drop {
            // What a balancer or a cache holds waits unserved as well. Its caller may be a node
            // that only handed the word on: it still waits for an answer.
            if phase == Phase::Held || (waits && !ctx.hot(id).served) {
                let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
                ctx.cancel_timer(timer);
                self.drop_waiting(id, Exit::Cancelled, ctx);
            }
            return;
        }
        let mut event_is_to_come = matches!(phase, Phase::Outbound | Phase::Wait | Phase::Inbound);
        let (at_node, is_branch) = (phase != Phase::Outbound, ctx.hot(id).is_branch);
        if phase == Phase::Inbound {
            return;
        }
        if waits {
            self.takes_out(id, ctx);
            let timer = std::mem::replace(&mut ctx.cold(id).timer, TimerId::NONE);
            ctx.cancel_timer(timer);
        } else if let Some(station) = self.station(id, ctx).filter(|_| phase == Phase::Core) {
            event_is_to_come = station.stop(id, ctx);
        }
        if at_node && !is_branch {
            self.give_worker_back(id, ctx);
            self.frees(id, ctx);
            ctx.leave(id, Exit::Cancelled);
        }
        ctx.hot(id).phase = Phase::Dead;
        if !event_is_to_come {
            ctx.free(id);
        }
    }

    /// Hands the word that an exchange is unwanted on to what it waits for.
    fn unwanted_below<O: Observer>(
        &mut self,
        id: ExchangeId,
        unwanted: Unwanted,
        ctx: &mut Ctx<'_, O>,
    ) {
        let mut below = ctx.cold(id).child;
        while below != ExchangeId::NONE {
            let next = ctx.cold(below).sibling;
            let is_ours = ctx.hot(below).parent == id && ctx.hot(below).phase != Phase::Inbound;
            if is_ours && ctx.hot(below).is_branch {
                self.unwanted(below, unwanted, ctx);
            } else if is_ours {
                ctx.give_up(below, unwanted);
            }
            below = next;
        }
    }
}
