//! What a cache does when the proxy would hand a request on.

use rand_distr::Distribution;

use super::{Caches, Replica, StaleOn, Stored};
use crate::fact::{CacheStatus, Fact, Observer};
use crate::http::{Head, Method, Question, Reuse, Vary, reuse};
use crate::id::ExchangeId;
use crate::net::{Ctx, HEAD_BYTES, HeadId, Http, OriginId, Phase, Task, Token};
use crate::outcome::Answer;
use crate::rng::mix;
use crate::time::Span;

/// What follows from a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The exchange has its answer, which takes so long.
    Answered(Span),
    /// The same, and beside it this exchange fetches a new one.
    AnsweredAndRefreshed(Span, ExchangeId),
    /// It is handed on.
    Fetched,
    /// It waits for what another one fetches.
    Waits,
}

/// What is looked for, and for whom.
#[derive(Debug, Clone, Copy)]
struct Look<'a> {
    id: ExchangeId,
    http: &'a Http,
    question: &'a Question,
    key: u64,
    replica: u16,
}

impl Caches {
    /// Looks for what an exchange asks for.
    pub(crate) fn look<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Step {
        let exchange = ctx.core.exchanges.hot(id);
        let (endpoint, replica) = (exchange.endpoint, exchange.at.replica);
        let is_looked_for = self.plan.endpoints.get(endpoint.index()).copied().unwrap_or(false);
        let (Some(http), Some(question)) = (ctx.fixed.http.as_deref(), ctx.question(id)) else {
            return Step::Fetched;
        };
        let key = self.key(id, question, http, ctx);
        ctx.papers(id).key = key;
        if !question.method.is_cacheable() || !is_looked_for {
            if !question.method.is_safe() {
                ctx.papers(id).task = Task::Unsafe;
            }
            return Step::Fetched;
        }
        let look = Look { id, http, question, key, replica };
        if self.plan.lets_pass(question) {
            return self.pass(look, ctx);
        }
        if self.plan.is_bypassed(question) {
            return self.fetch(look, CacheStatus::Bypass, HeadId::NONE, ctx);
        }
        match self.find(look, ctx) {
            None => self.missed(look, ctx),
            Some(stored) if stored.passes => self.fetch(look, CacheStatus::Pass, HeadId::NONE, ctx),
            Some(stored) => self.found(look, &stored, ctx),
        }
    }

    /// The number under which the answer to an exchange is stored.
    fn key<O: Observer>(
        &self,
        id: ExchangeId,
        question: &Question,
        http: &Http,
        ctx: &Ctx<'_, O>,
    ) -> u64 {
        let exchange = ctx.core.exchanges.hot(id);
        let (endpoint, request) = (exchange.endpoint, exchange.request);
        let vary = http.vary.get(endpoint.index());
        let variant = vary.map_or(0, |vary| question.variant(vary, self.plan.profile.vary_ignored));
        // What a script's request says of its origin is no header that a scenario writes.
        let from = match &ctx.fixed.cross_origin {
            Some(_) if vary.is_some_and(Vary::is_on_origin) => ctx.crossing_of(request).from,
            Some(_) | None => OriginId::NONE,
        };
        let origin = if from == OriginId::NONE { 0 } else { mix(u64::from(from.0) + 1) };
        // A payload is a part of the target, which nobody else asks for.
        let payload = if ctx.is_injection(request) {
            mix(ctx.core.requests[request.0].asked.key.0)
        } else {
            0
        };
        // Who somebody is stands in a header that is not the same in all requests of an endpoint.
        let is_shown = |vary: &Vary| {
            (question.has_cookie && vary.is_on("cookie"))
                || (question.has_authorization && vary.is_on("authorization"))
        };
        let holder = match vary {
            Some(vary) if ctx.fixed.auth.is_some() && is_shown(vary) => ctx.credential_of(id),
            Some(_) | None => 0,
        };
        ctx.path_of(id) ^ variant ^ origin ^ payload ^ holder
    }

    fn find<O: Observer>(&mut self, look: Look<'_>, ctx: &Ctx<'_, O>) -> Option<Stored> {
        let (now, wall, inactive) = (ctx.now(), ctx.wall(), self.plan.inactive);
        let replica = self.replica(look.replica);
        let store = &mut replica.store;
        let stored = *store.get(look.key)?;
        let is_unused = inactive.is_some_and(|most| now.since(stored.used) > most);
        let is_changed = !replica.changed.is_empty()
            && replica.changed.peek_mut(ctx.path_of(look.id)).is_some_and(|at| stored.at <= *at);
        if is_unused || is_changed || (stored.passes && !stored.keeping.is_fresh(wall)) {
            store.remove(look.key);
            return None;
        }
        if inactive.is_some()
            && let Some(stored) = store.peek_mut(look.key)
        {
            stored.used = now;
        }
        Some(stored)
    }

    /// Something is stored.
    fn found<O: Observer>(
        &mut self,
        look: Look<'_>,
        stored: &Stored,
        ctx: &mut Ctx<'_, O>,
    ) -> Step {
        let has_waited = ctx.papers(look.id).has_waited;
        let usual = if has_waited { CacheStatus::Collapsed } else { CacheStatus::Hit };
        let refreshes = self.plan.refreshes_beside;
        if self.plan.profile.shares_waited && Self::has_waited_for(look, stored, ctx) {
            return self.answer(look, stored, usual, ctx);
        }
        match reuse(self.plan.profile, &stored.keeping, look.question, ctx.wall()) {
            Reuse::Fresh => self.answer(look, stored, usual, ctx),
            Reuse::Accepted => self.answer(look, stored, CacheStatus::Stale, ctx),
            Reuse::Reloaded => self.fetch(look, CacheStatus::Miss, HeadId::NONE, ctx),
            Reuse::Grace if self.is_under_way(look, ctx) => {
                self.answer(look, stored, CacheStatus::Updating, ctx)
            }
            Reuse::Grace if refreshes => self.refresh(look, stored, ctx),
            Reuse::Grace | Reuse::Expired => {
                let may_update = self.plan.stale_on.contains(&StaleOn::Updating)
                    && !stored.keeping.must_revalidate
                    && !stored.keeping.always_asks;
                if may_update && self.is_under_way(look, ctx) {
                    return self.answer(look, stored, CacheStatus::Updating, ctx);
                }
                if may_update && self.plan.updates_beside {
                    return self.refresh(look, stored, ctx);
                }
                self.expired(look, stored, ctx)
            }
        }
    }

    /// Whether what is stored came while an exchange waited for it.
    fn has_waited_for<O: Observer>(look: Look<'_>, stored: &Stored, ctx: &mut Ctx<'_, O>) -> bool {
        let papers = ctx.papers(look.id);
        papers.has_waited && stored.at >= papers.since
    }

    /// Whether it is no use to wait for an answer, as this one was: it is for who asks alone.
    fn is_for_one(&self, stored: &Stored) -> bool {
        let is_never_fresh = stored.keeping.always_asks || stored.keeping.fresh <= 0;
        is_never_fresh && !self.plan.profile.shares_waited
    }

    fn is_under_way<O: Observer>(&mut self, look: Look<'_>, ctx: &Ctx<'_, O>) -> bool {
        self.replica(look.replica).flights.is_under_way(look.key, ctx)
    }

    /// What is stored has expired, and has to be asked for.
    fn expired<O: Observer>(
        &mut self,
        look: Look<'_>,
        stored: &Stored,
        ctx: &mut Ctx<'_, O>,
    ) -> Step {
        if self.wants_stored_only(look.question) {
            return self.unanswerable(look, ctx);
        }
        let waits = self.plan.lock.is_some() && self.plan.profile.collapses_expired;
        // Who cannot use what came while they waited asks for themselves, beside the others (RFC
        // 9111, section 4): one after another they would be a queue before the origin.
        let waits = waits && !self.is_for_one(stored) && !Self::has_waited_for(look, stored, ctx);
        if waits && self.must_wait(look, ctx) {
            return self.wait(look, ctx);
        }
        self.replica(look.replica).flights.begin(look.key, look.id, ctx);
        self.fetch(look, CacheStatus::Expired, self.asks(look, stored), ctx)
    }

    /// What the origin is asked about, if it is asked whether something stored is still right.
    fn asks(&self, look: Look<'_>, stored: &Stored) -> HeadId {
        let has_validator = look.http.head(stored.head).is_some_and(Head::has_validator);
        if self.plan.revalidates && has_validator { stored.head } else { HeadId::NONE }
    }

    /// Nothing is stored.
    fn missed<O: Observer>(&mut self, look: Look<'_>, ctx: &mut Ctx<'_, O>) -> Step {
        if self.wants_stored_only(look.question) {
            return self.unanswerable(look, ctx);
        }
        if self.plan.lock.is_some() {
            if self.must_wait(look, ctx) {
                return self.wait(look, ctx);
            }
            self.replica(look.replica).flights.begin(look.key, look.id, ctx);
        }
        self.fetch(look, CacheStatus::Miss, HeadId::NONE, ctx)
    }

    fn wants_stored_only(&self, question: &Question) -> bool {
        self.plan.profile.reads_requests && question.control.only_if_cached
    }

    /// Whether an exchange waits for another that fetches what it wants.
    fn must_wait<O: Observer>(&mut self, look: Look<'_>, ctx: &mut Ctx<'_, O>) -> bool {
        if ctx.papers(look.id).is_alone || !self.is_under_way(look, ctx) {
            return false;
        }
        let papers = ctx.papers(look.id);
        let (has_waited, since) = (papers.has_waited, papers.since);
        let most = self.plan.lock.flatten();
        let is_late = has_waited && most.is_some_and(|most| ctx.now().since(since) >= most);
        if is_late {
            ctx.papers(look.id).is_alone = true;
        }
        !is_late
    }

    /// An exchange waits, and looks again later.
    fn wait<O: Observer>(&mut self, look: Look<'_>, ctx: &mut Ctx<'_, O>) -> Step {
        let now = ctx.now();
        let papers = ctx.papers(look.id);
        if !papers.has_waited {
            (papers.has_waited, papers.since) = (true, now);
        }
        // It comes back to the step that handed it on.
        ctx.hot(look.id).step -= 1;
        if let Some(every) = self.plan.profile.polls {
            ctx.hot(look.id).phase = Phase::Wait;
            ctx.resume_after(look.id, every);
            return Step::Waits;
        }
        self.replica(look.replica).flights.wait(look.key, look.id, ctx);
        if let Some(most) = self.plan.lock.flatten() {
            let token = Token::Locked(look.id, ctx.hot(look.id).generation);
            ctx.start_timer(most, token);
        }
        Step::Waits
    }

    fn pass<O: Observer>(&mut self, look: Look<'_>, ctx: &mut Ctx<'_, O>) -> Step {
        let papers = ctx.papers(look.id);
        (papers.task, papers.status) = (Task::Pass, CacheStatus::Pass);
        Self::tell(look.id, CacheStatus::Pass, 0, ctx);
        Step::Fetched
    }

    /// The exchange is handed on, and what it brings may be stored.
    fn fetch<O: Observer>(
        &mut self,
        look: Look<'_>,
        status: CacheStatus,
        condition: HeadId,
        ctx: &mut Ctx<'_, O>,
    ) -> Step {
        self.count(look);
        let papers = ctx.papers(look.id);
        (papers.task, papers.status, papers.asks) = (Task::Fetch, status, condition);
        Self::tell(look.id, status, 0, ctx);
        Step::Fetched
    }

    /// Counts how often something was asked for, where that decides what is stored.
    fn count(&mut self, look: Look<'_>) {
        if self.plan.min_uses < 2 {
            return;
        }
        let asked = &mut self.replica(look.replica).asked;
        match asked.peek_mut(look.key) {
            Some(count) => *count += 1,
            None => _ = asked.put(look.key, 1, 1),
        }
    }

    /// What is stored is given although it has expired, and a new one is fetched beside that.
    fn refresh<O: Observer>(
        &mut self,
        look: Look<'_>,
        stored: &Stored,
        ctx: &mut Ctx<'_, O>,
    ) -> Step {
        /// What tells the work of a refresh from that of the request.
        const BESIDE: u64 = 0x7265_6672_6573_6800;
        let key = ctx.hot(look.id).key.with(BESIDE);
        let beside = ctx.aside(look.id, key);
        let papers = ctx.papers(beside);
        (papers.task, papers.status) = (Task::Refresh, CacheStatus::Refreshed);
        (papers.key, papers.asks) = (look.key, self.asks(look, stored));
        self.replica(look.replica).flights.begin(look.key, beside, ctx);
        let span = self.gives_now(look, stored, CacheStatus::Stale, ctx);
        Step::AnsweredAndRefreshed(span, beside)
    }

    /// The exchange has its answer from what is stored.
    fn answer<O: Observer>(
        &mut self,
        look: Look<'_>,
        stored: &Stored,
        status: CacheStatus,
        ctx: &mut Ctx<'_, O>,
    ) -> Step {
        Step::Answered(self.gives_now(look, stored, status, ctx))
    }

    /// The same. Returns how long it takes.
    fn gives_now<O: Observer>(
        &mut self,
        look: Look<'_>,
        stored: &Stored,
        status: CacheStatus,
        ctx: &mut Ctx<'_, O>,
    ) -> Span {
        let id = look.id;
        self.gives(look, stored, id, ctx);
        let bytes = ctx.cold(id).bytes;
        Self::tell(id, status, bytes, ctx);
        let key = ctx.hot(id).key;
        self.plan.hit.as_ref().map_or(Span::ZERO, |(law, purpose)| {
            Span::from_nanos_rounded(law.sample(&mut key.draws(*purpose)))
        })
    }

    /// Puts what is stored into `into`, as the answer to the exchange that is looked for.
    fn gives<O: Observer>(
        &self,
        look: Look<'_>,
        stored: &Stored,
        into: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let head = look.http.head(stored.head);
        let is_known = stored.status == 200
            && head.is_some_and(|head| self.is_known(look.id, head, look.http, look.question, ctx));
        let wall = ctx.wall();
        let is_empty = is_known || look.question.method == Method::Head;
        let bytes = if is_empty { HEAD_BYTES } else { ctx.given_bytes(look.id, stored.bytes) };
        let cold = ctx.cold(into);
        cold.answer = Answer::with_status(if is_known { 304 } else { stored.status });
        cold.bytes = bytes;
        let papers = ctx.papers(into);
        papers.head = stored.head;
        // A cache that does not say how old an answer is makes it new.
        papers.born = if self.plan.profile.sends_age { stored.born } else { wall };
    }

    /// Whether who asks has what an answer with this head would bring.
    pub(super) fn is_known<O: Observer>(
        &self,
        id: ExchangeId,
        head: &Head,
        http: &Http,
        question: &Question,
        ctx: &Ctx<'_, O>,
    ) -> bool {
        let papers = ctx.core.exchanges.papers(id);
        let has_it = http.head(papers.condition).is_some_and(|known| head.is_same_as(known));
        has_it
            || (!papers.is_rewritten
                && question.knows(head, self.plan.profile.compares_dates_exactly))
    }

    /// Nothing is stored, and the request wants nothing else (RFC 9111, section 5.2.1.7).
    fn unanswerable<O: Observer>(&mut self, look: Look<'_>, ctx: &mut Ctx<'_, O>) -> Step {
        let cold = ctx.cold(look.id);
        (cold.answer, cold.bytes) = (Answer::with_status(504), HEAD_BYTES);
        Self::tell(look.id, CacheStatus::Unanswerable, 0, ctx);
        Step::Answered(Span::ZERO)
    }

    fn tell<O: Observer>(id: ExchangeId, status: CacheStatus, bytes: u64, ctx: &mut Ctx<'_, O>) {
        let exchange = ctx.core.exchanges.hot(id);
        let (by, request, below) = (exchange.at, exchange.request, exchange.below);
        ctx.observe(&Fact::Looked { by, request, status, bytes, below });
    }

    /// An expired answer in the place of one that did not come, if the cache gives such.
    pub(super) fn gives_stale<O: Observer>(
        &mut self,
        (child, parent): (ExchangeId, ExchangeId),
        key: u64,
        allows: impl FnOnce(&Stored) -> bool,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let replica = ctx.hot(parent).at.replica;
        let (http, question) = (ctx.fixed.http.as_deref(), ctx.question(parent));
        let stored = self.replica(replica).store.peek_mut(key).copied();
        let stored = stored.filter(|stored| !stored.passes && allows(stored));
        let (Some(http), Some(question), Some(stored)) = (http, question, stored) else {
            return false;
        };
        let look = Look { id: parent, http, question, key, replica };
        self.gives(look, &stored, child, ctx);
        true
    }

    /// Forgets what a replica has stored. What is under way goes on, and those who wait for it
    /// wait on, as after want of room.
    pub(crate) fn flush(&mut self, replica: u16) {
        let empty = Replica::new(&self.plan, replica, self.root);
        self.replica(replica).store = empty.store;
    }

    /// Forgets all that a replica has stored, as when it starts anew.
    pub(crate) fn clear(&mut self, replica: u16) {
        self.replicas[usize::from(replica)] = Replica::new(&self.plan, replica, self.root);
    }
}
