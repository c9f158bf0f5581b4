//! What is kept of people during a run, and what their requests carry.

use super::core::Ctx;
use crate::auth::{AuthPlan, Errand, Keep, Person, Scheme};
use crate::fact::{Observer, Place};
use crate::id::{ExchangeId, NodeId, RequestId, SessionId};

impl<O: Observer> Ctx<'_, O> {
    /// Bytes that a request of the user's carries to show who sends it.
    pub(super) fn credential_bytes(&self, id: ExchangeId) -> u64 {
        let Some(plan) = self.fixed.auth.as_deref() else { return 0 };
        let exchange = self.core.exchanges.hot(id);
        let is_open = exchange.below || plan.is_open(exchange.endpoint);
        if is_open || self.is_bare(exchange.request) {
            return 0;
        }
        self.shown_bytes(plan, self.core.requests[exchange.request.0].person)
    }

    /// Whether the browser sends a request without what its maker holds.
    #[must_use]
    pub fn is_bare(&self, request: RequestId) -> bool {
        let Some(plan) = &self.fixed.cross_origin else { return false };
        let request = &self.core.requests[request.0];
        plan.asking(request.from, request.asked.endpoint).is_some_and(|asking| asking.is_bare)
    }

    /// Bytes that somebody shows: nothing before a log-in.
    #[must_use]
    pub fn shown_bytes(&self, plan: &AuthPlan, person: u32) -> u64 {
        let is_shown =
            person == u32::MAX || !plan.has_logins() || self.core.people[person].held.is_some();
        if is_shown { plan.bytes } else { 0 }
    }

    /// How often the memory was lost in which somebody's record stands, or would stand if it were
    /// kept by this replica of the node that checks.
    #[must_use]
    pub fn losses(&self, plan: &AuthPlan, person: &Person, replica: u16) -> u32 {
        let Some(node) = plan.memory() else { return 0 };
        let replica = match (plan.scheme, plan.sessions.keep) {
            (Scheme::Session, Keep::Replicated) => return 0,
            (Scheme::Session, Keep::Local | Keep::Sticky) => replica,
            _ => self.shard(node, person.key.0).replica,
        };
        self.core.conditions.of(Place { node, replica }).deaths
    }

    /// The replica of a store that keeps what has this hash.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "below the number of replicas")]
    pub fn shard(&self, node: NodeId, hash: u64) -> Place {
        let replicas = u64::from(self.fixed.topology.nodes[node.index()].replicas.max(1));
        Place { node, replica: crate::rng::below(replicas, crate::rng::mix(hash)) as u16 }
    }

    /// A request of somebody has ended.
    pub(super) fn person_let_go(&mut self, person: u32) {
        self.core.people[person].requests -= 1;
        self.forget_if_gone(person);
    }

    /// Takes the place of somebody who has gone, of whom nothing is under way and whose credential
    /// works for no thief any more.
    pub fn forget_if_gone(&mut self, person: u32) {
        let it = &self.core.people[person];
        if it.session == SessionId::NONE && it.requests == 0 && it.thief.is_none() {
            self.core.people.remove(person);
        }
    }

    /// Whether a request is a log-in, a renewal or a log-out.
    #[must_use]
    pub fn is_errand(&self, id: ExchangeId) -> bool {
        let request = self.core.exchanges.hot(id).request;
        let errand = self.core.requests[request.0].errand;
        !matches!(errand, Errand::Page | Errand::Resource)
    }
}
