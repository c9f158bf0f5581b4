//! What an origin says: which of an endpoint's answers, and whether its caller has that already.

use super::Host;
use crate::fact::Observer;
use crate::id::ExchangeId;
use crate::net::{Ctx, HEAD_BYTES, HeadId, Http};
use crate::outcome::{Answer, Reason};

impl Host {
    /// The answer of an exchange that has come to its end, with its head.
    #[cold]
    #[inline(never)]
    pub(super) fn says<O: Observer>(
        &mut self,
        id: ExchangeId,
        http: &Http,
        ctx: &mut Ctx<'_, O>,
    ) -> Answer {
        let endpoint = ctx.core.exchanges.hot(id).endpoint;
        let replies = &http.replies[endpoint.index()];
        let number = if replies.len() > 1 { self.number(id, ctx) } else { 1 };
        let reply = replies.iter().rfind(|reply| reply.from <= number);
        let Some(reply) = reply.or_else(|| replies.first()) else { return Answer::OK };
        if reply.closed {
            ctx.cold(id).bytes = 0;
            return Answer::failed(Reason::Reset);
        }
        let wall = ctx.wall();
        let papers = ctx.papers(id);
        papers.head = reply.head;
        let condition = papers.condition;
        let Some(head) = http.head(reply.head) else { return Answer::OK };
        ctx.papers(id).born = wall.plus_seconds(-i64::from(head.age));
        let is_known = http.head(condition).is_some_and(|known| head.is_same_as(known))
            || !ctx.papers(id).is_rewritten
                && ctx.question(id).is_some_and(|question| question.knows(head, false));
        if head.status == 200 && is_known {
            ctx.cold(id).bytes = HEAD_BYTES;
            return Answer::with_status(304);
        }
        Answer::with_status(head.status)
    }

    /// The work of an exchange fails with a status. That is all that its answer says, where anybody
    /// reads headers: a cache may keep it for as long as it is told to keep such.
    #[cold]
    pub(super) fn fails<O: Observer>(&mut self, id: ExchangeId, status: u16, ctx: &mut Ctx<'_, O>) {
        if ctx.core.exchanges.has_papers() {
            let head = ctx.fixed.http.as_ref().map(|http| http.failure(status));
            let born = ctx.wall();
            let papers = ctx.papers(id);
            (papers.head, papers.born) = (head.unwrap_or(HeadId::NONE), born);
        }
        self.fail_with(id, Answer::with_status(status), ctx);
    }

    /// Which answer for its path this is, from 1.
    fn number<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> u32 {
        let path = ctx.path_of(id);
        let count = self.answered.entry(path).or_default();
        *count = count.saturating_add(1);
        *count
    }
}
