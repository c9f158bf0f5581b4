//! What all nodes share during a run, and what a handler may do with it.
//!
//! A handler gets a [`Ctx`] for one call: it can read the clock, call a neighbour, answer a
//! caller, set a timer and state a fact. It sees no other node and nothing of the graph beyond
//! its own links.

use std::sync::Arc;

use super::connection::Connections;
use super::cross_origin::{CrossOrigin, Crossing};
use super::exchange::{Cold, Exchange, Exchanges, Part, Phase};
use super::link::{Direction, LinkState};
use super::papers::{Http, Papers};
use super::ready::Ready;
use super::request::{Account, BranchAccount, Request, Session};
use super::step::Step;
use super::timer::{Timer, TimerId, Token};
use super::topology::Topology;
use crate::attack::PageAttacks;
use crate::auth::{AuthPlan, Kept, Live, Person};
use crate::endpoint::{Amount, Endpoint, Program};
use crate::engine::{Payload, Queue};
use crate::fact::{Exit, Fact, Observer, Place};
use crate::fault::Conditions;
use crate::http::cookie::Browser;
use crate::id::{ConnectionId, EndpointId, ExchangeId, LinkId, NodeId, RequestId, SessionId};
use crate::outcome::Answer;
use crate::popularity::Past;
use crate::rng::{Key, Purpose};
use crate::screen::Screens;
use crate::slab::Slab;
use crate::time::{Span, Time};
use crate::trace::{ObjectNumbers, Trace, TraceRow};

/// What a node is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// An exchange has arrived.
    Request(ExchangeId),
    /// What an exchange of the node was doing has taken its time.
    Resume(ExchangeId),
    /// The answer to a call, or a branch, of the node's exchange `parent` is there. A client's
    /// own exchanges have no parent.
    Reply {
        /// The call that is over; it is taken away after this.
        child: ExchangeId,
        /// The exchange that made it.
        parent: ExchangeId,
    },
    /// A timer of the node has fired.
    Timer(Token),
    /// The next arrival of a client is due.
    Arrival,
    /// A user has thought.
    Wake(SessionId),
}

/// What an event's payload stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An exchange goes on, as its phase says.
    Exchange(ExchangeId),
    /// A timer fires.
    Timer(TimerId),
    /// The next arrival of a client node.
    Arrival(NodeId),
    /// A user wakes.
    Wake(SessionId),
    /// A mark of the run itself, such as the end of the warm-up.
    Mark(u32),
}

const SLOT_BITS: u32 = 25;
const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;

/// The most exchanges, timers or sessions that events can tell apart.
pub const MAX_SLOTS: u32 = SLOT_MASK;

impl Kind {
    /// The payload that stands for this.
    #[inline]
    #[must_use]
    pub const fn pack(self) -> Payload {
        let (tag, slot) = match self {
            Self::Exchange(id) => (0, id.0),
            Self::Timer(id) => (1, id.0),
            Self::Arrival(node) => (2, node.0 as u32),
            Self::Wake(id) => (3, id.0),
            Self::Mark(mark) => (4, mark),
        };
        debug_assert!(slot <= SLOT_MASK, "a slot has 25 bits");
        Payload(tag << SLOT_BITS | slot)
    }

    /// The exchange that `payload` stands for, if it stands for one.
    #[inline(always)]
    #[must_use]
    pub const fn exchange(payload: Payload) -> Option<ExchangeId> {
        if payload.0 <= SLOT_MASK { Some(ExchangeId(payload.0)) } else { None }
    }

    /// What `payload` stands for.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "node numbers were packed from 16 bits")]
    pub const fn unpack(payload: Payload) -> Self {
        let slot = payload.0 & SLOT_MASK;
        match payload.0 >> SLOT_BITS {
            0 => Self::Exchange(ExchangeId(slot)),
            1 => Self::Timer(TimerId(slot)),
            2 => Self::Arrival(NodeId(slot as u16)),
            3 => Self::Wake(SessionId(slot)),
            _ => Self::Mark(slot),
        }
    }
}

/// What does not change during a run.
#[derive(Debug, Default)]
pub struct Fixed {
    /// Who can call whom.
    pub topology: Topology,
    /// The kinds of request.
    pub endpoints: Vec<Endpoint>,
    /// What endpoints and nodes do.
    pub programs: Vec<Program>,
    /// The traces that clients replay, by node.
    pub traces: Vec<Option<Arc<Trace>>>,
    /// The numbers of the objects that traces name.
    pub objects: ObjectNumbers,
    /// How people prove who they are, if they do.
    pub auth: Option<Arc<AuthPlan>>,
    /// A hash of each node's name: its address, as its neighbours see it.
    pub addresses: Vec<u64>,
    /// What is said as HTTP, where somebody reads it.
    pub http: Option<Box<Http>>,
    /// What pages may ask of other origins, if they do.
    pub cross_origin: Option<Box<CrossOrigin>>,
    /// What is done to people while they look at pages, if anything is.
    pub attacks: Option<Box<PageAttacks>>,
    /// The browsers of the people of each client; the usual one where the table ends.
    pub browsers: Vec<Browser>,
    /// What screens need to know, where there are any.
    pub screens: Option<Box<Screens>>,
}

/// What all nodes share during a run.
#[derive(Debug)]
pub struct Core<O> {
    /// The present time.
    pub now: Time,
    /// The root of all keyed draws of this replication.
    pub root: Key,
    /// The exchanges in flight.
    pub exchanges: Exchanges,
    /// The requests in flight.
    pub requests: Slab<Request>,
    /// The users who are there.
    pub sessions: Slab<Session>,
    /// Those of them who have an identity.
    pub people: Slab<Person>,
    /// What is known of requests that scripts of pages make, by their places, where pages ask
    /// other origins.
    pub crossings: Vec<Crossing>,
    /// What a store of sessions holds, if it has room for only so many.
    pub kept: Option<Box<Kept>>,
    /// Sessions in the memory of servers, where that is limited and they take some of it.
    pub live: Option<Box<Live>>,
    /// Where the time of branches is put down; that of requests stands with them.
    pub accounts: Slab<BranchAccount>,
    /// The connections that somebody has opened.
    pub connections: Connections,
    /// Running timers.
    pub timers: Slab<Timer>,
    /// The links.
    pub links: Vec<LinkState>,
    /// What follows at once from the present event, before the next one.
    pub ready: Ready,
    /// Whether what comes to a node may not find it: there are faults, or connections that the
    /// other side closes.
    pub is_watchful: bool,
    /// What faults have made of the replicas.
    pub conditions: Conditions,
    /// What was asked for before, by endpoint, where that decides what is asked for next.
    pub past: Vec<Past>,
    /// Whether somebody still wants new requests: false after the end of a drained run.
    pub issuing: bool,
    /// Hears the facts.
    pub observer: O,
}

/// The tables of a [`Core`] without what stands in them: their memory serves one run after another.
#[derive(Debug, Default)]
pub struct Tables {
    exchanges: Exchanges,
    requests: Slab<Request>,
    sessions: Slab<Session>,
    accounts: Slab<BranchAccount>,
    timers: Slab<Timer>,
    ready: Ready,
}

impl<O> Core<O> {
    /// Nothing is in flight yet. The run uses the memory of `tables`.
    #[must_use]
    pub fn new(root: Key, links: Vec<LinkState>, observer: O, tables: &mut Tables) -> Self {
        let Tables {
            mut exchanges,
            mut requests,
            mut sessions,
            mut accounts,
            mut timers,
            mut ready,
        } = std::mem::take(tables);
        exchanges.clear();
        requests.clear();
        sessions.clear();
        accounts.clear();
        accounts.insert(BranchAccount::default());
        timers.clear();
        ready.clear();
        Self {
            now: Time::ZERO,
            root,
            exchanges,
            requests,
            sessions,
            people: Slab::default(),
            crossings: Vec::new(),
            kept: None,
            live: None,
            accounts,
            connections: Connections::default(),
            timers,
            links,
            ready,
            is_watchful: false,
            conditions: Conditions::default(),
            past: Vec::new(),
            issuing: true,
            observer,
        }
    }

    /// The observer, and the tables for the next run.
    #[must_use]
    pub fn into_parts(self) -> (O, Tables) {
        let Self { exchanges, requests, sessions, accounts, timers, ready, observer, .. } = self;
        (observer, Tables { exchanges, requests, sessions, accounts, timers, ready })
    }
}

impl<O: Observer> Core<O> {
    /// An exchange has come to its node, which is stated; its time on the way is put down.
    #[inline(always)]
    pub fn enters(&mut self, id: ExchangeId) {
        let exchange = self.exchanges.hot_mut(id);
        let (now, part) = (self.now, Part::Network);
        let since = put_down(&mut self.requests, &mut self.accounts, exchange, part, now);
        exchange.entered = now;
        self.observer.hear(now, &Fact::Entered { at: exchange.at, key: exchange.key });
        self.observer.follow(now, id, Step::Spent { part, since });
        self.observer.follow(now, id, Step::Entered);
    }
}

/// A call that a handler makes for one of its exchanges.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// What is asked for.
    pub endpoint: EndpointId,
    /// The identity of the call.
    pub key: Key,
    /// Which of the caller's backends it goes to, where the caller keeps books on them.
    pub backend: u16,
    /// Whether it is made by the server that answers the user's endpoint, or below it.
    pub below: bool,
    /// The address that the callee sees.
    pub source: u64,
    /// The connection that the caller, a layer-4 balancer, passes on; none if it calls by itself.
    pub carried: ConnectionId,
    /// The size of the value that it hands over to a store.
    pub value: u64,
}

/// What a handler may do during one call.
#[derive(Debug)]
pub struct Ctx<'a, O> {
    /// What all nodes share.
    pub core: &'a mut Core<O>,
    /// What is still to come.
    pub queue: &'a mut Queue,
    /// What does not change.
    pub fixed: &'a Fixed,
}

impl<O: Observer> Ctx<'_, O> {
    /// The present time.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Time {
        self.core.now
    }

    /// States a fact.
    #[inline(always)]
    pub fn observe(&mut self, fact: &Fact<'_>) {
        self.core.observer.hear(self.core.now, fact);
    }

    /// The hot part of an exchange.
    #[inline(always)]
    pub fn hot(&mut self, id: ExchangeId) -> &mut Exchange {
        self.core.exchanges.hot_mut(id)
    }

    /// The cold part of an exchange.
    #[inline(always)]
    pub fn cold(&mut self, id: ExchangeId) -> &mut Cold {
        self.core.exchanges.cold_mut(id)
    }

    /// Puts down what an exchange has been doing since the last entry of its account.
    #[inline(always)]
    pub fn spend(&mut self, id: ExchangeId, part: Part) -> &mut Exchange {
        let core = &mut *self.core;
        let exchange = core.exchanges.hot_mut(id);
        let since = put_down(&mut core.requests, &mut core.accounts, exchange, part, core.now);
        core.observer.follow(core.now, id, Step::Spent { part, since });
        exchange
    }

    /// Where the time of an exchange is put down.
    pub fn account(&mut self, id: ExchangeId) -> &mut Account {
        let core = &mut *self.core;
        account_of(&mut core.requests, &mut core.accounts, core.exchanges.hot(id))
    }

    /// Lets an exchange of the node go on after `span`.
    #[inline(always)]
    pub fn resume_after(&mut self, id: ExchangeId, span: Span) {
        self.schedule(span, Kind::Exchange(id));
    }

    /// Lets `kind` happen after `span`; at once, but after the present handler, if that is zero.
    #[inline(always)]
    pub fn schedule(&mut self, span: Span, kind: Kind) {
        if span.is_zero() {
            self.core.ready.push(kind.pack());
        } else {
            self.queue.push(self.core.now + span, kind.pack());
        }
    }

    /// Starts a timer that fires after `span` unless it is cancelled.
    pub fn start_timer(&mut self, span: Span, token: Token) -> TimerId {
        let due = self.core.now + span;
        let id = TimerId(self.core.timers.insert(Timer { token: Some(token), due }));
        self.schedule(span, Kind::Timer(id));
        id
    }

    /// Cancels a timer; one that is none is left alone.
    #[inline]
    pub fn cancel_timer(&mut self, id: TimerId) {
        if id != TimerId::NONE {
            self.core.timers[id.0].token = None;
        }
    }

    /// Calls the replica `at` over `link` for the exchange or branch `caller`.
    #[inline(always)]
    pub fn call(&mut self, caller: ExchangeId, link: LinkId, at: Place, call: Call) -> ExchangeId {
        let parent = self.core.exchanges.hot_mut(caller);
        parent.phase = Phase::Called;
        let child = Exchange {
            key: call.key,
            parent: caller,
            request: parent.request,
            link,
            account: parent.account,
            at,
            parent_generation: parent.generation,
            endpoint: call.endpoint,
            class: parent.class,
            below: call.below || parent.below,
            is_preflight: parent.is_preflight,
            is_tied: call.carried != ConnectionId::NONE,
            ..Exchange::default()
        };
        self.core.requests[child.request.0].live += 1;
        let cold = Cold {
            branch: call.backend,
            source: call.source,
            sent: self.core.now,
            connection: call.carried,
            bytes: call.value,
            ..Cold::default()
        };
        let id = self.core.exchanges.insert(child, cold);
        self.core.exchanges.cold_mut(caller).child = id;
        self.made(id);
        if self.core.exchanges.has_papers() && !call.below {
            let Papers { condition, is_rewritten, .. } = *self.core.exchanges.papers(caller);
            let papers = self.core.exchanges.papers_mut(id);
            (papers.condition, papers.is_rewritten) = (condition, is_rewritten);
        }
        self.send_on(id, link);
        id
    }

    /// Puts an exchange on its link towards its node.
    #[inline(always)]
    pub fn send(&mut self, id: ExchangeId) {
        let link = self.core.exchanges.hot(id).link;
        self.send_on(id, link);
    }

    /// The same for one whose link is at hand.
    #[inline(always)]
    pub fn send_on(&mut self, id: ExchangeId, link: LinkId) {
        match self.core.links[link.index()].at_once() {
            Some(span) => self.schedule(span, Kind::Exchange(id)),
            None => self.send_slowly(id),
        }
    }

    /// The same where it needs a connection, or a timer, or takes a time of its own.
    #[inline(never)]
    fn send_slowly(&mut self, id: ExchangeId) {
        let exchange = self.core.exchanges.hot(id);
        let link = exchange.link.index();
        if self.core.links[link].guard().is_some() && !self.passes_breaker(id) {
            return;
        }
        let has_transport = self.core.links[link].transport().is_some();
        let cold = self.core.exchanges.cold(id);
        match (has_transport, cold.connection) {
            (false, _) => self.transmit(id),
            (true, ConnectionId::NONE) => {
                self.expects_connection(id);
                self.acquire(id);
            }
            // A layer-4 balancer passes a connection on, and opens its part at the first exchange.
            (true, _) => {
                self.expects_connection(id);
                self.carry_on(id);
            }
        }
    }

    /// Lets an exchange leave the node with `answer`, back along the link that it came by. A
    /// branch ends at once at its parent.
    #[inline(always)]
    pub fn reply(&mut self, id: ExchangeId, answer: Answer, exit: Exit) {
        let core = &mut *self.core;
        let cold = core.exchanges.cold_mut(id);
        cold.answer = answer;
        let (bytes, connection) = (cold.bytes, cold.connection);
        let exchange = core.exchanges.hot_mut(id);
        exchange.phase = Phase::Inbound;
        if exchange.is_branch {
            return self.schedule(Span::ZERO, Kind::Exchange(id));
        }
        core.observer.hear(core.now, &left(exchange, exit, answer.is_success()));
        core.observer.follow(core.now, id, Step::Left { exit, answer: Some(answer) });
        if connection != ConnectionId::NONE {
            return self.reply_on(id, connection, bytes);
        }
        match core.links[exchange.link.index()].constant() {
            Some(span) => self.schedule(span, Kind::Exchange(id)),
            None => self.carry(id, Direction::Down, bytes, Span::ZERO),
        }
    }

    /// States that an exchange has left its node without an answer.
    pub fn leave(&mut self, id: ExchangeId, exit: Exit) {
        let core = &mut *self.core;
        core.observer.hear(core.now, &left(core.exchanges.hot(id), exit, false));
        core.observer.follow(core.now, id, Step::Left { exit, answer: None });
    }

    /// Whether `parent` still waits for `child`, a call or a branch of it.
    #[inline(always)]
    #[must_use]
    pub fn is_awaited(&self, child: ExchangeId, parent: ExchangeId) -> bool {
        let exchange = self.core.exchanges.hot(child);
        // Generations come round; a request lives for as long as anything of it does.
        self.is_still(parent, exchange.parent_generation)
            && self.core.exchanges.hot(parent).request == exchange.request
            && self.core.exchanges.hot(parent).phase == Phase::Called
            && (exchange.is_branch
                || self.core.exchanges.cold(parent).child == child
                || exchange.is_copy)
    }

    /// The replica at the end of `link` that the caller takes next: each in turn, as a name with
    /// several addresses is resolved; for what changes state, the primary of a node that has one.
    #[inline(always)]
    pub fn next_replica(
        &mut self,
        request: RequestId,
        link: LinkId,
        endpoint: EndpointId,
    ) -> Place {
        let ends = self.fixed.topology.links[link.index()];
        let shape = &self.fixed.topology.nodes[ends.to.index()];
        if shape.replicas == 1 {
            return Place { node: ends.to, replica: 0 };
        }
        let write = self.fixed.endpoints.get(endpoint.index()).is_some_and(|it| it.write);
        let replica = if write && shape.has_primary {
            0
        } else {
            let turn = &mut self.core.links[link.index()].turn;
            let replica = *turn;
            *turn = if replica + 1 == shape.replicas { 0 } else { replica + 1 };
            replica
        };
        let chosen = Place { node: ends.to, replica };
        self.observe(&Fact::Picked { request, by: ends.from, chosen, shakes: false });
        chosen
    }

    /// Bytes of the response that an exchange brings: with objects, a function of the object.
    pub fn response_bytes(&self, id: ExchangeId, endpoint: &Endpoint, amount: &Amount) -> u64 {
        const SIZE: Purpose = Purpose::named("response size");
        let exchange = self.core.exchanges.hot(id);
        let key = self.object_key(id, endpoint).unwrap_or(exchange.key);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "sizes are positive, and the cast saturates"
        )]
        let bytes = amount.draw(key, SIZE).map(|bytes| (bytes + 0.5) as u64);
        bytes.unwrap_or_else(|| {
            let row = self.traced(exchange.request);
            row.and_then(TraceRow::size).map_or(0, |size| size.0)
        })
    }

    /// Whether the exchange that stands at `id` is the one that had `generation`.
    #[inline]
    #[must_use]
    pub fn is_still(&self, id: ExchangeId, generation: u16) -> bool {
        let exchange = self.core.exchanges.hot(id);
        exchange.generation == generation && exchange.phase != Phase::Dead
    }
}

/// Puts down in an exchange's account what it has been doing since the last entry; returns when
/// that was.
#[inline(always)]
fn put_down(
    requests: &mut Slab<Request>,
    accounts: &mut Slab<BranchAccount>,
    exchange: &Exchange,
    part: Part,
    now: Time,
) -> Time {
    let part = if exchange.below { Part::Downstream } else { part };
    let account = account_of(requests, accounts, exchange);
    let since = account.mark;
    account.spend(part, now);
    since
}

/// The account of an exchange: that of its request, or that of a branch.
#[inline(always)]
fn account_of<'a>(
    requests: &'a mut Slab<Request>,
    accounts: &'a mut Slab<BranchAccount>,
    exchange: &Exchange,
) -> &'a mut Account {
    match exchange.account {
        0 => &mut requests[exchange.request.0].account,
        place => &mut accounts[place].account,
    }
}

/// That an exchange has left its node.
#[inline(always)]
const fn left(exchange: &Exchange, exit: Exit, success: bool) -> Fact<'static> {
    Fact::Left {
        at: exchange.at,
        key: exchange.key,
        entered: exchange.entered,
        waited: exchange.waited,
        class: exchange.class,
        endpoint: exchange.endpoint,
        exit,
        success,
    }
}
