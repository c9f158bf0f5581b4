//! What a host lets pass and what it stops: it looks at requests before anything is done for them,
//! filters and checks them on its cores, and looks at answers on their way back.

use std::sync::Arc;

use super::limited::Limit;
use super::{Host, time_of};
use crate::attack::{Attack, QueryOutcome, injection};
use crate::endpoint::ScreenRule;
use crate::fact::{Exit, Fact, Observer};
use crate::id::{ConnectionId, EndpointId, ExchangeId, RequestId};
use crate::limit::Decision;
use crate::net::{Ctx, HEAD_BYTES};
use crate::nodes::station::MachineShape;
use crate::outcome::Answer;
use crate::people::who;
use crate::rng::{Purpose, below, mix};
use crate::screen::{Accounts, Asking, Chore, Defence, Fate, Noted, ScreenPlan, is_listed};
use crate::time::Span;
use crate::unit::Probability;

/// As for log-ins that nobody attacks, so that both draw the same.
const WRONG: Purpose = Purpose::named("a wrong password");
const ACCOUNT: Purpose = Purpose::named("account of one of a crowd");

/// What [`Host::fetches`] notes of an exchange: that its answer comes from further on.
const FETCHED: u32 = 1;
/// That an encrypted connection was opened for it.
const OPENED: u32 = 2;
/// That this was resumed.
const RESUMED: u32 = 4;

/// The screens of a node at work.
#[derive(Debug)]
pub(super) struct Screen {
    plan: Arc<ScreenPlan>,
    accounts: Option<Accounts>,
    connections: Option<Limit>,
}

impl Host {
    /// The same host with screens, if the node has any.
    #[must_use]
    pub fn screened(self, plan: Option<&Arc<ScreenPlan>>) -> Self {
        let Some(plan) = plan else { return self };
        let accounts = plan.login.as_ref().map(Accounts::new);
        let connections = plan.connections.as_ref().map(Limit::new);
        Self {
            may_refuse: self.may_refuse || plan.looks_first(),
            passes_on: self.passes_on || !plan.tunnels.is_empty(),
            screen: Some(Box::new(Screen { plan: Arc::clone(plan), accounts, connections })),
            ..self
        }
    }

    /// Whether the node has screens.
    #[must_use]
    pub const fn has_screens(&self) -> bool {
        self.screen.is_some()
    }

    /// Whether the node passes connections for this endpoint on, and sees their host alone.
    #[must_use]
    pub fn tunnels(&self, endpoint: EndpointId) -> bool {
        let screen = self.screen.as_ref();
        screen.is_some_and(|screen| screen.plan.tunnels(endpoint))
    }

    /// Whether an exchange of a node that passes connections on came over one that is: at a proxy
    /// that tunnels, not all do.
    pub fn is_on_its_way<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> bool {
        let endpoint = ctx.core.exchanges.hot(id).endpoint;
        let is_tunnelled = endpoint == EndpointId::HANDSHAKE || self.tunnels(endpoint);
        let has_connection = ctx.core.exchanges.cold(id).connection != ConnectionId::NONE;
        self.screen.is_none() || is_tunnelled && has_connection
    }

    /// Notes that the answer to an exchange of the node comes from further on.
    pub fn fetches<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if self.screen.is_some() {
            // A call before may have opened a connection.
            ctx.cold(id).repeats |= FETCHED;
        }
    }

    /// Notes that keys were agreed on anew for the answer, where the node looks into it.
    pub fn notes_opening<O: Observer>(
        &self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let is_costly = self.screen.as_ref().is_some_and(|screen| screen.plan.intercepts.is_some());
        if !is_costly || !ctx.is_awaited(child, parent) {
            return;
        }
        if ctx.was_kept(child) || !ctx.has_keys(child) {
            return;
        }
        let connection = ctx.cold(child).connection;
        let is_resumed = ctx.core.connections.get(connection).is_resumed;
        ctx.cold(parent).repeats |= if is_resumed { OPENED | RESUMED } else { OPENED };
    }

    /// Looks at an exchange before anything is done for it. Returns how long it is held back, or
    /// nothing if it was turned away.
    pub(super) fn held_back_by_screens<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<Span> {
        let Some(screen) = &mut self.screen else { return Some(Span::ZERO) };
        let Screen { plan, accounts, .. } = &mut **screen;
        let (at, endpoint, request) = {
            let exchange = ctx.hot(id);
            (exchange.at, exchange.endpoint, exchange.request)
        };
        let source = ctx.cold(id).source;
        if plan.counts {
            let person = ctx.person_behind(id);
            ctx.observe(&Fact::Screen(Noted::Came { at, source, person }));
        }
        if is_denied(plan, id, endpoint, ctx) {
            Self::turns_away(id, Defence::Access, 403, ctx);
            return None;
        }
        if let Some(knows) = plan.knows.filter(|_| !plan.tunnels(endpoint)) {
            let (is_infected, key) = is_infected(id, ctx);
            if is_infected && is_listed(knows, key) {
                ctx.observe(&Fact::Screen(Noted::Object { at, fate: Fate::Listed }));
                answers(id, 403, ctx);
                return None;
            }
        }
        let is_login = ctx.fixed.auth.as_ref().is_some_and(|auth| auth.login == Some(endpoint));
        let Some(accounts) = accounts.as_mut().filter(|_| is_login) else {
            return Some(Span::ZERO);
        };
        let admitted = accounts.admit(source, account(request, ctx), ctx.now());
        if let Err(refusal) = admitted {
            Self::turns_away(id, refusal.by, refusal.status, ctx);
        }
        admitted.ok()
    }

    /// Whether a handshake is refused because its address opens too many connections.
    pub(super) fn refuses_connection<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let limit = self.screen.as_mut().and_then(|screen| screen.connections.as_mut());
        let Some(limit) = limit else { return false };
        if limit.decide(id, ctx) == Decision::Pass {
            return false;
        }
        let answer = limit.refusal();
        Self::tells_stopped(id, Defence::ConnectionLimit, ctx);
        ctx.reply(id, answer, Exit::Refused);
        true
    }

    /// Whether a connection is refused that was to be passed on: the host that it is for is named
    /// before anything is done for it, and denied then.
    pub(super) fn refuses_tunnel<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(screen) = self.screen.as_ref().filter(|_| self.passes_on) else { return false };
        let Some(waiting) = ctx.waits_for(id) else { return false };
        let endpoint = ctx.hot(waiting).endpoint;
        if !is_denied(&screen.plan, id, endpoint, ctx) {
            return false;
        }
        if screen.plan.counts {
            let (at, source) = (ctx.hot(id).at, ctx.cold(id).source);
            let person = ctx.person_behind(id);
            ctx.observe(&Fact::Screen(Noted::Came { at, source, person }));
        }
        Self::turns_away(id, Defence::Access, 403, ctx);
        true
    }

    /// States that a request was stopped, if anybody cares.
    pub(super) fn tells_stopped<O: Observer>(id: ExchangeId, by: Defence, ctx: &mut Ctx<'_, O>) {
        if ctx.fixed.screens.is_none() {
            return;
        }
        let (at, request) = (ctx.hot(id).at, ctx.hot(id).request);
        let attack = ctx.attack_of(request).map(|plan| plan.attack);
        ctx.observe(&Fact::Screen(Noted::Stopped { at, by, attack }));
    }

    fn turns_away<O: Observer>(id: ExchangeId, by: Defence, status: u16, ctx: &mut Ctx<'_, O>) {
        Self::tells_stopped(id, by, ctx);
        answers(id, status, ctx);
    }

    /// Stops an exchange that is being worked on.
    fn stops<O: Observer>(
        &mut self,
        id: ExchangeId,
        by: Defence,
        status: u16,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        Self::tells_stopped(id, by, ctx);
        ctx.cold(id).bytes = HEAD_BYTES;
        self.fail_with(id, Answer::with_status(status), ctx);
        true
    }

    /// Does what a screen does at this point of a program. Returns whether the exchange has to
    /// wait, or has gone.
    #[cold]
    #[inline(never)]
    pub(super) fn screens<O: Observer>(
        &mut self,
        id: ExchangeId,
        rule: &ScreenRule,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        if ctx.hot(id).endpoint == EndpointId::HANDSHAKE {
            return false;
        }
        match rule {
            ScreenRule::Costs(chore, amount, purpose) => {
                let (key, request) = (ctx.hot(id).key, ctx.hot(id).request);
                self.works(id, *chore, ctx, |machine, ctx| {
                    time_of(amount, *purpose, key, request, machine.factor, ctx)
                })
            }
            ScreenRule::CostsPerByte(chore, nanos) => {
                #[allow(clippy::cast_precision_loss, reason = "sizes are below 2^53")]
                let demand = *nanos * ctx.cold(id).bytes as f64;
                self.is_worth(id, *chore, ctx)
                    && self.works(id, *chore, ctx, |machine, _| machine.time_for(demand))
            }
            ScreenRule::Opening => self.pays_for_opening(id, ctx),
            ScreenRule::Filter => self.filters(id, ctx),
            ScreenRule::Scan => self.scans(id, ctx),
            ScreenRule::Compress => {
                self.compresses(id, ctx);
                false
            }
            ScreenRule::Input => self.checks_input(id, ctx),
            ScreenRule::Query => self.queries(id, ctx),
            ScreenRule::Guess(wrong) => self.is_wrong_guess(id, *wrong, ctx),
        }
    }

    /// Lets a core work for a screen, for as long as `time` says of the machine there. Returns
    /// whether the exchange waits for that.
    fn works<O: Observer>(
        &mut self,
        id: ExchangeId,
        chore: Chore,
        ctx: &mut Ctx<'_, O>,
        time: impl FnOnce(&MachineShape, &Ctx<'_, O>) -> Span,
    ) -> bool {
        let at = ctx.hot(id).at;
        let Some(station) = self.station(id, ctx) else { return false };
        let span = time(station.machine(), ctx);
        ctx.observe(&Fact::Screen(Noted::Worked { at, chore, span }));
        self.takes_core(at.replica, id, ctx, |_, _| span)
    }

    /// Whether a chore is done for an answer at all.
    fn is_worth<O: Observer>(&self, id: ExchangeId, chore: Chore, ctx: &mut Ctx<'_, O>) -> bool {
        match chore {
            Chore::Scan => {
                // What comes from a cache was scanned when it was fetched.
                let is_fetched = ctx.cold(id).repeats & FETCHED > 0;
                is_fetched && self.sees_content(id, ctx)
            }
            Chore::Compress => self.left(id, ctx).is_some(),
            Chore::Filter | Chore::Intercept => true,
        }
    }

    /// Whether an answer has content that the node sees.
    fn sees_content<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        !self.tunnels(ctx.hot(id).endpoint) && ctx.cold(id).answer.status != 304
    }

    /// Bytes that compression leaves of an answer, if it is compressed.
    fn left<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Option<u64> {
        let compress = self.screen.as_ref()?.plan.compress?;
        let endpoint = ctx.hot(id).endpoint;
        let screens = ctx.fixed.screens.as_ref()?;
        let is_text = screens.compressible.get(endpoint.index()).copied().unwrap_or(false);
        let bytes = ctx.cold(id).bytes;
        compress.left_of(bytes).filter(|_| is_text)
    }

    fn compresses<O: Observer>(&self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(after) = self.left(id, ctx) else { return };
        let at = ctx.hot(id).at;
        let before = std::mem::replace(&mut ctx.cold(id).bytes, after);
        ctx.observe(&Fact::Screen(Noted::Compressed { at, before, after }));
    }

    /// Who looks into connections shakes hands as a client as well.
    fn pays_for_opening<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let noted = ctx.cold(id).repeats;
        let costs = self.screen.as_ref().and_then(|screen| screen.plan.intercepts);
        let Some(costs) = costs.filter(|_| noted & OPENED > 0) else { return false };
        let span = costs[usize::from(noted & RESUMED > 0)];
        #[allow(clippy::cast_precision_loss, reason = "a demand is below 2^53 ns")]
        let demand = span.0 as f64;
        self.works(id, Chore::Intercept, ctx, |machine, _| machine.time_for(demand))
    }

    fn filters<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(waf) = self.screen.as_ref().and_then(|screen| screen.plan.waf) else {
            return false;
        };
        let (request, key) = (ctx.hot(id).request, ctx.hot(id).key);
        let attack = ctx.attack_of(request).map(|plan| plan.attack);
        let before = ctx.filters_before(id);
        waf.stops(attack, key, before) && self.stops(id, Defence::Waf, 403, ctx)
    }

    fn scans<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let at = ctx.hot(id).at;
        if ctx.cold(id).answer.status == 304 {
            return false;
        }
        let (is_infected, key) = is_infected(id, ctx);
        let scan = self.screen.as_ref().and_then(|screen| screen.plan.scan);
        let scan = scan.filter(|_| !self.tunnels(ctx.hot(id).endpoint));
        let fate = match (is_infected, scan.is_some_and(|scan| scan.stops(is_infected, key))) {
            (true, true) => Fate::Caught,
            (true, false) => Fate::Passed,
            (false, true) => Fate::Mistaken,
            (false, false) => return false,
        };
        ctx.observe(&Fact::Screen(Noted::Object { at, fate }));
        if fate == Fate::Passed {
            return false;
        }
        ctx.cold(id).bytes = HEAD_BYTES;
        self.fail_with(id, Answer::with_status(403), ctx);
        true
    }

    fn checks_input<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let (endpoint, request, key) = {
            let exchange = ctx.hot(id);
            (exchange.endpoint, exchange.request, exchange.key)
        };
        let screens = ctx.fixed.screens.as_ref();
        let flaw = screens.and_then(|it| it.flaws.get(endpoint.index()).copied().flatten());
        let Some(flaw) = flaw else { return false };
        let is_payload = ctx.is_injection(request);
        flaw.defences.refuses(is_payload, key) && self.stops(id, Defence::InputFilter, 400, ctx)
    }

    /// The work of an endpoint has come to its end: what an injection got is on its way.
    fn queries<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        let (at, endpoint, request) = {
            let exchange = ctx.hot(id);
            (exchange.at, exchange.endpoint, exchange.request)
        };
        let screens = ctx.fixed.screens.as_ref();
        let flaw = screens.and_then(|it| it.flaws.get(endpoint.index()).copied().flatten());
        let Some(flaw) = flaw.filter(|_| ctx.is_injection(request)) else { return false };
        match injection(&flaw.defences, flaw.rows) {
            QueryOutcome::IsData => {
                Self::tells_stopped(id, Defence::Prepared, ctx);
                false
            }
            QueryOutcome::Leaks(rows) => {
                let attack = Attack::SqlInjection;
                ctx.observe(&Fact::Screen(Noted::Succeeded { at, attack, what: rows }));
                ctx.cold(id).bytes = HEAD_BYTES + rows * flaw.row_bytes;
                self.fail_with(id, Answer::OK, ctx);
                true
            }
        }
    }

    /// A password has been hashed: whether it is the wrong one of an attacker, who is told so.
    fn is_wrong_guess<O: Observer>(
        &mut self,
        id: ExchangeId,
        wrong: Probability,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let (at, request, key) = {
            let exchange = ctx.hot(id);
            (exchange.at, exchange.request, exchange.key)
        };
        let (account, now) = (account(request, ctx), ctx.now());
        let ordinal = ctx.core.requests[request.0].asked.ordinal;
        let attack = ctx.attack_of(request);
        let is_right = match attack {
            None => !wrong.happens(key.bits(WRONG)),
            Some(plan) => {
                plan.stuffing.is_some_and(|list| list.guess(ordinal, ctx.core.root).is_right)
            }
        };
        let accounts = self.screen.as_mut().and_then(|screen| screen.accounts.as_mut());
        if accounts.is_some_and(|accounts| accounts.tried(account, is_right, now)) {
            ctx.observe(&Fact::Screen(Noted::Locked { at, account }));
        }
        match attack {
            None => false,
            Some(plan) if is_right => {
                let attack = plan.attack;
                ctx.observe(&Fact::Screen(Noted::Succeeded { at, attack, what: account }));
                // Who has the right password is let in, however often others mistype theirs.
                ctx.hot(id).step += 1;
                false
            }
            Some(_) => self.stops(id, Defence::Password, 401, ctx),
        }
    }
}

/// Whether the rules of access deny what an exchange, or the one that waits for it, is for.
fn is_denied<O: Observer>(
    plan: &ScreenPlan,
    id: ExchangeId,
    endpoint: EndpointId,
    ctx: &Ctx<'_, O>,
) -> bool {
    plan.access.as_ref().is_some_and(|access| {
        let (shown, peer, time) = (ctx.shown_by(id), ctx.peer_of(id), ctx.time_of_day());
        access.denied_by(&Asking { endpoint, shown, peer, time }).is_some()
    })
}

/// Answers an exchange that has no program yet.
fn answers<O: Observer>(id: ExchangeId, status: u16, ctx: &mut Ctx<'_, O>) {
    ctx.cold(id).bytes = HEAD_BYTES;
    ctx.reply(id, Answer::with_status(status), Exit::Answered);
}

/// Whether what an exchange asks for is infected, and the key of that.
fn is_infected<O: Observer>(id: ExchangeId, ctx: &Ctx<'_, O>) -> (bool, crate::rng::Key) {
    let endpoint = ctx.core.exchanges.hot(id).endpoint;
    let (object, key) = ctx.object_of(id);
    let screens = ctx.fixed.screens.as_ref();
    let infected = screens.and_then(|it| it.infected.get(endpoint.index())?.as_ref());
    (infected.is_some_and(|infected| infected.has(object, key)), key)
}

/// The account that a log-in is for: the one on an attacker's list, or that of the number of its
/// user, or of who the visitor is, or any one of the list for somebody of a crowd.
fn account<O: Observer>(request: RequestId, ctx: &Ctx<'_, O>) -> u64 {
    let it = &ctx.core.requests[request.0];
    let (session, user, ordinal, key) = (it.session, it.asked.user, it.asked.ordinal, it.asked.key);
    let list = |plan: &crate::attack::AttackPlan| plan.stuffing;
    if let Some(list) = ctx.attack_of(request).and_then(list) {
        return list.guess(ordinal, ctx.core.root).account;
    }
    let screens = ctx.fixed.screens.as_ref();
    if session != crate::id::SessionId::NONE {
        let of = |screens: &crate::screen::Screens| *screens.people.get(it.asked.client.index())?;
        let people = screens.and_then(|screens| of(screens)).filter(|_| it.person != u32::MAX);
        return people.map_or(user, |people| who(people, ctx.core.people[it.person].key));
    }
    let attacks = screens.iter().flat_map(|screens| &screens.attacks).flatten();
    let accounts = attacks.filter_map(list).map(|list| list.accounts).max();
    accounts.map_or_else(|| mix(key.0), |accounts| below(accounts, key.bits(ACCOUNT)))
}
