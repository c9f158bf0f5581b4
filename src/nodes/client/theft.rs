//! Thieves: a credential is copied, used beside its owner, and ends with what it names.
//!
//! A thief who has what renews a token uses it when the token no longer works, as late as possible:
//! a used refresh token is what gives a theft away. Who asks for pages renews with the next one;
//! who asks for nothing does so at the moment the token ends.

use rand_distr::Distribution;

use super::Client;
use crate::auth::{AuthPlan, Credential, Deed, Errand, Loot, Robber, Said, Scheme, Thief};
use crate::fact::{Fact, Observer};
use crate::id::{RequestId, SessionId};
use crate::net::{Ctx, Robbed};
use crate::outcome::Answer;
use crate::rng::{Purpose, open_unit};
use crate::time::{Span, Time};

const STOLEN: Purpose = Purpose::named("theft");
const FIXED: Purpose = Purpose::named("fixation of a session");
const STOLEN_AFTER: Purpose = Purpose::named("time of a theft");
const DISCOVERED: Purpose = Purpose::named("discovery of a theft");
const USE: Purpose = Purpose::named("use of a stolen credential");
const PAUSE: Purpose = Purpose::named("pause of a thief");

/// How long a thief waits before a renewal that had no answer is tried again.
const AGAIN: Span = Span::from_secs(1);

impl Client {
    /// Somebody was let in: perhaps what they got will be stolen.
    pub(super) fn may_be_stolen<O: Observer>(
        place: u32,
        held: Credential,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) {
        let Some(theft) = &plan.theft else { return };
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        let (key, errands) = (person.key, u64::from(person.errands));
        if !person.is_unrobbed(Robber::Plain) || Self::was_fixed(place, held, plan, ctx) {
            return;
        }
        let person = &mut ctx.core.people[place];
        if !theft.probability.happens(key.bits(STOLEN.part(errands))) {
            return;
        }
        let purpose = STOLEN_AFTER.part(errands);
        let life = held.expires.since(held.issued).0;
        #[allow(clippy::cast_precision_loss, reason = "a life is far below 2^53 ns")]
        let after = match &theft.after {
            Some(law) => law.sample(&mut key.draws(purpose)),
            None => open_unit(key.bits(purpose)) * life as f64,
        };
        let since = (held.issued + Span::from_nanos_rounded(after)).max(now);
        person.thieves[Robber::Plain as usize] = Some(Thief::new(held, since, errands));
        ctx.will((place, Robber::Plain), Deed::Steals, since);
    }

    /// Whether an attacker knows the name of a new session, since it is the one that the victim
    /// came with: what that lets do begins with the log-in.
    fn was_fixed<O: Observer>(
        place: u32,
        held: Credential,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(theft) = &plan.theft else { return false };
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        let (client, errands) = (person.client, u64::from(person.errands));
        if !theft.fixation.happens(person.key.bits(FIXED.part(errands))) {
            return false;
        }
        // Who gets a token at the log-in has shown nothing before that could be kept.
        let keeps = plan.scheme == Scheme::Session && !plan.sessions.renews_name;
        if keeps {
            person.thieves[Robber::Plain as usize] = Some(Thief::new(held, now, errands));
            ctx.will((place, Robber::Plain), Deed::Steals, now);
        }
        ctx.observe(&Fact::Identity(Said::Fixed { client, keeps }));
        keeps
    }

    /// A theft comes to its next deed.
    pub(super) fn theft<O: Observer>(&mut self, who: Robbed, deed: Deed, ctx: &mut Ctx<'_, O>) {
        let fixed = ctx.fixed;
        let (place, whose) = who;
        let person = &mut ctx.core.people[place];
        person.deeds[whose as usize] -= 1;
        if let (Some(plan), Some(_)) = (fixed.auth.as_deref(), person.thief(whose)) {
            match deed {
                Deed::Steals => self.steals(who, plan, ctx),
                Deed::Asks => self.thief_asks(who, plan, ctx),
                Deed::IsNoticed => Self::is_noticed(who, plan, ctx),
                Deed::Ends => self.may_end(who, plan, ctx),
            }
        }
        ctx.forget_if_gone(place);
    }

    fn steals<O: Observer>(&mut self, who: Robbed, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let (now, client) = (ctx.now(), self.plan.node);
        let (place, whose) = who;
        let theft = plan.theft.as_ref();
        let person = &mut ctx.core.people[place];
        let Some(mut thief) = person.thief(whose).copied() else { return };
        if theft.is_some_and(|theft| theft.after.is_some()) {
            let Some(held) = person.held else {
                // Whoever has logged out has nothing left to steal.
                person.thieves[whose as usize] = None;
                return;
            };
            thief.credential = held;
        }
        let takes_all = theft.is_some_and(|theft| theft.what == Loot::Refresh);
        thief.renews = takes_all && plan.tokens.renewal.is_some();
        thief.until = ctx.loot_works_until(place, plan, &thief.credential).max(now);
        let at_any_moment = theft.is_some_and(|theft| theft.after.is_none());
        if whose == Robber::Plain && at_any_moment && thief.until <= now {
            // Its life has ended before the longest that it could have lasted, of which the moment
            // was drawn: the moment is none of its life.
            ctx.core.people[place].thieves[whose as usize] = None;
            return;
        }
        let person = &mut ctx.core.people[place];
        person.thieves[whose as usize] = Some(thief);
        let (key, purpose) = (person.key, DISCOVERED.part(thief.theft));
        ctx.observe(&Fact::Identity(Said::Stolen(client)));
        if let Some(law) = theft.and_then(|theft| theft.discovered.as_ref()) {
            let span = Span::from_nanos_rounded(law.sample(&mut key.draws(purpose)));
            ctx.will(who, Deed::IsNoticed, now + span);
        }
        if theft.is_some_and(|theft| theft.uses.is_some()) {
            ctx.will(who, Deed::Asks, now);
        }
        ctx.will(who, Deed::Ends, thief.until);
    }

    /// The thief asks for a page, or first renews what shows who asks, and will do so again.
    fn thief_asks<O: Observer>(&mut self, who: Robbed, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let (place, whose) = who;
        let uses = plan.theft.as_ref().and_then(|theft| theft.uses.as_ref());
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        let Some(thief) = &mut person.thieves[whose as usize] else { return };
        let is_over = now >= thief.until;
        let Some(law) = uses.filter(|_| ctx.core.issuing) else {
            if is_over && !thief.is_renewing {
                self.is_exposed_no_more(who, ctx);
            }
            return;
        };
        if is_over && thief.renews && plan.refresh.is_some() {
            thief.waits = true;
            return self.thief_renews(who, plan, ctx);
        }
        thief.requests += 1;
        let n = u64::from(thief.requests);
        let key = person.key.with(USE.part(thief.theft).part(n).bits());
        let purpose = PAUSE.part(thief.theft).part(n);
        let pause = Span::from_nanos_rounded(law.sample(&mut person.key.draws(purpose)));
        let wanted = (self.pick_endpoint(key), Errand::of(whose, false));
        self.issue((SessionId::NONE, place, 0, n), key, u32::MAX, wanted, ctx);
        // Nobody asks twice at one moment.
        ctx.will(who, Deed::Asks, now + pause.max(Span(1)));
    }

    /// The address from which a thief asks: one for all that comes of a theft.
    #[cold]
    pub(super) fn thiefs_address<O: Observer>(
        &self,
        place: u32,
        errand: Errand,
        ctx: &Ctx<'_, O>,
    ) -> u64 {
        let person = &ctx.core.people[place];
        let thief = errand.robs().and_then(|whose| person.thief(whose));
        let theft = thief.map_or(0, |thief| thief.theft);
        self.address(false, 0, person.key.with(USE.part(theft).bits()))
    }

    /// The theft is discovered: whatever the scheme can take back is taken back.
    fn is_noticed<O: Observer>((place, whose): Robbed, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        if let Some(thief) = &mut person.thieves[whose as usize] {
            thief.noticed = Some(now);
        }
        ctx.revoke(plan, place, now);
        ctx.looks_at_loot(place, plan);
    }

    /// What a thief has no longer works, unless its owner has kept it alive or it can be renewed.
    fn may_end<O: Observer>(&mut self, who: Robbed, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let now = ctx.now();
        let (place, whose) = who;
        let thief = ctx.core.people[place].thief(whose).copied();
        let is_due = |thief: &Thief| now >= thief.until && !thief.is_renewing && !thief.is_over;
        let Some(thief) = thief.filter(is_due) else {
            return;
        };
        let until = ctx.loot_works_until(place, plan, &thief.credential);
        let person = &mut ctx.core.people[place];
        if until > now {
            person.thieves[whose as usize] = Some(Thief { until, ..thief });
            return ctx.will(who, Deed::Ends, until);
        }
        if !(thief.renews && plan.refresh.is_some() && ctx.core.issuing) {
            return self.is_exposed_no_more(who, ctx);
        }
        if plan.theft.as_ref().is_none_or(|theft| theft.uses.is_none()) {
            return self.thief_renews(who, plan, ctx);
        }
        // Who asks for pages finds out with the next one. If nothing can be renewed by then, what
        // was stolen works no longer, but is presented all the same.
        let person = &ctx.core.people[place];
        let losses = person.record.map_or(0, |record| ctx.losses(plan, person, record.home));
        if !person.would_renew(plan, whose, losses, now) {
            self.tells_exposure(thief, ctx);
            let over = Thief { is_over: true, ..thief };
            ctx.core.people[place].thieves[whose as usize] = Some(over);
        }
    }

    /// The thief presents the refresh token, unless that is being done.
    fn thief_renews<O: Observer>(&mut self, who: Robbed, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let (place, whose) = who;
        let person = &mut ctx.core.people[place];
        let (Some(endpoint), Some(thief)) = (plan.refresh, &mut person.thieves[whose as usize])
        else {
            return;
        };
        if std::mem::replace(&mut thief.is_renewing, true) {
            return;
        }
        thief.requests += 1;
        let n = u64::from(thief.requests);
        let key = person.key.with(USE.part(thief.theft).part(n).bits());
        let wanted = (endpoint, Errand::of(whose, true));
        self.issue((SessionId::NONE, place, 0, n), key, u32::MAX, wanted, ctx);
    }

    /// A thief's request has its outcome.
    #[cold]
    pub(super) fn thief_goes_on<O: Observer>(
        &mut self,
        request: RequestId,
        whose: Robber,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) {
        let (now, fixed) = (ctx.now(), ctx.fixed);
        let (place, errand) = {
            let request = &ctx.core.requests[request.0];
            (request.person, request.errand)
        };
        let who = (place, whose);
        let thief = ctx.core.people[place].thief(whose).copied();
        let (Some(plan), Some(mut thief)) = (fixed.auth.as_deref(), thief) else { return };
        if errand == Errand::of(whose, false) {
            let is_of_this = ctx.core.requests[request.0].asked.started >= thief.since;
            let ends = answer.status == 401 && thief.until > now && is_of_this;
            if !ends || ctx.works_elsewhere(who, plan) {
                return;
            }
            ctx.core.people[place].thieves[whose as usize] = Some(Thief { until: now, ..thief });
            // What knows of no loss would let what is lost live on: only a renewal can do that.
            if thief.renews && plan.refresh.is_some() && ctx.core.issuing {
                return self.thief_renews(who, plan, ctx);
            }
            return self.is_exposed_no_more(who, ctx);
        }
        thief.is_renewing = false;
        // By a timer whose moment is that of its outcome, or later: nobody asks twice at one.
        let goes_on = std::mem::take(&mut thief.waits);
        if answer.is_success() {
            thief.until = ctx.loot_works_until(place, plan, &thief.credential).max(now);
            ctx.core.people[place].thieves[whose as usize] = Some(thief);
            ctx.will(who, Deed::Ends, thief.until);
            if goes_on {
                ctx.will(who, Deed::Asks, now);
            }
        } else if answer.status == 401 {
            let worthless = Thief { renews: false, ..thief };
            ctx.core.people[place].thieves[whose as usize] = Some(worthless);
            self.is_exposed_no_more(who, ctx);
        } else {
            ctx.core.people[place].thieves[whose as usize] = Some(thief);
            ctx.will(who, if goes_on { Deed::Asks } else { Deed::Ends }, now + AGAIN);
        }
    }

    /// What was stolen works no longer, as has turned out.
    fn is_exposed_no_more<O: Observer>(&self, (place, whose): Robbed, ctx: &mut Ctx<'_, O>) {
        let thief = ctx.core.people[place].thieves[whose as usize].take();
        if let Some(thief) = thief.filter(|thief| !thief.is_over) {
            self.tells_exposure(thief, ctx);
        }
    }

    fn tells_exposure<O: Observer>(&self, thief: Thief, ctx: &mut Ctx<'_, O>) {
        let client = self.plan.node;
        let Thief { since, until, logout, noticed, .. } = thief;
        let after = |moment: Time| until.since(moment.max(since).min(until));
        ctx.observe(&Fact::Identity(Said::Exposed {
            client,
            span: until.since(since),
            after_logout: logout.map(after),
            after_discovery: noticed.map(after),
        }));
    }
}
