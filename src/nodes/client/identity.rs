//! What people do about their identity: they log in before they ask for what is not open to
//! everybody, renew their tokens, log in again when they are refused, and log out.

use super::{Client, Demand};
use crate::auth::{AuthPlan, Credential, Errand, Person, Renewal, Said, Scheme};
use crate::fact::{Fact, Observer};
use crate::id::{EndpointId, RequestId, SessionId};
use crate::net::{Ctx, Kind, TimerId, Token};
use crate::outcome::Answer;
use crate::rng::{Key, Purpose, below};
use crate::time::{Span, Time};

const ERRAND: Purpose = Purpose::named("errand");
const JITTER: Purpose = Purpose::named("jitter of a renewal");

/// How long somebody waits before a renewal that failed is tried again.
const AGAIN: Span = Span::from_secs(1);

impl Client {
    /// Keeps an identity of somebody who has come, if the scenario asks who people are; `is_new`
    /// says whether that is not a further device of somebody who is there.
    pub(super) fn gets_identity<O: Observer>(
        &self,
        id: SessionId,
        is_new: bool,
        ctx: &mut Ctx<'_, O>,
    ) {
        let client = self.plan.node;
        let key = ctx.core.sessions[id.0].key;
        let mut person = Person::new(client, id, key);
        match &self.plan.demand {
            Demand::Visits(visit) => {
                let stage = visit.stage(key);
                (person.logs_in, person.logs_out) = (stage.logs_in, stage.logs_out);
            }
            Demand::Open(_)
            | Demand::Renewal(_)
            | Demand::Replayed(_)
            | Demand::Closed(..)
            | Demand::ClosedTrace(_) => person.logs_in = true,
        }
        let has_logins = ctx.fixed.auth.as_ref().is_some_and(|plan| plan.has_logins());
        if !has_logins && !matches!(self.plan.demand, Demand::Visits(_)) {
            return;
        }
        let place = ctx.core.people.insert(person);
        ctx.core.sessions[id.0].person = place;
        if is_new {
            ctx.observe(&Fact::Identity(Said::Came(client)));
        }
    }

    /// Whether somebody who wants a page must run an errand first; it is started.
    pub(super) fn must_wait<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) -> bool {
        let place = ctx.core.sessions[id.0].person;
        let fixed = ctx.fixed;
        let Some(plan) = fixed.auth.as_deref().filter(|plan| plan.has_logins()) else {
            return false;
        };
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        if !person.logs_in {
            return false;
        }
        // Without a timer the first page that comes so early before the end renews the token.
        let renewal = plan.tokens.renewal.as_ref().filter(|it| !it.background);
        let (key, errands) = (person.key, u64::from(person.errands));
        let early = renewal.map_or(Span::ZERO, |it| early(it, key, errands));
        let is_good =
            |held: &Credential| plan.scheme == Scheme::Session || now + early < held.expires;
        match &person.held {
            Some(held) if is_good(held) => return false,
            // What is held has expired, and nothing renews it: its owner finds out by asking.
            Some(_) if plan.tokens.renewal.is_none() => return false,
            Some(_) | None => {}
        }
        person.waits = true;
        if person.errand.is_none() {
            let errand = if person.held.is_some() { Errand::Refresh } else { Errand::Login };
            self.runs(place, errand, plan, ctx);
        }
        true
    }

    /// Starts an errand. It takes no ordinal, so that pages are the same under every scheme.
    fn runs<O: Observer>(
        &mut self,
        place: u32,
        errand: Errand,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) {
        let endpoint: Option<EndpointId> = match errand {
            Errand::Login => plan.login,
            Errand::Refresh => plan.refresh,
            Errand::Logout => plan.logout,
            Errand::Page
            | Errand::Theft
            | Errand::TheftRenewal
            | Errand::ScriptTheft
            | Errand::ScriptTheftRenewal
            | Errand::Resource
            | Errand::Forged
            | Errand::Ridden => None,
        };
        let Some(endpoint) = endpoint else { return };
        let person = &mut ctx.core.people[place];
        person.errand = Some(errand);
        person.errands += 1;
        let key = person.key.with(ERRAND.part(u64::from(person.errands)).bits());
        let session = person.session;
        let (user, ordinal) = {
            let it = &ctx.core.sessions[session.0];
            (it.user, it.ordinal)
        };
        self.issue((session, place, user, ordinal), key, u32::MAX, (endpoint, errand), ctx);
    }

    /// A request of somebody with an identity has its outcome: what they do next.
    #[cold]
    pub(super) fn goes_on<O: Observer>(
        &mut self,
        id: SessionId,
        request: RequestId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) {
        let errand = ctx.core.requests[request.0].errand;
        let place = ctx.core.sessions[id.0].person;
        let fixed = ctx.fixed;
        let Some(plan) = fixed.auth.as_deref() else { return self.think(id, ctx) };
        match errand {
            Errand::Theft
            | Errand::TheftRenewal
            | Errand::ScriptTheft
            | Errand::ScriptTheftRenewal => {}
            Errand::Page => {
                if answer.is_success() && plan.sessions.cart {
                    self.may_lose_cart(place, plan, ctx);
                }
                let was_refused = answer.status == 401 && plan.has_logins();
                if was_refused && ctx.core.people[place].logs_in {
                    self.was_refused(place, plan, ctx);
                }
                self.is_attacked(id, ctx);
                self.think(id, ctx);
            }
            Errand::Login | Errand::Refresh => {
                ctx.core.people[place].errand = None;
                if answer.is_success() {
                    self.was_let_in(place, errand, plan, ctx);
                } else if errand == Errand::Login {
                    ctx.core.people[place].held = None;
                } else if answer.status == 401 {
                    self.was_refused(place, plan, ctx);
                } else {
                    self.renews_later(place, AGAIN, ctx);
                }
                if std::mem::take(&mut ctx.core.people[place].leaves) {
                    return self.ends_visit(id, ctx);
                }
                let waited = std::mem::take(&mut ctx.core.people[place].waits);
                if !waited {
                    return;
                }
                if answer.is_success() {
                    return ctx.schedule(Span::ZERO, Kind::Wake(id));
                }
                // Who cannot log in tries again after a while, and loses patience as with pages.
                let session = &mut ctx.core.sessions[id.0];
                session.pages = session.pages.saturating_sub(u32::from(session.pages != u32::MAX));
                let pause = if session.pages == u32::MAX { AGAIN } else { Span::ZERO };
                session.ordinal += 1;
                if pause.is_zero() {
                    self.think(id, ctx)
                } else {
                    ctx.schedule(pause, Kind::Wake(id))
                }
            }
            Errand::Logout => self.leaves(id, ctx),
            Errand::Resource => {
                self.is_attacked(id, ctx);
                self.think(id, ctx);
            }
            // No visit waits for what is forged in its name.
            Errand::Forged | Errand::Ridden => {}
        }
    }

    /// A server that keeps nothing from one request to the next has nowhere to keep a cart.
    fn may_lose_cart<O: Observer>(&self, place: u32, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let client = self.plan.node;
        let keeps = plan.scheme == Scheme::Session;
        if !keeps && !std::mem::replace(&mut ctx.core.people[place].has_lost, true) {
            ctx.observe(&Fact::Identity(Said::CartLost(client)));
        }
    }

    /// A credential was refused: it is worth nothing, and its owner has to log in again.
    fn was_refused<O: Observer>(&self, place: u32, plan: &AuthPlan, ctx: &mut Ctx<'_, O>) {
        let client = self.plan.node;
        let person = &mut ctx.core.people[place];
        let cart = plan.sessions.cart && plan.scheme == Scheme::Session && person.held.is_some();
        person.held = None;
        let timer = std::mem::replace(&mut person.renewal, TimerId::NONE);
        ctx.cancel_timer(timer);
        ctx.observe(&Fact::Identity(Said::Forced { client, cart }));
    }

    fn was_let_in<O: Observer>(
        &mut self,
        place: u32,
        errand: Errand,
        plan: &AuthPlan,
        ctx: &mut Ctx<'_, O>,
    ) {
        let now = ctx.now();
        let person = &mut ctx.core.people[place];
        person.held = person.granted.take();
        let Some(held) = person.held else { return };
        let (key, errands) = (person.key, u64::from(person.errands));
        if let Some(renewal) = plan.tokens.renewal.as_ref().filter(|it| it.background) {
            let early = early(renewal, key, errands);
            let due = Time(held.expires.0.saturating_sub(early.0)).max(now);
            self.renews_later(place, due.since(now), ctx);
        }
        if errand == Errand::Login {
            Self::may_be_stolen(place, held, plan, ctx);
        }
    }

    fn renews_later<O: Observer>(&self, place: u32, span: Span, ctx: &mut Ctx<'_, O>) {
        let timer = ctx.start_timer(span, Token::Renew(place));
        let before = std::mem::replace(&mut ctx.core.people[place].renewal, timer);
        ctx.cancel_timer(before);
    }

    /// A token is due to be renewed.
    pub(super) fn renewal_is_due<O: Observer>(&mut self, place: u32, ctx: &mut Ctx<'_, O>) {
        let fixed = ctx.fixed;
        let person = &mut ctx.core.people[place];
        person.renewal = TimerId::NONE;
        let is_idle = person.errand.is_none() && person.held.is_some();
        if let Some(plan) = fixed.auth.as_deref().filter(|_| is_idle && ctx.core.issuing) {
            self.runs(place, Errand::Refresh, plan, ctx);
        }
    }

    /// Somebody has seen enough: who logs out does that first, and what is under way is waited for.
    pub(super) fn ends_visit<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        let place = ctx.core.sessions[id.0].person;
        let fixed = ctx.fixed;
        let plan = fixed.auth.as_deref();
        let person = &mut ctx.core.people[place];
        if person.errand.is_some() {
            person.leaves = true;
            return;
        }
        let logs_out = person.logs_out && person.held.is_some();
        match plan.filter(|plan| plan.logout.is_some() && logs_out) {
            Some(plan) => self.runs(place, Errand::Logout, plan, ctx),
            None => self.leaves(id, ctx),
        }
    }

    /// Somebody goes. What a thief has of them works on.
    fn leaves<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        let place = ctx.core.sessions[id.0].person;
        let (now, client) = (ctx.now(), self.plan.node);
        let fixed = ctx.fixed;
        let person = &mut ctx.core.people[place];
        let left = person.errand.take() == Some(Errand::Logout);
        person.session = SessionId::NONE;
        if left {
            person.held = None;
        }
        let timer = std::mem::replace(&mut person.renewal, TimerId::NONE);
        for thief in person.thieves.iter_mut().flatten().filter(|_| left) {
            thief.logout = Some(now);
        }
        ctx.cancel_timer(timer);
        if let Some(plan) = fixed.auth.as_deref() {
            let mut device = Some(place);
            while let Some(other) = device {
                ctx.looks_at_loot(other, plan);
                device = ctx.next_device(place, other);
            }
        }
        if !ctx.has_another_device(place) {
            ctx.observe(&Fact::Identity(Said::Went(client)));
        }
        ctx.core.sessions.remove(id.0);
        ctx.forget_if_gone(place);
    }
}

/// How long before its end a token is renewed that somebody got with so many errands.
fn early(renewal: &Renewal, key: Key, errands: u64) -> Span {
    renewal.margin + Span(below(renewal.jitter.0 + 1, key.bits(JITTER.part(errands))))
}
