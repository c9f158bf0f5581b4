//! What a browser does with an answer: it keeps it, where it may.

use super::super::{Client, Demand};
use super::Kept;
use crate::fact::{CacheStatus, Fact, Observer, Place};
use crate::id::{ExchangeId, RequestId};
use crate::net::{Ctx, HeadId, Task};
use crate::outcome::Answer;

impl Client {
    /// The answer to an exchange of a client with browsers is there. Returns what its person sees;
    /// none if nobody waits for it.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn brings<O: Observer>(
        &mut self,
        child: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<Answer> {
        let id = ctx.hot(child).request;
        let task = ctx.papers(child).sought;
        if ctx.core.requests[id.0].errand.is_thiefs() {
            return Some(answer);
        }
        let (Some(owner), Some(question)) = (self.owner(id, ctx), ctx.question(child)) else {
            return Some(answer);
        };
        let http = ctx.fixed.http.as_deref();
        let name = self.name_of_answer(id, Some(question), http, ctx);
        if task == Task::None {
            let path = ctx.uri(id);
            if let Some(browsers) = &mut self.browsers
                && !question.method.is_safe()
                && answer.is_success()
            {
                // What was changed is no longer right (RFC 9111, section 4.4).
                browsers.shelves.remove(owner.0, name);
                browsers.shelves.remove(owner.0, path);
            }
            return Some(answer);
        }
        let Some(browsers) = &mut self.browsers else { return Some(answer) };
        let papers = *ctx.core.exchanges.papers(child);
        let bytes = ctx.core.exchanges.cold(child).bytes;
        let came = Kept {
            bytes,
            born: papers.born,
            stored: ctx.wall(),
            head: papers.head,
            status: answer.status,
            allowed: ctx.crossing_of(id).allowed,
            is_refreshed: false,
        };
        let known = browsers.shelves.peek_mut(owner.0, name);
        let is_right = answer.status == 304 && papers.condition != HeadId::NONE;
        let (seen, given) = match known {
            Some(known) if is_right => {
                let (status, bytes) = (known.status, known.bytes);
                *known = Kept { bytes, status, ..came };
                (Answer::with_status(status), bytes)
            }
            // It has been pushed out meanwhile, but who asked about it has it at hand.
            None if is_right => (Answer::OK, bytes),
            Some(known) if answer.failure.is_some() => {
                known.is_refreshed = false;
                (answer, 0)
            }
            Some(_) | None => (answer, 0),
        };
        let has_head = http.and_then(|http| http.head(papers.head));
        let is_whole = has_head.is_some_and(|head| head.status == answer.status);
        let stored = !is_right
            && answer.failure.is_none()
            && is_whole
            && http.is_some_and(|http| browsers.keeping(http, &came).is_some())
            && !question.has_range
            && !question.control.no_store
            && browsers.shelves.put(owner.0, name, ctx.kept_bytes(child, bytes), came);
        let (status, given) = match task {
            // The request that it came up in has been given what there was, before.
            Task::Refresh => (CacheStatus::Refreshed, 0),
            _ if is_right => (CacheStatus::Revalidated, given),
            Task::None | Task::Fetch | Task::Pass | Task::Unsafe => (papers.found, given),
        };
        let by = Place { node: self.plan.node, replica: 0 };
        let (request, renewed, lost, below) = (id, is_right, answer.lost().is_some(), false);
        let fetched =
            Fact::Fetched { by, request, bytes, given, stored, status, renewed, lost, below };
        // What comes for an attempt that was given up is kept, but is not what the look came to.
        if task == Task::Refresh || ctx.core.requests[id.0].waits_for(child) {
            ctx.observe(&fetched);
        }
        (task != Task::Refresh).then_some(seen)
    }

    /// A call was given up. Returns whether it was only to fetch beside a request.
    #[cold]
    pub(in super::super) fn was_beside<O: Observer>(
        &mut self,
        child: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if self.browsers.is_none() || ctx.papers(child).sought != Task::Refresh {
            return false;
        }
        let id = ctx.hot(child).request;
        let (http, question) = (ctx.fixed.http.as_deref(), ctx.question(child));
        let (name, owner) = (self.name_of_answer(id, question, http, ctx), self.owner(id, ctx));
        if let (Some(owner), Some(browsers)) = (owner, &mut self.browsers)
            && let Some(kept) = browsers.shelves.peek_mut(owner.0, name)
        {
            kept.is_refreshed = false;
        }
        true
    }

    /// A request has its outcome: who is known by a trace alone is not there any more.
    pub(in super::super) fn leaves_browser<O: Observer>(
        &mut self,
        id: RequestId,
        ctx: &Ctx<'_, O>,
    ) {
        if !matches!(self.plan.demand, Demand::Replayed(_)) {
            return;
        }
        let owner = self.owner(id, ctx);
        if let (Some(owner), Some(browsers)) = (owner, &mut self.browsers) {
            browsers.shelves.go(owner.0);
        }
    }
}
