//! What a client does about its time-outs: that of an attempt, and the total one.

use super::Client;
use crate::fact::Observer;
use crate::id::{ExchangeId, RequestId};
use crate::net::{Ctx, Phase, TimerId};
use crate::outcome::{Answer, Reason};

impl Client {
    /// An attempt took longer than the client waits.
    pub(super) fn hung_up<O: Observer>(
        &mut self,
        child: ExchangeId,
        why: Reason,
        ctx: &mut Ctx<'_, O>,
    ) {
        let id = ctx.hot(child).request;
        if self.was_beside(child, ctx) {
            return ctx.hang_up(child);
        }
        // The request outlives its last exchange, whose end would otherwise take it along.
        ctx.core.requests[id.0].live += 1;
        ctx.hang_up(child);
        let answer = Answer::failed(why);
        if !self.tries_again(id, answer, ctx) {
            self.outcome(id, answer, ctx);
        }
        ctx.core.requests[id.0].live -= 1;
        ctx.end_if_over(id);
    }

    /// The total time-out has passed: the user has an outcome, whatever becomes of the work.
    pub(super) fn gave_up<O: Observer>(&mut self, id: RequestId, ctx: &mut Ctx<'_, O>) {
        let request = &mut ctx.core.requests[id.0];
        (request.over, request.timer) = (true, TimerId::NONE);
        let root = request.root;
        if Self::gives_up_in_pause(id, ctx) {
            self.finish(id, Answer::failed(Reason::Timeout), ctx);
            return ctx.end_if_over(id);
        }
        // What was under way last is what the time went on: that of the deepest call.
        let (mut last, account) = (root, ctx.hot(root).account);
        while ctx.hot(last).phase == Phase::Called {
            let child = ctx.cold(last).child;
            if child == ExchangeId::NONE || ctx.hot(child).account != account {
                break;
            }
            last = child;
        }
        let part = ctx.hot(last).phase.part();
        ctx.spend(last, part);
        self.finish(id, Answer::failed(Reason::Timeout), ctx);
        let word = self.plan.timeout.as_ref().and_then(|(_, late)| late.word());
        if matches!(ctx.hot(root).phase, Phase::Opening | Phase::Pooled | Phase::Silent) {
            // It has not left, or has arrived nowhere: nothing is done for it any more, but perhaps
            // a handshake.
            return ctx.turn_away(root, word);
        }
        ctx.abandon_connection(root);
        if let Some(unwanted) = word {
            ctx.give_up(root, unwanted);
        }
    }
}
