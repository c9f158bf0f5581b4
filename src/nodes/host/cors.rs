//! What a host does about scripts of other origins: it answers their preflights, and says in its
//! answers who may read them.

use super::{Host, Running};
use crate::fact::{CacheStatus, Observer};
use crate::id::{ExchangeId, NodeId};
use crate::net::{CrossOrigin, Ctx, HEAD_BYTES, PolicyId};
use crate::outcome::Reason;

/// What a host says to scripts of other origins.
#[derive(Debug)]
pub(super) struct Sharing {
    /// Its own policy.
    policy: PolicyId,
    /// What it does about a preflight; none if it hands that on.
    program: Option<u16>,
    /// What the answers said that were handed on, by endpoint: what is stored of them says it
    /// again.
    learned: Vec<PolicyId>,
}

impl Host {
    /// The same host where pages ask other origins than their own.
    #[must_use]
    pub fn sharing(self, plan: Option<&CrossOrigin>, node: NodeId) -> Self {
        let hands_on = matches!(self.program, Running::Own(_));
        let sharing = plan.map(|plan| {
            let policy = plan.by_node[node.index()];
            let own = plan.policies.get(usize::from(policy.0)).map(|it| it.program);
            let program = own.or_else(|| (!hands_on).then_some(plan.unknown));
            Box::new(Sharing { policy, program, learned: Vec::new() })
        });
        Self { sharing, ..self }
    }

    /// Gives a preflight the program that answers it here, or leaves it that which hands it on.
    /// Returns whether the exchange is one.
    #[cold]
    pub(super) fn takes_preflight<O: Observer>(
        &self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let exchange = ctx.core.exchanges.hot_mut(id);
        let program = self.sharing.as_ref().and_then(|sharing| sharing.program);
        if let Some(program) = program.filter(|_| exchange.is_preflight) {
            exchange.program = program;
            ctx.core.exchanges.cold_mut(id).bytes = HEAD_BYTES;
        }
        ctx.core.exchanges.hot(id).is_preflight
    }

    /// An answer leaves the host: it says what the host says, or, handed on, what it said before.
    #[cold]
    pub(super) fn says_who_may_read<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(sharing) = &self.sharing else { return };
        let exchange = ctx.core.exchanges.hot(id);
        let hands_on = matches!(self.program, Running::Own(_));
        let keeps = hands_on && sharing.policy == PolicyId::NONE;
        if !keeps && !exchange.below && !exchange.is_branch {
            let request = exchange.request;
            ctx.crossing(request).allowed = sharing.policy;
        }
    }

    /// An answer to `child` has come that the host hands on for `id`. What it asks for itself,
    /// such as who somebody is, and what brings no answer says nothing of other origins.
    #[cold]
    pub(super) fn learns_who_may_read<O: Observer>(
        &mut self,
        child: ExchangeId,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let exchange = ctx.core.exchanges.hot(id);
        let failure = ctx.core.exchanges.cold(child).answer.failure;
        let is_answer = failure.is_none_or(|reason| reason == Reason::Status);
        let is_own = ctx.core.exchanges.hot(child).below && !exchange.below;
        if exchange.is_preflight || exchange.below || is_own || !is_answer {
            return;
        }
        if ctx.core.exchanges.has_papers() && ctx.papers(id).status == CacheStatus::Stale {
            // What came was covered up by what is stored, which says what it said before.
            return self.recalls_who_may_read(id, ctx);
        }
        let Some(sharing) = &mut self.sharing else { return };
        let exchange = ctx.core.exchanges.hot(id);
        let place = exchange.endpoint.index();
        if place >= sharing.learned.len() {
            // Few endpoints are asked for by scripts; the numbers that stand for none are last.
            let known = ctx.fixed.endpoints.len();
            sharing.learned.resize(known, PolicyId::NONE);
        }
        if let Some(learned) = sharing.learned.get_mut(place) {
            *learned = ctx.crossing_of(exchange.request).allowed;
        }
    }

    /// The host has the answer itself, of what it had handed on before.
    #[cold]
    pub(super) fn recalls_who_may_read<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(sharing) = &self.sharing else { return };
        let exchange = ctx.core.exchanges.hot(id);
        if let Some(learned) = sharing.learned.get(exchange.endpoint.index()) {
            let request = exchange.request;
            ctx.crossing(request).allowed = *learned;
        }
    }
}
