//! What a cache does with an answer that comes back.

use super::{Caches, StaleOn, Stored};
use crate::fact::{CacheStatus, Fact, Observer};
use crate::http::{Head, Keeping, Question, Storing, Vary, Wall, storing};
use crate::id::ExchangeId;
use crate::net::{Ctx, HEAD_BYTES, HeadId, Http, Task};
use crate::outcome::{Answer, Reason};
use crate::rng::{Purpose, mix, open_unit};

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It goes on to who asked.
    Delivered,
    /// It was for the cache alone.
    Ended,
    /// The same is to be asked again.
    Again,
}

/// What came for an exchange that was handed on.
#[derive(Debug, Clone, Copy, Default)]
struct Brought {
    /// Bytes that came.
    bytes: u64,
    /// Bytes that the cache gave of its own instead.
    given: u64,
    /// Whether the answer is stored.
    stored: bool,
    /// Whether it says that what is stored is still right.
    renewed: bool,
    /// Whether there is none.
    lost: bool,
}

/// What an answer says of what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Renewed {
    /// It is still right.
    Yes,
    /// The same, but it has gone while the origin was asked.
    Gone,
    /// Something else.
    No,
}

impl Caches {
    /// The answer of `child` for `parent` is there: keeps it where it may, and makes of it what
    /// `parent` is told.
    pub(crate) fn keep<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Verdict {
        // What a proxy asks for itself, such as who somebody is, is no answer to what was asked.
        let is_same =
            ctx.core.exchanges.hot(child).endpoint == ctx.core.exchanges.hot(parent).endpoint;
        let is_awaited = is_same && ctx.is_awaited(child, parent);
        let task = if is_awaited { ctx.papers(parent).task } else { Task::None };
        if task == Task::None {
            return Verdict::Delivered;
        }
        let (Some(http), Some(question)) = (ctx.fixed.http.as_deref(), ctx.question(parent)) else {
            return Verdict::Delivered;
        };
        let key = ctx.papers(parent).key;
        match task {
            Task::Unsafe => self.invalidate(child, parent, key, ctx),
            Task::Pass => Self::told(child, parent, false, ctx),
            Task::Fetch | Task::Refresh => {
                if self.tries_again(child, parent, ctx) {
                    return Verdict::Again;
                }
                match self.renews(child, parent, key, ctx) {
                    Renewed::Yes => {}
                    Renewed::Gone => return Verdict::Again,
                    Renewed::No if self.covers(child, parent, key, ctx) => {}
                    Renewed::No => self.takes(child, parent, key, (http, question), ctx),
                }
            }
            Task::None => {}
        }
        if task == Task::Refresh { Verdict::Ended } else { Verdict::Delivered }
    }

    /// A call for `leader` took longer than the proxy waits, and has been given up for this reason.
    /// Returns whether `leader` has an expired answer instead.
    pub(crate) fn gave_up<O: Observer>(
        &mut self,
        leader: ExchangeId,
        reason: Reason,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let papers = ctx.papers(leader);
        let (key, fetches) = (papers.key, papers.task == Task::Fetch);
        let answer = Answer::failed(reason);
        if fetches && self.is_covered(leader, leader, key, answer, ctx) {
            return true;
        }
        let replica = ctx.hot(leader).at.replica;
        self.replica(replica).flights.end(leader, false, ctx);
        false
    }

    /// An exchange has waited for what another one fetches for as long as it does.
    pub(crate) fn waited<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let replica = ctx.hot(id).at.replica;
        self.replica(replica).flights.gives_up(id, ctx);
    }

    /// An exchange is no longer wanted: it waits for nothing, and nobody waits for it.
    pub(crate) fn forget<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let replica = ctx.hot(id).at.replica;
        self.replica(replica).flights.forget(id, ctx);
        self.replica(replica).flights.end(id, false, ctx);
    }

    /// What was changed is no longer right (RFC 9111, section 4.4): what is stored of it goes, and
    /// where answers depend on headers, all of them that are older.
    fn invalidate<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.plan.profile.invalidates && ctx.cold(child).answer.is_success() {
            let (path, now) = (ctx.path_of(parent), ctx.now());
            let (replica, endpoint) = (ctx.hot(parent).at.replica, ctx.hot(parent).endpoint);
            let replica = self.replica(replica);
            replica.store.remove(key);
            replica.store.remove(path);
            let http = ctx.fixed.http.as_deref();
            let vary = http.and_then(|http| http.vary.get(endpoint.index()));
            if vary.is_some_and(|vary| *vary != Vary::Nothing) {
                replica.changed.put(path, 1, now);
            }
        }
    }

    /// Whether the same is asked again, because a connection that was kept had been closed.
    fn tries_again<O: Observer>(
        &self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let is_broken = ctx.cold(child).answer.lost() == Some(Reason::Reset);
        if !is_broken || !self.plan.profile.tries_again || !ctx.was_kept(child) {
            return false;
        }
        !std::mem::replace(&mut ctx.papers(parent).is_again, true)
    }

    /// What is stored is still right, as the origin says: it is fresh again, and given.
    fn renews<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        ctx: &mut Ctx<'_, O>,
    ) -> Renewed {
        let is_right =
            ctx.cold(child).answer.status == 304 && ctx.papers(parent).asks != HeadId::NONE;
        let (Some(head), Some(question)) = (ctx.head_of(child), ctx.question(parent)) else {
            return Renewed::No;
        };
        if !is_right {
            return Renewed::No;
        }
        let head_id = ctx.papers(child).head;
        let born = ctx.papers(child).born;
        let decision = self.decides(key, question, head, born, ctx);
        let (replica, now) = (ctx.hot(parent).at.replica, ctx.now());
        let Some(stored) = self.replica(replica).store.peek_mut(key) else {
            ctx.papers(parent).asks = HeadId::NONE;
            return Renewed::Gone;
        };
        stored.at = now;
        if let Storing::Stored(keeping) = decision {
            (stored.keeping, stored.born, stored.head) = (keeping, born, head_id);
        }
        self.set_status(parent, CacheStatus::Revalidated, ctx);
        let bytes = ctx.cold(child).bytes;
        self.gives_stale((child, parent), key, |_| true, ctx);
        let given = ctx.cold(child).bytes;
        let brought = Brought { bytes, given, stored: true, renewed: true, lost: false };
        Self::tell_fetched(parent, brought, ctx);
        self.replica(replica).flights.end(parent, false, ctx);
        Renewed::Yes
    }

    /// An answer that did not come, or is an error, is covered up by one that has expired, where
    /// the cache may do that. One that did not come is an error of the proxy otherwise.
    fn covers<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let answer = ctx.cold(child).answer;
        if self.is_covered(child, parent, key, answer, ctx) {
            return true;
        }
        let reason = answer.lost();
        if let Some(reason) = reason {
            self.is_unreachable(child, parent, key, reason, ctx);
        }
        reason.is_some()
    }

    /// Puts an expired answer into `child`, for `parent`, in the place of `answer`, where the cache
    /// may do that.
    fn is_covered<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let status = answer.status;
        if answer.is_success() {
            return false;
        }
        // What was stored meanwhile by somebody else's fetch does not answer who had found nothing.
        let status_of_look = ctx.papers(parent).status;
        if !matches!(status_of_look, CacheStatus::Expired | CacheStatus::Refreshed) {
            return false;
        }
        let profile = self.plan.profile;
        let (wall, is_lost) = (ctx.wall(), answer.lost().is_some());
        let is_late = matches!(answer.lost(), Some(Reason::ConnectTimeout | Reason::ReadTimeout));
        let is_set_up = self.plan.stale_on.iter().any(|on| match on {
            StaleOn::Error => is_lost && !is_late,
            StaleOn::Timeout => is_late,
            StaleOn::Updating => false,
            StaleOn::Http403
            | StaleOn::Http404
            | StaleOn::Http429
            | StaleOn::Http500
            | StaleOn::Http502
            | StaleOn::Http503
            | StaleOn::Http504 => !is_lost && on.status() == Some(status),
        });
        let is_said = if is_lost {
            profile.stale_if_unreachable
        } else {
            profile.stale_if_failed && matches!(status, 500 | 502 | 503 | 504)
        };
        let allows = |stored: &Stored| {
            let in_time = stored.keeping.staleness(wall) < stored.keeping.on_error;
            // RFC 9111, section 4.2.4: what has to be asked about is not given for want of better,
            // whatever allows others (RFC 5861, section 4, lets it aside how fresh they are).
            let must_ask = stored.keeping.must_revalidate || stored.keeping.always_asks;
            !must_ask && (is_set_up || (is_said && in_time))
        };
        if !self.gives_stale((child, parent), key, allows, ctx) {
            return false;
        }
        self.set_status(parent, CacheStatus::Stale, ctx);
        let given = ctx.cold(child).bytes;
        let brought = Brought { given, lost: is_lost, ..Brought::default() };
        Self::tell_fetched(parent, brought, ctx);
        let replica = ctx.hot(parent).at.replica;
        self.replica(replica).flights.end(parent, false, ctx);
        true
    }

    /// No answer came, and nothing is given in its place.
    fn is_unreachable<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        reason: Reason,
        ctx: &mut Ctx<'_, O>,
    ) {
        let replica = ctx.hot(parent).at.replica;
        let stored = self.replica(replica).store.peek_mut(key);
        // RFC 9111, section 5.2.2.2: what must be asked about is answered with 504 if that fails.
        let must_ask = stored.is_some_and(|stored| stored.keeping.must_revalidate);
        let usual =
            if reason.status() == 0 { self.plan.profile.unreachable } else { reason.status() };
        let status = if must_ask { 504 } else { usual };
        ctx.cold(child).answer = Answer::refusing(status, reason);
        let bytes = ctx.cold(child).bytes;
        Self::tell_fetched(parent, Brought { bytes, lost: true, ..Brought::default() }, ctx);
        self.replica(replica).flights.end(parent, false, ctx);
    }

    /// An answer is stored, where it may be, and given.
    fn takes<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        key: u64,
        (http, question): (&Http, &Question),
        ctx: &mut Ctx<'_, O>,
    ) {
        let (answer, bytes) = (ctx.cold(child).answer, ctx.cold(child).bytes);
        let status = answer.status;
        let bytes = if answer.is_success() { ctx.kept_bytes(child, bytes) } else { bytes };
        let papers = ctx.papers(child);
        let (head_id, born) = (papers.head, papers.born);
        let (wall, replica) = (ctx.wall(), ctx.hot(parent).at.replica);
        let head = http.head(head_id).filter(|head| head.status == status);
        let decision = match head {
            Some(head) => self.decides(key, question, head, born, ctx),
            None => Storing::Refused,
        };
        let is_late = ctx.papers(parent).is_alone && ctx.papers(parent).has_waited;
        let stored = Stored {
            bytes,
            head: head_id,
            status,
            passes: false,
            born,
            keeping: Keeping::default(),
            at: ctx.now(),
            used: ctx.now(),
        };
        let is_stored = match decision {
            Storing::Stored(_) if is_late && self.plan.lock.flatten().is_some() => false,
            Storing::Stored(keeping) => self.put(replica, key, Stored { keeping, ..stored }),
            Storing::Passes(span) => {
                let nanos = i64::try_from(span.0).unwrap_or(i64::MAX);
                let keeping = Keeping { since: wall, fresh: nanos, ..Keeping::default() };
                self.set_status(parent, CacheStatus::Pass, ctx);
                self.put(replica, key, Stored { bytes: 1, passes: true, keeping, ..stored });
                false
            }
            Storing::Refused => false,
        };
        Self::told(child, parent, is_stored, ctx);
        let is_known = |head: &Head| self.is_known(parent, head, http, question, ctx);
        if status == 200 && head.is_some_and(is_known) {
            let cold = ctx.cold(child);
            (cold.answer, cold.bytes) = (Answer::with_status(304), HEAD_BYTES);
        }
        self.replica(replica).flights.end(parent, !is_stored, ctx);
    }

    /// Stores something, if it was asked for often enough.
    fn put(&mut self, replica: u16, key: u64, stored: Stored) -> bool {
        let least = self.plan.min_uses;
        let Some(it) = self.replicas.get_mut(usize::from(replica)) else { return false };
        let is_known = least < 2 || it.asked.peek_mut(key).is_some_and(|count| *count >= least);
        is_known && it.store.put(key, stored.bytes, stored)
    }

    /// What becomes of an answer with this head that was made at `born`.
    fn decides<O: Observer>(
        &self,
        key: u64,
        question: &Question,
        head: &Head,
        born: Wall,
        ctx: &Ctx<'_, O>,
    ) -> Storing {
        let times = (born, ctx.wall());
        match storing(self.plan.profile, &self.plan.rules, question, head, times) {
            Storing::Stored(keeping) => Storing::Stored(self.jittered(key, keeping, ctx)),
            other @ (Storing::Passes(_) | Storing::Refused) => other,
        }
    }

    /// The same with a lifetime that is shorter by chance, where the scenario wants that.
    fn jittered<O: Observer>(&self, key: u64, keeping: Keeping, ctx: &Ctx<'_, O>) -> Keeping {
        const JITTER: Purpose = Purpose::named("ttl jitter");
        if self.plan.ttl_jitter <= 0.0 {
            return keeping;
        }
        let unit = open_unit(self.root.with(mix(key) ^ ctx.now().0).bits(JITTER));
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share of a lifetime"
        )]
        let less = (keeping.fresh as f64 * self.plan.ttl_jitter * unit) as i64;
        Keeping { fresh: keeping.fresh - less, ..keeping }
    }

    /// What a cache did is known better now; what it fetched for itself remains that.
    fn set_status<O: Observer>(&self, id: ExchangeId, status: CacheStatus, ctx: &mut Ctx<'_, O>) {
        let papers = ctx.papers(id);
        if papers.task != Task::Refresh {
            papers.status = status;
        }
    }

    /// States that an answer came, which is given as it is.
    fn told<O: Observer>(
        child: ExchangeId,
        parent: ExchangeId,
        stored: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        let bytes = ctx.cold(child).bytes;
        Self::tell_fetched(parent, Brought { bytes, stored, ..Brought::default() }, ctx);
    }

    /// States what came for an exchange, and what the cache gave of its own.
    fn tell_fetched<O: Observer>(id: ExchangeId, brought: Brought, ctx: &mut Ctx<'_, O>) {
        let Brought { bytes, given, stored, renewed, lost } = brought;
        let papers = ctx.papers(id);
        // Who asked beside has been given nothing: the request that it came up in was, before.
        let given = if papers.task == Task::Refresh { 0 } else { given };
        let status = papers.status;
        let exchange = ctx.core.exchanges.hot(id);
        let (by, request, below) = (exchange.at, exchange.request, exchange.below);
        ctx.observe(&Fact::Fetched {
            by,
            request,
            bytes,
            given,
            stored,
            status,
            renewed,
            lost,
            below,
        });
    }
}
