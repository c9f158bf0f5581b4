//! Clients: groups of browsers or callers that want something.
//!
//! An open loop issues requests at the moments that its arrivals say, whatever becomes of the
//! earlier ones; latency counts from that moment, so that a slow system cannot hide behind a
//! client that waits for it (coordinated omission). A closed loop has a fixed number of users,
//! each of whom thinks, asks, and waits for the outcome.

mod attacked;
mod browser;
mod cors;
mod identity;
mod pages;
mod retries;
mod theft;
mod timed_out;
mod visits;
mod wanted;

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::parts::{KindParts, PartReader};
use super::timeouts::{Late, TimeoutSpec};
use crate::arrivals::{ArrivalProcess, Arrivals};
use crate::auth::Errand;
use crate::dist::{Dist, Law};
use crate::fact::{Asked, Fact, Observer};
use crate::id::{EndpointId, ExchangeId, LinkId, NodeId, ObjectId, RequestId, SessionId};
use crate::net::{
    Account, Cold, Crossing, Ctx, Exchange, Input, Kind, OriginId, Part, PolicyId, Preflights,
    Request, Session, TimerId, Token,
};
use crate::outcome::{Answer, Reason};
use crate::people::{PagePlan, VisitPlan};
use crate::resilience::{Retry, RetrySpec};
use crate::rng::{Key, Purpose, Stream, below, mix};
use crate::time::{Span, Time};
use crate::trace::{Trace, TraceRow};
use crate::unit::Probability;

use browser::Browsers;
pub use browser::{BrowserCacheSpec, BrowserPlan, BrowserSpec};

/// A group of browsers or callers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSpec {
    /// Open loop: when requests come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<Arrivals>,
    /// Closed loop: how many users there are, each waiting for an outcome before going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub users: Option<u32>,
    /// Closed loop: how long a user thinks before each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub think: Option<Dist<Span>>,
    /// Closed loop: a trace with the columns `user`, `think_…` and `service_…` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// How often each endpoint is asked for; shares, normalised to sum to 1.
    #[schemars(with = "BTreeMap<String, f64>")]
    pub mix: BTreeMap<Spanned<String>, f64>,
    /// The addresses that its requests come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<AddressesSpec>,
    /// How long it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<TimeoutSpec>,
    /// When it tries again; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetrySpec>,
    /// What the browsers of its people do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserSpec>,
    /// The priority class of its requests, 0 first; 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// The origin of the page whose scripts make its requests; by default it is no browser, or a
    /// page of the origin that it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Which roles its people have: shares by name. Endpoints can ask for one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Probability>,
    /// The region that its addresses are in: servers can admit by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl KindParts for ClientSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        reader.part()
    }
}

/// Source addresses of a client group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressesSpec {
    /// How many there are; each request or user has one of them at random.
    #[schemars(range(min = 1))]
    pub count: u32,
}

/// A client made ready to run.
#[derive(Debug, Clone)]
pub struct ClientPlan {
    /// Its node.
    pub node: NodeId,
    /// A hash of its name: requests are identified by this, not by the node's number.
    pub name_hash: u64,
    /// The link that its requests leave by, for each endpoint.
    pub routes: Vec<Option<LinkId>>,
    /// Endpoints and the upper ends of their shares in the unit interval.
    pub mix: Vec<(f64, EndpointId)>,
    /// How its requests come about.
    pub demand: Demand,
    /// How many addresses it has.
    pub addresses: u64,
    /// The total time-out, and what becomes of late work.
    pub timeout: Option<(Law, Late)>,
    /// When it tries again.
    pub retry: Option<Retry>,
    /// Its priority class.
    pub class: u8,
    /// What the browsers of its people keep.
    pub browser: Option<BrowserPlan>,
    /// What belongs to each page of its visits, in the order of `mix`; nothing if all are whole.
    pub pages: Vec<PagePlan>,
    /// The origin of the page whose scripts make its requests.
    pub from: OriginId,
    /// How long its browsers remember a preflight at most; none if they need none.
    pub preflights: Option<Span>,
}

/// How requests come about.
#[derive(Debug, Clone)]
pub enum Demand {
    /// They arrive.
    Open(Box<Arrivals>),
    /// They arrive at independent distances.
    Renewal(Law),
    /// They arrive when the rows of a trace say.
    Replayed(Arc<Trace>),
    /// So many users think this long before each.
    Closed(u32, Law),
    /// Visitors arrive, each of whom looks at some pages.
    Visits(Arc<VisitPlan>),
    /// The users of a trace think, and ask for, what their rows say.
    ClosedTrace(Arc<Trace>),
}

/// A client at work.
#[derive(Debug)]
pub struct Client {
    plan: Arc<ClientPlan>,
    arrivals: Option<ArrivalProcess>,
    stream: Stream,
    ordinal: u64,
    /// The next row of a trace, or of each user's part of it.
    rows: Vec<u32>,
    /// How many requests the arrival that is due brings.
    due: u32,
    /// The arrival after that one, and how many requests it brings.
    upcoming: Option<(Time, u32)>,
    group: Key,
    /// The identity of a client without users, whose number is 0.
    nobody: Key,
    /// When it tries again, with its budget.
    retry: Option<Retry>,
    /// The pages that its visitors are loading, where these have parts.
    loading: Option<pages::Pages>,
    /// What its browsers remember of preflights, where they ask other origins.
    preflights: Option<Preflights>,
    /// The address of all, where there is only one.
    address: u64,
    /// What its people have in their browsers.
    browsers: Option<Box<Browsers>>,
}

/// A trace, and the row of it that a request comes from, if it comes from one.
type Traced<'a> = Option<(&'a Trace, &'a TraceRow)>;

const THINK: Purpose = Purpose::named("think");
const PATIENCE: Purpose = Purpose::named("patience");
const ADDRESS: Purpose = Purpose::named("address");
const PREFLIGHT: Purpose = Purpose::named("preflight");

impl Client {
    /// A client under `root`, with its stream of arrivals.
    #[must_use]
    pub fn new(plan: &Arc<ClientPlan>, root: Key, mut stream: Stream) -> Self {
        let arrivals = match &plan.demand {
            Demand::Open(arrivals) => ArrivalProcess::new(arrivals, &mut stream),
            Demand::Renewal(law) => Some(ArrivalProcess::renewal(law.clone())),
            Demand::Replayed(trace) => Some(ArrivalProcess::replay(Arc::clone(trace))),
            Demand::Visits(plan) => match &plan.distances {
                Some(law) => Some(ArrivalProcess::renewal(law.clone())),
                None => ArrivalProcess::new(&plan.arrivals, &mut stream),
            },
            Demand::Closed(..) | Demand::ClosedTrace(_) => None,
        };
        let group = root.with(plan.name_hash);
        Self {
            arrivals,
            stream,
            ordinal: 0,
            rows: Vec::new(),
            due: 0,
            upcoming: None,
            group,
            nobody: group.with(0),
            retry: plan.retry.clone(),
            loading: (!plan.pages.is_empty()).then(pages::Pages::new),
            preflights: plan.preflights.map(Preflights::new),
            address: mix(plan.name_hash),
            browsers: plan.browser.as_ref().map(|plan| Box::new(Browsers::new(plan))),
            plan: Arc::clone(plan),
        }
    }

    /// Starts: the first arrival is set, or every user begins to think.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        let users = match &self.plan.demand {
            Demand::Open(_) | Demand::Renewal(_) | Demand::Replayed(_) | Demand::Visits(_) => {
                self.draw_arrival();
                return self.await_arrival(ctx);
            }
            Demand::Closed(users, _) => u64::from(*users),
            Demand::ClosedTrace(trace) => {
                self.rows = vec![0; trace.user_count()];
                trace.user_count() as u64
            }
        };
        for user in 0..users {
            self.join(user, ctx);
        }
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        match input {
            Input::Arrival => self.arrived(ctx),
            Input::Wake(session) => self.woke(session, ctx),
            Input::Reply { child, .. } => self.replied(child, ctx),
            Input::Timer(Token::Total(request)) => self.gave_up(request, ctx),
            Input::Timer(Token::Again(request)) => self.again(request, ctx),
            Input::Timer(Token::Kept(request, status)) => self.has_read(request, status, ctx),
            Input::Timer(Token::Renew(person)) => self.renewal_is_due(person, ctx),
            Input::Timer(Token::Theft(person, whose, deed)) => {
                self.theft((person, whose), deed, ctx);
            }
            Input::Timer(Token::Connect(child, _)) => {
                self.hung_up(child, Reason::ConnectTimeout, ctx);
            }
            Input::Timer(Token::Read(child, _)) => self.hung_up(child, Reason::ReadTimeout, ctx),
            Input::Timer(_) | Input::Request(_) | Input::Resume(_) => {
                unreachable!("a client is asked for nothing")
            }
        }
    }

    /// Sets the next arrival of an open loop.
    #[inline(always)]
    fn await_arrival<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if let Some((at, count)) = self.upcoming {
            self.due = count;
            ctx.queue.push(at, Kind::Arrival(self.plan.node).pack());
            self.draw_arrival();
        }
    }

    /// Draws the arrival after the one that is set: nothing waits for the draw when it is wanted.
    #[inline(always)]
    fn draw_arrival(&mut self) {
        self.upcoming = self.arrivals.as_mut().and_then(|it| it.next(&mut self.stream));
    }

    #[inline]
    fn arrived<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        if !ctx.core.issuing {
            return;
        }
        if matches!(self.plan.demand, Demand::Visits(_)) {
            self.visitors_come(ctx);
            return self.await_arrival(ctx);
        }
        for _ in 0..self.due {
            let (user, row) = (0, u32::try_from(self.ordinal).unwrap_or(u32::MAX));
            let key = self.nobody.with(self.ordinal);
            let ordinal = self.ordinal;
            self.ordinal += 1;
            let wanted = (self.pick_endpoint(key), Errand::Page);
            self.issue((SessionId::NONE, u32::MAX, user, ordinal), key, row, wanted, ctx);
        }
        self.await_arrival(ctx);
    }

    /// A user of a closed loop comes and begins to think.
    fn join<O: Observer>(&mut self, user: u64, ctx: &mut Ctx<'_, O>) {
        let key = self.group.with(user);
        let client = self.plan.node;
        let session = Session::new(client, user, key);
        let id = SessionId(ctx.core.sessions.insert(session));
        if ctx.fixed.auth.is_some() {
            self.gets_identity(id, true, ctx);
        }
        if self.browsers.is_some() {
            self.opens_browser(user);
        }
        self.think(id, ctx);
    }

    fn think<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        let session = &ctx.core.sessions[id.0];
        let span = match &self.plan.demand {
            Demand::Closed(_, think) => {
                let key = session.key.with(session.ordinal);
                think.span(&mut key.draws(THINK), 1.0)
            }
            Demand::ClosedTrace(trace) => match self.row_of(trace, session.user) {
                Some(row) => trace.rows()[row as usize].think(),
                None => return,
            },
            Demand::Visits(plan) => Self::pause_of_visit(plan, session, ctx.core.now),
            Demand::Open(_) | Demand::Renewal(_) | Demand::Replayed(_) => return,
        };
        ctx.schedule(span, Kind::Wake(id));
    }

    fn woke<O: Observer>(&mut self, id: SessionId, ctx: &mut Ctx<'_, O>) {
        if !ctx.core.issuing {
            return;
        }
        if matches!(self.plan.demand, Demand::Visits(_)) && Self::has_seen_enough(id, ctx) {
            return self.goes(id, ctx);
        }
        if ctx.core.sessions[id.0].person != u32::MAX && self.must_wait(id, ctx) {
            return;
        }
        let session = &mut ctx.core.sessions[id.0];
        let (user, ordinal, key) = (session.user, session.ordinal, session.key);
        let person = session.person;
        session.ordinal += 1;
        session.pages = session.pages.wrapping_sub(1);
        let mut row = u32::MAX;
        if let Demand::ClosedTrace(trace) = &self.plan.demand {
            row = self.row_of(trace, user).unwrap_or(u32::MAX);
            self.rows[usize::try_from(user).expect("users are numbered in 32 bits")] += 1;
        }
        let key = key.with(ordinal);
        let wanted = (self.pick_endpoint(key), Errand::Page);
        let request = self.issue((id, person, user, ordinal), key, row, wanted, ctx);
        ctx.core.sessions[id.0].request = Some(request);
    }

    /// Somebody wants something: the request is stated and its first exchange leaves.
    #[inline]
    fn issue<O: Observer>(
        &mut self,
        who: (SessionId, u32, u64, u64),
        key: Key,
        row: u32,
        wanted: (EndpointId, Errand),
        ctx: &mut Ctx<'_, O>,
    ) -> RequestId {
        self.issue_from(who, key, row, wanted, self.plan.from, ctx)
    }

    /// The same for a script of a page of an origin.
    #[inline(always)]
    fn issue_from<O: Observer>(
        &mut self,
        (session, person, user, ordinal): (SessionId, u32, u64, u64),
        key: Key,
        row: u32,
        (endpoint, errand): (EndpointId, Errand),
        from: OriginId,
        ctx: &mut Ctx<'_, O>,
    ) -> RequestId {
        let fixed = ctx.fixed;
        let kind = &fixed.endpoints[endpoint.index()];
        let traced = self.traced(row);
        let place = self.plan.node.index();
        let row_of = traced.map(|(_, row)| row);
        let object = match row_of.map(|row| (row.object(), row.path())) {
            Some((Some(object), _)) => fixed.objects.number(place, object).map(ObjectId),
            // The path says what is asked for: nothing is drawn beside it.
            Some((None, Some(_))) => None,
            Some((None, None)) | None => wanted::object(kind, endpoint, key, ctx),
        };
        let is_somebody = session != SessionId::NONE || errand.is_forced();
        // With one address there is nothing to tell apart.
        let source = if self.plan.addresses > 1 && errand.is_thiefs() {
            self.thiefs_address(person, errand, ctx)
        } else {
            self.source(traced, is_somebody, user, key)
        };
        let (now, client, shows) = (ctx.now(), self.plan.node, ctx.holds(person));
        let core = &mut *ctx.core;
        let (place, request) = core.requests.claim(Request::default);
        let id = RequestId(place);
        *request = Request {
            asked: Asked {
                key,
                request: id,
                client,
                user,
                ordinal,
                endpoint,
                object,
                started: now,
            },
            session,
            person,
            errand,
            shows,
            account: Account { mark: now, ..Account::default() },
            row,
            ..Request::default()
        };
        if person != u32::MAX {
            core.people[person].requests += 1;
        }
        core.observer.hear(now, &Fact::Issued(&request.asked));
        if fixed.cross_origin.is_some() {
            // A thief asks with a program of its own: no browser asks before, or keeps from it
            // what it reads.
            let from = if errand.is_thiefs() { OriginId::NONE } else { from };
            *ctx.crossing(id) = Crossing::new(from);
        }
        if let Some((law, _)) = &self.plan.timeout {
            let span = Span::from_nanos_rounded(law.sample(&mut key.draws(PATIENCE)));
            let timer = ctx.start_timer(span, Token::Total(id));
            ctx.core.requests[id.0].timer = timer;
        }
        if let Some(retry) = &mut self.retry {
            retry.on_request(now);
        }
        if self.browsers.is_some() && self.may_look(id, source, ctx) && self.has_it(id, ctx) {
            return id;
        }
        self.attempt(id, key, source, kind.class.unwrap_or(self.plan.class), ctx);
        id
    }

    /// The first exchange of an attempt leaves.
    #[inline(always)]
    fn attempt<O: Observer>(
        &mut self,
        id: RequestId,
        mut key: Key,
        source: u64,
        class: u8,
        ctx: &mut Ctx<'_, O>,
    ) {
        let endpoint = ctx.core.requests[id.0].asked.endpoint;
        let link = self.plan.routes[endpoint.index()].expect("every endpoint has a route");
        let mut is_preflight = false;
        if self.preflights.is_some() {
            is_preflight = self.asks_first(id, source, ctx);
            ctx.crossing(id).allowed = PolicyId::NONE;
            key = if is_preflight { Key(key.bits(PREFLIGHT)) } else { key };
        }
        let root = Exchange {
            key,
            request: id,
            link,
            at: ctx.next_replica(id, link, endpoint),
            endpoint,
            class,
            is_preflight,
            ..Exchange::default()
        };
        let cold = Cold { source, ..Cold::default() };
        let root = ctx.core.exchanges.insert(root, cold);
        ctx.made(root);
        let request = &mut ctx.core.requests[id.0];
        request.root = root;
        request.live += 1;
        if self.browsers.is_some() && !is_preflight {
            self.asks_if_right(root, ctx);
        }
        ctx.send_on(root, link);
    }

    #[inline]
    fn replied<O: Observer>(&mut self, child: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let exchange = ctx.spend(child, Part::Network);
        let (id, is_preflight) = (exchange.request, exchange.is_preflight);
        let mut answer = ctx.cold(child).answer;
        if self.browsers.is_some() && !is_preflight {
            let Some(seen) = self.brings(child, answer, ctx) else { return };
            answer = seen;
        }
        let request = &mut ctx.core.requests[id.0];
        if !request.waits_for(child) {
            if answer.is_success() {
                ctx.core.observer.hear(ctx.core.now, &Fact::Late(&request.asked));
            }
            return;
        }
        if self.preflights.is_some() {
            let Some(read) = self.reads(child, id, answer, ctx) else { return };
            answer = read;
        }
        if self.retry.is_some() && !answer.is_success() && self.tries_again(id, answer, ctx) {
            return;
        }
        self.outcome(id, answer, ctx);
    }

    /// The last attempt of a request has ended: so has the request.
    #[inline(always)]
    fn outcome<O: Observer>(&mut self, id: RequestId, answer: Answer, ctx: &mut Ctx<'_, O>) {
        let request = &mut ctx.core.requests[id.0];
        request.over = true;
        if request.timer != TimerId::NONE {
            let timer = std::mem::replace(&mut request.timer, TimerId::NONE);
            ctx.cancel_timer(timer);
        }
        self.finish(id, answer, ctx);
    }

    /// States the outcome; a user of a closed loop goes on to think.
    #[inline(always)]
    fn finish<O: Observer>(&mut self, id: RequestId, answer: Answer, ctx: &mut Ctx<'_, O>) {
        if self.browsers.is_some() {
            self.leaves_browser(id, ctx);
        }
        let request = &ctx.core.requests[id.0];
        let (session, attempts) = (request.session, u32::from(request.attempts));
        let errand = request.errand;
        let (asked, parts) = (&request.asked, &request.account.parts);
        ctx.core.observer.hear(ctx.core.now, &Fact::Finished { asked, answer, attempts, parts });
        if session != SessionId::NONE {
            let it = &mut ctx.core.sessions[session.0];
            it.request = None;
            let person = it.person;
            if self.loading.is_some() && self.loads(session, id, answer, ctx) {
                return;
            }
            if person == u32::MAX {
                self.think(session, ctx);
            } else {
                self.goes_on(session, id, answer, ctx);
            }
        } else if let Some(whose) = errand.robs() {
            self.thief_goes_on(id, whose, answer, ctx);
        }
    }

    /// The address that a request comes from: its trace's, or its user's.
    #[inline(always)]
    fn source(&self, traced: Traced<'_>, is_somebody: bool, user: u64, key: Key) -> u64 {
        match traced.and_then(|(trace, row)| trace.address_key(row)) {
            Some(address) => address,
            None => self.address(is_somebody, user, key),
        }
    }

    /// The address of a user, or of a request that is nobody's.
    #[inline(always)]
    fn address(&self, is_somebody: bool, user: u64, key: Key) -> u64 {
        let addresses = self.plan.addresses;
        if addresses <= 1 {
            return self.address;
        }
        let owner = if is_somebody { self.group.with(user) } else { key };
        mix(self.plan.name_hash ^ below(addresses, owner.bits(ADDRESS)))
    }

    /// The row of its trace.
    #[inline]
    fn traced(&self, row: u32) -> Traced<'_> {
        match &self.plan.demand {
            Demand::Replayed(trace) | Demand::ClosedTrace(trace) => {
                Some((trace, trace.rows().get(row as usize)?))
            }
            Demand::Open(_) | Demand::Renewal(_) | Demand::Closed(..) | Demand::Visits(_) => None,
        }
    }

    /// The next row of a user of a traced closed loop; none once all are done.
    fn row_of(&self, trace: &Trace, user: u64) -> Option<u32> {
        let user = u32::try_from(user).ok()?;
        trace.row_number(user, self.rows[user as usize])
    }
}
