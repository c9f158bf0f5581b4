//! What a browser does before it asks: it looks whether it has the answer.

use rand_distr::Distribution;

use super::super::Client;
use super::{Browsers, Kept, Owner};
use crate::fact::{CacheStatus, Fact, Observer, Place};
use crate::http::{Head, ProfileName, Question, Reuse, reuse};
use crate::id::{ExchangeId, RequestId, SessionId};
use crate::net::{Cold, Ctx, Exchange, HeadId, Http, Part, Task, TimerId, Token};
use crate::outcome::{Answer, Reason};
use crate::rng::{Key, Purpose};
use crate::time::Span;

/// Stands for the status of an answer that its page must not read.
const BLOCKED: u16 = 0;

/// What a look comes to.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// Nothing that can be used.
    Nothing(CacheStatus),
    /// The answer.
    Answer(CacheStatus, Kept),
    /// An expired one that may be used while a new one is fetched.
    Grace(Kept),
    /// The request wants nothing but what is stored, and nothing is.
    Unanswerable,
}

impl Client {
    /// Looks in the browser for what a request asks for. Returns whether it has the answer there,
    /// which it gets after the time that reading takes.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn has_it<O: Observer>(
        &mut self,
        id: RequestId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let request = &ctx.core.requests[id.0];
        if request.errand.is_thiefs() {
            // A thief has another browser.
            return false;
        }
        let (endpoint, key) = (request.asked.endpoint, request.asked.key);
        let (http, owner) = (ctx.fixed.http.as_deref(), self.owner(id, ctx));
        let question = ctx.question_of(id, endpoint);
        let name = self.name_of_answer(id, question, http, ctx);
        let (Some(http), Some(owner), Some(question)) = (http, owner, question) else {
            return false;
        };
        let Some(browsers) = &mut self.browsers else { return false };
        if is_replayed(&self.plan.demand) {
            browsers.shelves.come(owner.0);
        }
        let is_looked_for = browsers.plan.endpoints.get(endpoint.index()).copied();
        if !question.method.is_cacheable() || !is_looked_for.unwrap_or(false) {
            return false;
        }
        let (kept, status) = match browsers.find(owner, name, question, http, ctx) {
            Found::Nothing(status) => {
                self.says_it_looked(id, status, 0, ctx);
                return false;
            }
            Found::Unanswerable => (None, CacheStatus::Unanswerable),
            Found::Answer(status, kept) => (Some(kept), status),
            Found::Grace(kept) => {
                if let Some(kept) = browsers.shelves.peek_mut(owner.0, name) {
                    kept.is_refreshed = true;
                }
                self.refreshes(id, ctx);
                (Some(kept), CacheStatus::Stale)
            }
        };
        self.says_it_looked(id, status, kept.map_or(0, |kept| kept.bytes), ctx);
        let is_kept_from = kept.is_some_and(|kept| self.is_kept_from(id, kept.allowed, ctx));
        let status = kept.map_or(504, |kept| if is_kept_from { BLOCKED } else { kept.status });
        self.reads_kept(id, key, status, ctx);
        true
    }

    /// The answer is read from the cache.
    fn reads_kept<O: Observer>(
        &mut self,
        id: RequestId,
        key: Key,
        status: u16,
        ctx: &mut Ctx<'_, O>,
    ) {
        const READ: Purpose = Purpose::named("hit in a browser");
        let law = self.browsers.as_ref().and_then(|browsers| browsers.plan.hit.as_ref());
        let span = law
            .map_or(Span::ZERO, |law| Span::from_nanos_rounded(law.sample(&mut key.draws(READ))));
        let timer = ctx.start_timer(span, Token::Kept(id, status));
        ctx.core.requests[id.0].again = timer;
    }

    /// The answer has been read from the cache.
    pub(in super::super) fn has_read<O: Observer>(
        &mut self,
        id: RequestId,
        status: u16,
        ctx: &mut Ctx<'_, O>,
    ) {
        let now = ctx.core.now;
        let request = &mut ctx.core.requests[id.0];
        request.account.spend(Part::Service, now);
        request.again = TimerId::NONE;
        // The outcome lets the user go on; the request stays until that is done.
        request.live += 1;
        let answer = if status == BLOCKED {
            Answer::failed(Reason::CorsBlocked)
        } else {
            Answer::with_status(status)
        };
        self.outcome(id, answer, ctx);
        ctx.core.requests[id.0].live -= 1;
        ctx.end_if_over(id);
    }

    fn says_it_looked<O: Observer>(
        &self,
        request: RequestId,
        status: CacheStatus,
        bytes: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        let by = Place { node: self.plan.node, replica: 0 };
        ctx.observe(&Fact::Looked { by, request, status, bytes, below: false });
    }

    /// The number under which the answer to a request is stored.
    pub(super) fn name_of_answer<O: Observer>(
        &self,
        id: RequestId,
        question: Option<&Question>,
        http: Option<&Http>,
        ctx: &Ctx<'_, O>,
    ) -> u64 {
        let endpoint = ctx.core.requests[id.0].asked.endpoint;
        let vary = http.and_then(|http| http.vary.get(endpoint.index()));
        let variant = question.zip(vary).map_or(0, |(question, vary)| question.variant(vary, &[]));
        ctx.uri(id) ^ variant
    }

    /// Fetches anew what a request was given expired, beside it.
    fn refreshes<O: Observer>(&mut self, id: RequestId, ctx: &mut Ctx<'_, O>) {
        const BESIDE: Purpose = Purpose::named("refresh of a browser");
        let request = &ctx.core.requests[id.0];
        let (asked, row) = (request.asked, request.row);
        let is_somebody = request.session != SessionId::NONE || request.errand.is_forced();
        let key = Key(asked.key.bits(BESIDE));
        let traced = self.traced(row);
        let source = self.source(traced, is_somebody, asked.user, asked.key);
        let endpoint = asked.endpoint;
        let link = self.plan.routes[endpoint.index()].expect("every endpoint has a route");
        let class = ctx.fixed.endpoints[endpoint.index()].class.unwrap_or(self.plan.class);
        let account = ctx.open_account(id);
        let at = ctx.next_replica(id, link, endpoint);
        let root = Exchange {
            key,
            request: id,
            link,
            at,
            endpoint,
            class,
            account,
            ..Exchange::default()
        };
        let root = ctx.core.exchanges.insert(root, Cold { source, ..Cold::default() });
        ctx.made(root);
        ctx.core.requests[id.0].live += 1;
        self.asks_if_right(root, ctx);
        ctx.papers(root).sought = Task::Refresh;
        ctx.send(root);
    }

    /// An exchange leaves: if something expired is stored, it asks whether that is still right.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn asks_if_right<O: Observer>(
        &mut self,
        root: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let (id, endpoint) = (ctx.hot(root).request, ctx.hot(root).endpoint);
        let (http, question) = (ctx.fixed.http.as_deref(), ctx.question(root));
        let name = self.name_of_answer(id, question, http, ctx);
        let (Some(http), Some(owner)) = (http, self.owner(id, ctx)) else { return };
        let Some(browsers) = &mut self.browsers else { return };
        let is_looked_for = browsers.plan.endpoints.get(endpoint.index()).copied();
        let Some(question) = question.filter(|question| question.method.is_cacheable()) else {
            return;
        };
        let is_reloaded = question.control.no_cache;
        let is_thiefs = ctx.core.requests[id.0].errand.is_thiefs();
        if !is_looked_for.unwrap_or(false) || is_thiefs {
            return;
        }
        let kept = browsers.shelves.peek_mut(owner.0, name).copied().filter(|_| !is_reloaded);
        let status = if kept.is_some() { CacheStatus::Expired } else { CacheStatus::Miss };
        let kept = kept.filter(|kept| http.head(kept.head).is_some_and(Head::has_validator));
        let papers = ctx.papers(root);
        (papers.sought, papers.found) = (Task::Fetch, status);
        papers.condition = kept.map_or(HeadId::NONE, |kept| kept.head);
    }
}

impl Browsers {
    fn find<O: Observer>(
        &mut self,
        owner: Owner,
        name: u64,
        question: &Question,
        http: &Http,
        ctx: &Ctx<'_, O>,
    ) -> Found {
        let profile = ProfileName::Browser.profile();
        let kept = self.shelves.get(owner.0, name).copied();
        let kept = kept.filter(|_| !question.has_range);
        let keeping = kept.and_then(|kept| Some((kept, self.keeping(http, &kept)?)));
        let stored_only = question.control.only_if_cached;
        let Some((kept, keeping)) = keeping else {
            let miss = Found::Nothing(CacheStatus::Miss);
            return if stored_only { Found::Unanswerable } else { miss };
        };
        match reuse(profile, &keeping, question, ctx.wall()) {
            Reuse::Fresh => Found::Answer(CacheStatus::Hit, kept),
            Reuse::Accepted => Found::Answer(CacheStatus::Stale, kept),
            Reuse::Grace if kept.is_refreshed => Found::Answer(CacheStatus::Updating, kept),
            Reuse::Grace if profile.refreshes_beside => Found::Grace(kept),
            Reuse::Reloaded => Found::Nothing(CacheStatus::Miss),
            Reuse::Grace | Reuse::Expired if stored_only => Found::Unanswerable,
            Reuse::Grace | Reuse::Expired => Found::Nothing(CacheStatus::Expired),
        }
    }
}

fn is_replayed(demand: &super::Demand) -> bool {
    matches!(demand, super::Demand::Replayed(_))
}
