//! Visitors: each comes, looks at pages with pauses between them, and goes. Nothing is kept of a
//! visitor who is not there: what one does is a function of the number of the visit.

use rand_distr::Distribution;

use super::{Client, Demand};
use crate::fact::Observer;
use crate::id::SessionId;
use crate::net::{Ctx, Kind, Session};
use crate::people::VisitPlan;
use crate::rng::Purpose;
use crate::time::{Span, Time};

const THINK: Purpose = Purpose::named("think");

impl Client {
    /// Visitor after visitor who has arrived begins.
    pub(super) fn visitors_come<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let Demand::Visits(plan) = &self.plan.demand else { return };
        let plan = std::sync::Arc::clone(plan);
        for _ in 0..self.due {
            let first = self.comes(&plan, true, ctx);
            for _ in 1..plan.devices {
                let other = self.comes(&plan, false, ctx);
                ctx.owns_as_well(first, other);
            }
        }
    }

    /// A visitor comes, with one device, the first if the visitor `is_new`. Returns the place of
    /// who that is; none if nobody asks.
    fn comes<O: Observer>(&mut self, plan: &VisitPlan, is_new: bool, ctx: &mut Ctx<'_, O>) -> u32 {
        let user = self.ordinal;
        self.ordinal += 1;
        let key = self.group.with(user);
        let stage = plan.stage(key);
        let until = stage.stay.map_or(Time::NEVER, |stay| ctx.now() + stay);
        let client = self.plan.node;
        let session = Session { pages: stage.pages, until, ..Session::new(client, user, key) };
        let id = SessionId(ctx.core.sessions.insert(session));
        if ctx.fixed.auth.is_some() {
            self.gets_identity(id, is_new, ctx);
        }
        if self.browsers.is_some() {
            self.opens_browser(user);
        }
        ctx.schedule(Span::ZERO, Kind::Wake(id));
        ctx.core.sessions[id.0].person
    }

    /// How long a visitor thinks before the next page: at most until it is time to go.
    pub(super) fn pause_of_visit(plan: &VisitPlan, session: &Session, now: Time) -> Span {
        let key = session.key.with(session.ordinal);
        let span = Span::from_nanos_rounded(plan.think.sample(&mut key.draws(THINK)));
        if session.until == Time::NEVER {
            span
        } else if session.until <= now {
            Span::ZERO
        } else {
            span.min(session.until.since(now))
        }
    }

    /// Whether a visitor who wakes has seen enough: then the visit is over.
    pub(super) fn has_seen_enough<O: Observer>(id: SessionId, ctx: &Ctx<'_, O>) -> bool {
        let session = &ctx.core.sessions[id.0];
        session.pages == 0 || ctx.core.now >= session.until
    }

    /// A visitor goes, and nothing is kept.
    pub(super) fn goes<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        if self.browsers.is_some() {
            self.closes_browser(ctx.core.sessions[id.0].user);
        }
        if self.preflights.is_some() {
            self.forgets_preflights(ctx.core.sessions[id.0].user);
        }
        if ctx.core.sessions[id.0].person == u32::MAX {
            ctx.core.sessions.remove(id.0);
        } else {
            self.ends_visit(id, ctx);
        }
    }
}
