//! Further attempts of a client at a request that failed.

use super::Client;
use crate::fact::Observer;
use crate::id::{ExchangeId, RequestId, SessionId};
use crate::net::{Ctx, Part, TimerId, Token};
use crate::outcome::Answer;
use crate::resilience::Outcome;
use crate::rng::{Key, Purpose};
use crate::time::Span;

const ATTEMPT: Purpose = Purpose::named("attempt");

impl Client {
    /// Whether a request whose attempt has ended so is tried again; it is, after a pause.
    #[cold]
    pub(super) fn tries_again<O: Observer>(
        &mut self,
        id: RequestId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(retry) = &mut self.retry else { return false };
        let now = ctx.core.now;
        let is_idempotent = ctx.is_idempotent(id, ctx.core.requests[id.0].asked.endpoint);
        let request = &mut ctx.core.requests[id.0];
        let outcome = Outcome::of(answer);
        let (made, key) = (u32::from(request.attempts), request.asked.key);
        // A pause may depend on the one before, and is a function of the key as that is.
        let last =
            (1..made).fold(Span::ZERO, |last, retry_number| retry.pause(retry_number, last, key));
        let pause = retry.decide(made, outcome, is_idempotent, last, key, now);
        let Some(pause) = pause else { return false };
        request.root = ExchangeId::NONE;
        let timer = ctx.start_timer(pause, Token::Again(id));
        ctx.core.requests[id.0].again = timer;
        true
    }

    /// The pause before another attempt is over.
    pub(super) fn again<O: Observer>(&mut self, id: RequestId, ctx: &mut Ctx<'_, O>) {
        let now = ctx.core.now;
        let request = &mut ctx.core.requests[id.0];
        request.account.spend(Part::Backoff, now);
        request.attempts += 1;
        request.again = TimerId::NONE;
        self.attempts(id, ctx);
    }

    /// The present attempt of a request leaves.
    pub(super) fn attempts<O: Observer>(&mut self, id: RequestId, ctx: &mut Ctx<'_, O>) {
        let shows = ctx.holds(ctx.core.requests[id.0].person);
        ctx.core.requests[id.0].shows = shows;
        let request = &ctx.core.requests[id.0];
        let (key, attempt) = (request.asked.key, u64::from(request.attempts));
        let (endpoint, user) = (request.asked.endpoint, request.asked.user);
        let row = request.row;
        let is_somebody = request.session != SessionId::NONE || request.errand.is_forced();
        let traced = self.traced(row);
        let source = self.source(traced, is_somebody, user, key);
        let class = ctx.fixed.endpoints[endpoint.index()].class.unwrap_or(self.plan.class);
        // What each attempt costs, and whether it fails, is its own; who asks for what is not.
        let again = || Key(key.bits(ATTEMPT)).with(attempt);
        let key = if attempt == 1 { key } else { again() };
        self.attempt(id, key, source, class, ctx);
    }

    /// A client that gives up during the pause makes no further attempt.
    pub(super) fn gives_up_in_pause<O: Observer>(id: RequestId, ctx: &mut Ctx<'_, O>) -> bool {
        let now = ctx.core.now;
        let request = &mut ctx.core.requests[id.0];
        if request.root != ExchangeId::NONE {
            return false;
        }
        request.account.spend(Part::Backoff, now);
        let timer = std::mem::replace(&mut request.again, TimerId::NONE);
        ctx.cancel_timer(timer);
        true
    }
}
