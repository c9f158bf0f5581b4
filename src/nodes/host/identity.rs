//! What a host does for identity: it finds out who asks before it does what was asked for, and it
//! lets people in, if it is the one who issues.

use std::sync::Arc;

use super::Host;
use super::limited::Limit;
use crate::auth::{AuthPlan, Errand, Reaction, Record, Said, Scheme, Verdict};
use crate::endpoint::Rule;
use crate::fact::{Fact, Observer, Place};
use crate::id::{EndpointId, ExchangeId, LinkId, NodeId, RequestId};
use crate::net::{Ctx, Part};
use crate::outcome::Answer;
use crate::rng::{Key, Purpose};
use crate::time::Span;

const STORE: Purpose = Purpose::named("asking a store");
const PASSWORD: Purpose = Purpose::named("asking for a password");
/// Which of [`Rule::Worked`](crate::endpoint::Rule) is a hash.
const HASHED: u8 = 2;

const ROLE: Purpose = Purpose::named("role");

/// What a host does for identity.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) plan: Arc<AuthPlan>,
    /// For each exchange that is being checked, by its place: what its account had before of
    /// service and of time below, and whether its store did not answer.
    marks: Vec<([u64; 2], bool)>,
    /// What the replicas know.
    pub(super) memories: Vec<super::hashing::Memory>,
    /// How often log-ins may come.
    pub(super) limit: Option<Limit>,
}

impl Host {
    /// The same host, which checks or issues if the plan says so.
    #[must_use]
    pub fn guarded(self, plan: Option<&Arc<AuthPlan>>) -> Self {
        let gate = plan.filter(|plan| plan.at == self.node || plan.issuer == self.node);
        let gate = gate.map(|plan| {
            Box::new(Gate {
                plan: Arc::clone(plan),
                marks: Vec::new(),
                memories: Vec::new(),
                limit: plan.limit.as_ref().map(Limit::new),
            })
        });
        Self { gate, ..self }
    }

    /// Gives an exchange the program of its identity, if it has one here.
    #[cold]
    pub(super) fn meets_gate<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(gate) = &mut self.gate else { return };
        let exchange = ctx.core.exchanges.hot(id);
        let Some(program) = gate.plan.program(self.node, exchange.endpoint, exchange.below) else {
            return;
        };
        if program == gate.plan.programs.check {
            let parts = ctx.account(id).parts.0;
            let place = id.index();
            if gate.marks.len() <= place {
                gate.marks.resize(place + 1, ([0; 2], false));
            }
            let parts = [parts[Part::Service as usize], parts[Part::Downstream as usize]];
            gate.marks[place] = (parts, false);
        }
        ctx.hot(id).program = program;
    }

    /// Follows a rule of identity. Returns whether the exchange has to wait, or has gone.
    #[cold]
    pub(super) fn follows<O: Observer>(
        &mut self,
        id: ExchangeId,
        rule: Rule,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(gate) = &self.gate else { return false };
        let plan = Arc::clone(&gate.plan);
        let at = ctx.hot(id).at;
        let request = ctx.hot(id).request;
        let person = ctx.core.requests[request.0].person;
        match rule {
            Rule::Ask(store, writes) => {
                ctx.observe(&Fact::Identity(Said::Asked { by: at, writes }));
                let to = ctx.shard(store, ctx.maker(request).0);
                self.asks(id, to, EndpointId::NONE, STORE.part(u64::from(writes)), ctx)
            }
            Rule::Password(issuer) => {
                let link = self.link_to(issuer, ctx);
                let to = ctx.next_replica(request, link, EndpointId::NONE);
                self.asks(id, to, EndpointId::PASSWORD, PASSWORD, ctx)
            }
            Rule::Hash => self.hashes(id, &plan, ctx),
            Rule::Room => self.lacks_room_to_hash(id, ctx),
            Rule::Freed => {
                self.has_hashed(id, ctx);
                false
            }
            Rule::Limit => self.meets_limit(id, ctx),
            Rule::Keys(_) => self.needs_keys(id, &plan, person, ctx),
            Rule::Learn => {
                self.learns_keys(id, &plan, ctx);
                false
            }
            Rule::Present => {
                ctx.shows_nothing(&plan, request) && self.identifies(id, &plan, person, ctx)
            }
            Rule::Identify => self.identifies(id, &plan, person, ctx),
            Rule::Pass => {
                self.lets_in(id, ctx);
                false
            }
            Rule::Worked(what) => {
                self.worked(id, &plan, what, ctx);
                false
            }
            Rule::Settle | Rule::Grant | Rule::Revoke if person == u32::MAX => false,
            Rule::Settle | Rule::Grant if self.lacks_room_for_session(id, &plan, ctx) => true,
            Rule::Settle => {
                let losses = ctx.losses(&plan, &ctx.core.people[person], at.replica);
                if let Some(record) = &mut ctx.core.people[person].record {
                    (record.home, record.losses) = (at.replica, losses);
                }
                self.begins_session(person, at, ctx);
                false
            }
            Rule::Grant => {
                let losses = ctx.losses(&plan, &ctx.core.people[person], at.replica);
                let now = ctx.now();
                ctx.core.people[person].grant(&plan, losses, at.replica, now);
                self.keeps(person, at, &plan, ctx);
                if plan.at == at.node {
                    self.begins_session(person, at, ctx);
                }
                // A session of before has no name any more.
                ctx.looks_at_loot(person, &plan);
                ctx.observe(&Fact::Identity(Said::Granted { at, renewal: false }));
                false
            }
            Rule::Renew => self.renews(id, &plan, person, ctx),
            Rule::Revoke => {
                Self::logs_out(&plan, person, ctx);
                false
            }
        }
    }

    /// Somebody logs out, on this device or on all of them.
    fn logs_out<O: Observer>(plan: &AuthPlan, person: u32, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let mut device = Some(person);
        while let Some(place) = device {
            ctx.revoke(plan, place, now);
            device = ctx.next_device(person, place).filter(|_| plan.everywhere);
        }
    }

    /// Calls the replica `to`.
    pub(super) fn asks<O: Observer>(
        &mut self,
        id: ExchangeId,
        to: Place,
        endpoint: EndpointId,
        purpose: Purpose,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let key = Key(ctx.hot(id).key.bits(purpose));
        let link = self.link_to(to.node, ctx);
        self.calls_below(id, (link, to), endpoint, key, ctx);
        true
    }

    pub(super) fn link_to<O: Observer>(&self, to: NodeId, ctx: &Ctx<'_, O>) -> LinkId {
        ctx.fixed.topology.link(self.node, to).expect("who asks has a link to whom it asks")
    }

    /// Decides whether a request is let in.
    fn identifies<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        person: u32,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let (at, request, endpoint) = {
            let exchange = ctx.hot(id);
            (exchange.at, exchange.request, exchange.endpoint)
        };
        let now = ctx.now();
        let errand = ctx.core.requests[request.0].errand;
        let is_bare = ctx.shows_nothing(plan, request);
        let mut verdict = Verdict::Accepted;
        if plan.is_too_large {
            verdict = Verdict::TooLarge;
        } else if is_bare {
            // Without its name not even a copy of a session is found.
            verdict = Verdict::Missing;
        } else if self.is_covered(id) {
            ctx.observe(&Fact::Identity(Said::Covered(at)));
        } else if person != u32::MAX && ctx.has_lost_room(person) {
            verdict = Verdict::Lost;
        } else if person != u32::MAX {
            let losses = ctx.losses(plan, &ctx.core.people[person], at.replica);
            verdict = ctx.core.people[person].verdict(plan, errand, at.replica, losses, now);
        }
        if verdict == Verdict::Accepted && !self.has_role(request, endpoint, plan, person, ctx) {
            verdict = Verdict::Forbidden;
        }
        if matches!(errand, Errand::Forged | Errand::Ridden) {
            verdict = ctx.judged(request, verdict);
        }
        let bytes = if is_bare { 0 } else { plan.bytes };
        let by_thief = errand.is_thiefs();
        ctx.observe(&Fact::Identity(Said::Checked { at, verdict, by_thief, bytes }));
        if verdict != Verdict::Accepted {
            self.notes_time(id, ctx);
            self.fail_with(id, Answer::with_status(verdict.status()), ctx);
            return true;
        }
        if self.is_covered(id) {
            ctx.hot(id).step += 1;
            return false;
        }
        let is_due = |record: &Record| now >= record.touched + plan.sessions.write_every;
        let is_session = plan.scheme == Scheme::Session;
        let mut record =
            if person == u32::MAX { None } else { ctx.core.people[person].record.as_mut() };
        if let Some(record) = &mut record {
            record.seen = (now, at.replica);
        }
        match record.filter(|record| is_session && is_due(record)) {
            Some(record) => {
                record.touched = now;
                if let Some(kept) = &mut ctx.core.kept {
                    kept.touch(record.serial, now);
                }
                if let Some(live) = &mut ctx.core.live {
                    live.touch(record.serial, now);
                }
            }
            // Somebody of a crowd was there a moment ago: only a write at each request is due.
            None if is_session && person == u32::MAX && plan.sessions.write_every.is_zero() => {}
            None => ctx.hot(id).step += 1,
        }
        false
    }

    /// Whether an exchange goes on by a copy of its session.
    fn is_covered(&self, id: ExchangeId) -> bool {
        let marks = self.gate.as_ref().and_then(|gate| gate.marks.get(id.index()));
        marks.is_some_and(|(_, is_covered)| *is_covered)
    }

    /// A call of an exchange has failed: whether it goes on all the same, by a copy of a session
    /// whose store did not answer.
    #[cold]
    pub(super) fn is_covered_now<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(gate) = &mut self.gate else { return false };
        let (sessions, hot) = (&gate.plan.sessions, ctx.core.exchanges.hot(id));
        if sessions.stale.is_zero() || hot.program != gate.plan.programs.check {
            return false;
        }
        let request = &ctx.core.requests[hot.request.0];
        let (now, person) = (ctx.core.now, request.person);
        // Of a crowd everybody was there a moment ago.
        let has_copy = person == u32::MAX || {
            let person = &ctx.core.people[person];
            let is_here = person.record.is_some_and(|record| {
                let (seen, replica) = record.seen;
                replica == hot.at.replica && now <= seen + sessions.stale
            });
            is_here && person.is_known_to_copy(&gate.plan, request.errand, now)
        };
        if let Some((_, is_covered)) = gate.marks.get_mut(id.index()).filter(|_| has_copy) {
            *is_covered = true;
        }
        has_copy
    }

    /// Somebody was let in: a store without room lets others go.
    fn keeps<O: Observer>(&self, person: u32, at: Place, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let owner = ctx.core.people[person].key;
        let store = plan.sessions.store;
        let (Some(mut kept), Some(store)) = (ctx.core.kept.take(), store) else { return };
        for replica in 0..ctx.fixed.topology.nodes[store.index()].replicas {
            kept.hears(replica, ctx.core.conditions.of(Place { node: store, replica }).deaths);
        }
        let serial = kept.insert(ctx.shard(store, owner.0).replica, person, now);
        ctx.core.kept = Some(kept);
        if let Some(record) = &mut ctx.core.people[person].record {
            record.serial = serial;
        }
        let mut count = 0;
        while let Some(owner) = ctx.core.kept.as_mut().and_then(|kept| kept.evicts()) {
            count += 1;
            ctx.looks_at_loot(owner, plan);
        }
        if count > 0 {
            ctx.observe(&Fact::Identity(Said::Evicted { at, count }));
        }
    }

    fn has_role<O: Observer>(
        &self,
        request: RequestId,
        endpoint: EndpointId,
        plan: &AuthPlan,
        person: u32,
        ctx: &Ctx<'_, O>,
    ) -> bool {
        let Some(role) = plan.endpoints.get(endpoint.index()).and_then(|(_, role)| *role) else {
            return true;
        };
        let asked = &ctx.core.requests[request.0].asked;
        let key = if person == u32::MAX { asked.key } else { ctx.core.people[person].key };
        let roles = plan.roles.get(asked.client.index()).map_or(&[][..], Vec::as_slice);
        let share = roles.iter().find(|(name, _)| *name == role);
        share.is_some_and(|(name, share)| share.happens(key.bits(ROLE.part(*name))))
    }

    /// An exchange is let in: what it did so far went on finding out who asks, and now it does what
    /// was asked for.
    fn lets_in<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.notes_time(id, ctx);
        let exchange = ctx.core.exchanges.hot_mut(id);
        let program = self.program_for(exchange.endpoint, ctx.fixed);
        (exchange.program, exchange.step) = (program, 0);
        ctx.cold(id).answer = Answer::OK;
    }

    fn notes_time<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(gate) = &self.gate else { return };
        let (marks, _) = gate.marks.get(id.index()).copied().unwrap_or_default();
        let parts = &mut ctx.account(id).parts.0;
        for (part, mark) in [Part::Service, Part::Downstream].into_iter().zip(marks) {
            let spent = parts[part as usize].saturating_sub(mark);
            parts[part as usize] -= spent;
            parts[Part::Auth as usize] += spent;
        }
    }

    /// Work for identity is done.
    fn worked<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        what: u8,
        ctx: &mut Ctx<'_, O>,
    ) {
        let at = ctx.hot(id).at;
        let demand = [plan.demands.check, plan.demands.sign, plan.demands.hash][usize::from(what)];
        let machine = self.station(id, ctx).map(|station| station.machine().time_for(demand));
        let span: Span = machine.unwrap_or_default();
        let pooled = what == HASHED && plan.pool.is_some();
        ctx.observe(&Fact::Identity(Said::Worked { at, span, pooled }));
    }

    /// A refresh token is presented.
    fn renews<O: Observer>(
        &mut self,
        id: ExchangeId,
        plan: &AuthPlan,
        person: u32,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if person == u32::MAX {
            return false;
        }
        let (at, now) = (ctx.hot(id).at, ctx.now());
        let request = ctx.hot(id).request;
        let errand = ctx.core.requests[request.0].errand;
        let losses = ctx.losses(plan, &ctx.core.people[person], at.replica);
        let it = &mut ctx.core.people[person];
        let client = it.client;
        match it.renew(plan, errand, losses, now) {
            Reaction::Renews(_) => {
                ctx.looks_at_loot(person, plan);
                ctx.observe(&Fact::Identity(Said::Granted { at, renewal: true }));
                false
            }
            reaction @ (Reaction::Refuses | Reaction::EndsFamily) => {
                if reaction == Reaction::EndsFamily {
                    ctx.observe(&Fact::Identity(Said::FamilyEnded(client)));
                }
                self.fail_with(id, Answer::with_status(401), ctx);
                true
            }
        }
    }
}
