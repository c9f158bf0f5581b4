//! What an exchange asks of others: calls one after another, and branches side by side.

use super::{Host, Next, Running};
use crate::endpoint::Op;
use crate::fact::{Observer, Place};
use crate::id::{ConnectionId, EndpointId, ExchangeId, LinkId};
use crate::net::{Call, Ctx, Phase};
use crate::outcome::{Answer, Reason};
use crate::rng::Key;
use crate::time::Span;

impl Host {
    /// Makes the next of a repeated call. Returns whether one was made.
    pub(super) fn calls<O: Observer>(
        &mut self,
        id: ExchangeId,
        op: &Op,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Op::Call { to, endpoint, times, purpose } = op else { return false };
        let exchange = ctx.hot(id);
        // The step is counted on only with the last call, so that a reply comes back to it.
        let (key, again, request) = (exchange.key, exchange.step - 1, exchange.request);
        let asked = exchange.endpoint;
        let total = times.sample(&mut key.draws(*purpose));
        let cold = ctx.cold(id);
        if cold.repeats == 0 {
            cold.repeats = total;
        }
        if total == 0 {
            return false;
        }
        let left = cold.repeats;
        cold.repeats -= 1;
        if left > 1 {
            ctx.hot(id).step = again;
        }
        let key = Key(key.bits(*purpose)).with(u64::from(total - left));
        let link = ctx.fixed.topology.link(self.node, *to).expect("calls have links");
        // A call without an endpoint of its own is a part of what was asked for: it writes if that
        // does.
        let for_what = if *endpoint == EndpointId::NONE { asked } else { *endpoint };
        let at = ctx.next_replica(request, link, for_what);
        self.calls_below(id, (link, at), *endpoint, key, ctx);
        true
    }

    /// Makes a call of its own for an exchange, which waits for the reply.
    #[inline(always)]
    pub(super) fn calls_below<O: Observer>(
        &mut self,
        id: ExchangeId,
        (link, at): (LinkId, Place),
        endpoint: EndpointId,
        key: Key,
        ctx: &mut Ctx<'_, O>,
    ) {
        let call = Call {
            endpoint,
            key,
            backend: u16::MAX,
            below: true,
            source: ctx.fixed.addresses[self.node.index()],
            carried: ConnectionId::NONE,
            value: 0,
        };
        ctx.call(id, link, at, call);
        self.called(id, ctx);
    }

    /// A call for an exchange has failed: a proxy hands that on, and what fails below a server
    /// makes the server itself fail, for the same reason.
    pub(super) fn failed_below<O: Observer>(
        &mut self,
        id: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) {
        let hands_on = matches!(self.program, Running::Own(_));
        self.fail_with(id, if hands_on { answer } else { answer.of_server() }, ctx);
    }

    /// A call took longer than its caller waits: what made it cannot go on.
    pub(super) fn gave_up<O: Observer>(
        &mut self,
        child: ExchangeId,
        reason: Reason,
        ctx: &mut Ctx<'_, O>,
    ) -> Next {
        let parent = ctx.hot(child).parent;
        let is_for_store = ctx.hot(child).endpoint.is_for_store();
        ctx.hang_up(child);
        ctx.cold(parent).child = ExchangeId::NONE;
        if is_for_store || (self.gate.is_some() && self.is_covered_now(parent, ctx)) {
            let goes_on =
                !self.is_async || ctx.hot(parent).is_branch || self.has_worker_again(parent, ctx);
            return if goes_on { self.advance(parent, ctx) } else { Next::Holds };
        }
        self.failed_below(parent, Answer::failed(reason), ctx);
        Next::Holds
    }

    /// Starts the branches of parallel work. Returns whether it has to wait for them.
    pub(super) fn forks<O: Observer>(
        &mut self,
        id: ExchangeId,
        starts: &[u16],
        wait_for: u16,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let step = ctx.hot(id).step;
        let key = ctx.hot(id).key;
        ctx.hot(id).phase = Phase::Called;
        let cold = ctx.cold(id);
        (cold.pending, cold.child) = (wait_for, ExchangeId::NONE);
        cold.repeats = u32::try_from(starts.len()).unwrap_or(u32::MAX);
        for (number, start) in (1_u64..).zip(starts) {
            let branch = ctx.branch(id, step, key.with(u64::from(step)).with(number));
            let exchange = ctx.hot(branch);
            (exchange.step, exchange.has_worker) = (*start, false);
            // Every branch starts through the ready queue, so that all exist before one ends.
            exchange.phase = Phase::Wait;
            ctx.schedule(Span::ZERO, crate::net::Kind::Exchange(branch));
        }
        self.called(id, ctx);
        true
    }

    /// A branch has ended. Returns whether its parent goes on now.
    pub(super) fn joined<O: Observer>(
        &mut self,
        branch: ExchangeId,
        parent: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let step = ctx.cold(branch).branch;
        if ctx.hot(parent).step != step || ctx.hot(parent).phase != Phase::Called {
            return false;
        }
        let cold = ctx.cold(parent);
        cold.repeats -= 1;
        if answer.is_success() {
            cold.pending -= 1;
        }
        let (needed, left) = (cold.pending, cold.repeats);
        let failed = left < u32::from(needed);
        if needed > 0 && !failed {
            return false;
        }
        // The branch that decides carries the critical path.
        let (parts, now) = (ctx.account(branch).parts, ctx.now());
        let waited = ctx.hot(branch).waited;
        ctx.hot(parent).waited += waited;
        let account = ctx.account(parent);
        account.parts.add(&parts);
        account.mark = now;
        let cold = ctx.cold(parent);
        (cold.pending, cold.repeats, cold.child) = (0, 0, ExchangeId::NONE);
        if failed {
            self.fail_with(parent, answer.of_server(), ctx);
            return false;
        }
        true
    }
}
