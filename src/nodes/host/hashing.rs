//! Workers that hash passwords and do nothing else, limits on log-ins, and the keys that those who
//! check tokens know.

use rand_distr::Distribution;

use super::Host;
use super::identity::Gate;
use crate::auth::{AuthPlan, HASH};
use crate::fact::{Fact, Observer, Place};
use crate::id::{EndpointId, ExchangeId};
use crate::limit::Decision;
use crate::net::{Ctx, Phase};
use crate::rng::Purpose;
use crate::time::{Span, Time};

const KEYS: Purpose = Purpose::named("fetching keys");

/// What a replica has for identity in its memory, which a crash empties.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    deaths: u32,
    /// When each hashing worker is free.
    workers: Vec<Time>,
    /// The newest key that is known.
    key: Option<u64>,
}

impl Gate {
    /// The memory of a replica.
    fn memory<O: Observer>(&mut self, at: Place, ctx: &Ctx<'_, O>) -> &mut Memory {
        let place = usize::from(at.replica);
        if self.memories.len() <= place {
            self.memories.resize(place + 1, Memory::default());
        }
        let deaths = ctx.core.conditions.of(at).deaths;
        let memory = &mut self.memories[place];
        if memory.deaths != deaths {
            *memory = Memory { deaths, ..Memory::default() };
        }
        memory
    }
}

impl Host {
    /// A password goes to the worker that is free first. Returns whether it has to be waited for.
    pub(super) fn hashes<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let (Some((count, law)), now) = (&plan.pool, ctx.now()) else { return false };
        let (at, key) = (ctx.hot(id).at, ctx.hot(id).key);
        let demand = law.sample(&mut key.draws(HASH));
        let machine = self.station(id, ctx).map(|station| station.machine().time_for(demand));
        let span = machine.unwrap_or_else(|| Span::from_nanos_rounded(demand));
        let Some(gate) = &mut self.gate else { return false };
        let memory = gate.memory(at, ctx);
        memory.workers.resize(usize::try_from(*count).unwrap_or(usize::MAX), Time::ZERO);
        // Who has hung up is hashed for all the same: nobody tells a worker.
        let Some(free) = memory.workers.iter_mut().min() else { return false };
        let end = (*free).max(now) + span;
        *free = end;
        if end == now {
            return false;
        }
        self.served(id, ctx);
        ctx.hot(id).phase = Phase::Wait;
        ctx.resume_after(id, end.since(now));
        true
    }

    /// A log-in meets the limit. Returns whether it has gone, or waits.
    pub(super) fn meets_limit<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let limit = self.gate.as_mut().and_then(|gate| gate.limit.as_mut());
        let Some(limit) = limit else { return false };
        match limit.decide(id, ctx) {
            Decision::Pass => false,
            Decision::Delay(span) => {
                self.served(id, ctx);
                ctx.hot(id).phase = Phase::Wait;
                ctx.resume_after(id, span);
                true
            }
            Decision::Reject => {
                let answer = limit.refusal();
                self.fail_with(id, answer, ctx);
                true
            }
        }
    }

    /// A token is looked at: the keys are fetched if it names one that is not known here. Returns
    /// whether they have to be waited for.
    pub(super) fn needs_keys<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        person: u32,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(keys) = &plan.tokens.keys else { return false };
        let (at, now, request) = (ctx.hot(id).at, ctx.now(), ctx.hot(id).request);
        let errand = ctx.core.requests[request.0].errand;
        let issued = if person == u32::MAX {
            Some(now)
        } else {
            ctx.core.people[person].shows(errand).map(|token| token.issued)
        };
        let named = issued.map(|issued| keys.at(issued));
        let Some(gate) = &mut self.gate else { return false };
        let known = gate.memory(at, ctx).key;
        // Nothing that is known is asked for, and nothing is asked for who shows nothing.
        if named.is_none() || known >= named {
            ctx.hot(id).step += 1;
            return false;
        }
        ctx.observe(&Fact::Identity(crate::auth::Said::Fetched(at)));
        let link = self.link_to(plan.issuer, ctx);
        let request = ctx.hot(id).request;
        let to = ctx.next_replica(request, link, EndpointId::NONE);
        self.asks(id, to, EndpointId::NONE, KEYS, ctx)
    }

    /// The keys have come, with the one that signs now.
    pub(super) fn learns_keys<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        ctx: &Ctx<'_, O>,
    ) {
        let at = ctx.core.exchanges.hot(id).at;
        let newest = plan.tokens.keys.as_ref().map(|keys| keys.at(ctx.core.now));
        if let Some(gate) = &mut self.gate {
            let memory = gate.memory(at, ctx);
            memory.key = memory.key.max(newest);
        }
    }
}
