//! What browsers do about requests of scripts to other origins: they ask before what is not
//! simple, remember the answers for a while, and keep from pages what they must not read.

use super::Client;
use crate::attack::Forgery;
use crate::auth::Errand;
use crate::fact::{Fact, Observer};
use crate::http::cors::Blocked;
use crate::id::{ExchangeId, RequestId, SessionId};
use crate::net::{Asking, Ctx, OriginId, PolicyId, PreflightEntry};
use crate::outcome::{Answer, Reason};
use crate::people::Browsed;

impl Client {
    /// How the script asks that makes a request; none if it is asked for otherwise, or of the
    /// page's own origin.
    fn asks_across<'a, O: Observer>(
        id: RequestId,
        ctx: &Ctx<'a, O>,
    ) -> Option<(&'a Asking, OriginId)> {
        let (endpoint, from) = (ctx.core.requests[id.0].asked.endpoint, ctx.crossing_of(id).from);
        let fixed = ctx.fixed;
        let plan = fixed.cross_origin.as_deref()?;
        let asking = plan.asking(from, endpoint)?;
        asking.is_cross.then_some((asking, from))
    }

    /// The entries of a preflight cache that a request needs. The browser is that of a user, of a
    /// session of a trace, or of whoever has the source address; a request that is nobody's has
    /// none that remembers anything.
    fn entries<'a, O: Observer>(
        &self,
        id: RequestId,
        (asking, from): (&'a Asking, OriginId),
        source: u64,
        ctx: &Ctx<'_, O>,
    ) -> Option<impl Iterator<Item = PreflightEntry> + 'a> {
        let request = &ctx.core.requests[id.0];
        let is_somebody = request.session != SessionId::NONE || request.errand.is_forced();
        let traced = self.traced(request.row).filter(|_| !is_somebody);
        let named = traced.and_then(|(trace, row)| trace.session_key(row));
        let has_address = traced.is_some_and(|(_, row)| row.client().is_some());
        if !is_somebody
            && named.is_none()
            && !has_address
            && self.plan.addresses == u64::from(u32::MAX)
        {
            return None;
        }
        let browser = if is_somebody { request.asked.user } else { named.unwrap_or(source) };
        let url = ctx.uri(id);
        let page = u32::from(from.0) << 1 | u32::from(asking.credentials);
        Some(asking.needed.iter().map(move |what| (browser, url, *what, page)))
    }

    /// Whether a request needs a preflight, and if so whether one is remembered that covers it.
    fn needs_preflight<O: Observer>(
        &self,
        id: RequestId,
        source: u64,
        ctx: &Ctx<'_, O>,
    ) -> Option<bool> {
        let across = Self::asks_across(id, ctx).filter(|(asking, _)| asking.is_asked_before())?;
        let entries = self.entries(id, across, source, ctx);
        Some(match (entries, &self.preflights) {
            (Some(entries), Some(cache)) => cache.covers(entries, ctx.now()),
            _ => false,
        })
    }

    /// Whether a browser may look for the answer to a request among what it keeps: a preflight that
    /// is due comes before (Fetch standard, HTTP fetch).
    pub(super) fn may_look<O: Observer>(
        &self,
        id: RequestId,
        source: u64,
        ctx: &Ctx<'_, O>,
    ) -> bool {
        self.preflights.is_none() || self.needs_preflight(id, source, ctx) != Some(false)
    }

    /// Whether the next attempt of a request has to be preceded by a preflight.
    #[cold]
    pub(super) fn asks_first<O: Observer>(
        &self,
        id: RequestId,
        source: u64,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let was_cleared = std::mem::take(&mut ctx.crossing(id).is_cleared);
        let needed = self.needs_preflight(id, source, ctx).filter(|_| !was_cleared);
        let Some(is_covered) = needed else { return false };
        let client = self.plan.node;
        ctx.observe(&Fact::Browser(Browsed::Asked { client, preflight: !is_covered }));
        !is_covered
    }

    /// Whether a page is kept from reading what its browser has stored of an answer that said this
    /// of other origins. It is stated.
    pub(super) fn is_kept_from<O: Observer>(
        &self,
        id: RequestId,
        policy: PolicyId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let across = self.preflights.as_ref().and_then(|_| Self::asks_across(id, ctx));
        let verdict = across.map(|(asking, _)| asking.verdicts(policy).answer);
        if let Some(Err(why)) = verdict {
            let client = self.plan.node;
            ctx.observe(&Fact::Browser(Browsed::Blocked { client, why, sent: true }));
        }
        verdict.is_some_and(|verdict| verdict.is_err())
    }

    /// What a page gets to see of the answer to its request. None if that was a preflight which
    /// allows it: the request itself leaves now.
    #[cold]
    pub(super) fn reads<O: Observer>(
        &mut self,
        child: ExchangeId,
        id: RequestId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<Answer> {
        // What failed for want of an answer, or of room for it, says nothing of other origins, and
        // keeps its reason: a page cannot tell, results can.
        let has_answer = answer.failure.is_none_or(|reason| reason == Reason::Status);
        let Some(across) = Self::asks_across(id, ctx).filter(|_| has_answer) else {
            return Some(answer);
        };
        let policy = ctx.crossing_of(id).allowed;
        let verdicts = across.0.verdicts(policy);
        let sent = !ctx.hot(child).is_preflight;
        let checked = match verdicts.answer {
            Ok(()) if !sent && !(200..=299).contains(&answer.status) => Err(Blocked::Status),
            Ok(()) if !sent => verdicts.preflight,
            checked => checked,
        };
        if let Err(why) = checked {
            let client = self.plan.node;
            ctx.observe(&Fact::Browser(Browsed::Blocked { client, why, sent }));
            if !sent && ctx.core.requests[id.0].errand == Errand::Forged {
                let (outcome, by_script) = (Forgery::Preflight, false);
                ctx.observe(&Fact::Browser(Browsed::Forged { client, outcome, by_script }));
            }
            return Some(Answer::failed(Reason::CorsBlocked));
        }
        if sent {
            return Some(answer);
        }
        let source = ctx.cold(child).source;
        let fixed = ctx.fixed;
        let policies = fixed.cross_origin.as_deref().map(|plan| plan.policies.as_slice());
        let plan = policies.and_then(|policies| policies.get(usize::from(policy.0)));
        let (entries, now) = (self.entries(id, across, source, ctx), ctx.now());
        if let (Some(entries), Some(cache)) = (entries, &mut self.preflights) {
            cache.remember(entries, plan.and_then(|it| it.max_age), now);
        }
        ctx.crossing(id).is_cleared = true;
        if self.browsers.is_none() || !self.has_it(id, ctx) {
            self.attempts(id, ctx);
        }
        None
    }

    /// Somebody closes the browser.
    pub(super) fn forgets_preflights(&mut self, user: u64) {
        if let Some(cache) = &mut self.preflights {
            cache.forget((user, 0, 0, 0)..=(user, u64::MAX, u32::MAX, u32::MAX));
        }
    }
}
