//! The host: runs the programs of the exchanges that a node holds, on the node's stations.
//!
//! Every node kind but the client owns one. It admits what arrives, runs its operations until
//! something must be waited for, and asks its node where to go when a program says `Forward`.
//! What a host does is told in full by the exchange's phase and step, so an exchange can be taken
//! away at any point.

mod arriving;
mod aside;
mod calls;
mod cors;
mod faults;
mod handshakes;
mod hashing;
mod identity;
mod limited;
mod memory;
mod saying;
mod screen;
mod timed;
mod unwanted;

use std::collections::BTreeMap;

pub use aside::AsidePlan;
pub use memory::MemoryPlan;

use super::station::{Admit, MachineShape, Shape, Station};
use crate::balance::Profile;
use crate::dist::Law;
use crate::endpoint::{Amount, Op};
use crate::fact::{Exit, Observer, Place};
use crate::id::{ExchangeId, NodeId, RequestId};
use crate::net::{Ctx, Input, Part, Phase, TimerId};
use crate::outcome::{Answer, Reason};
use crate::rng::{Key, Purpose, Stream};
use crate::time::{Span, Time};
use crate::trace::TraceRow;

/// The exchanges of one node, its stations and its programs.
#[derive(Debug)]
pub struct Host {
    node: NodeId,
    /// One a replica; none if the node has neither machine nor workers.
    stations: Vec<Station>,
    patience: Option<(Law, Purpose)>,
    /// Whether it matters when an exchange begins to be served.
    watches_starts: bool,
    is_async: bool,
    program: Running,
    /// Whose turn it is when a worker that was given back lets another exchange go on.
    admitted: Vec<ExchangeId>,
    /// What ended while its process stood still, to be noticed when it goes on.
    unnoticed: Vec<ExchangeId>,
    /// Whether a fault can let its processes stand still.
    can_hang: bool,
    /// Whether connections are passed on with their handshakes.
    passes_on: bool,
    /// What it does for these handshakes, if not what it does for all else.
    shakes: Option<u16>,
    /// The product whose statuses it gives to what fails behind it; nginx's if none is named.
    product: Option<Profile>,
    /// How often exchanges may come.
    limit: Option<Box<limited::Limit>>,
    /// What it does for identity.
    gate: Option<Box<identity::Gate>>,
    /// The values that it keeps for others.
    aside: Option<Box<aside::Aside>>,
    /// What it says to scripts of other origins, where pages ask any.
    sharing: Option<Box<cors::Sharing>>,
    /// What is taken of its replicas' memory, where that is limited.
    memory: Option<Box<memory::Memory>>,
    /// What it lets pass.
    screen: Option<Box<screen::Screen>>,
    /// Whether something may turn exchanges away before they begin.
    may_refuse: bool,
    /// How often the paths were answered whose answers change.
    answered: BTreeMap<u64, u32>,
}

/// Which program an exchange runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// The endpoint's own; this one for what has no endpoint.
    Endpoint(u16),
    /// This one, whatever the endpoint: the node hands requests on.
    Own(u16),
}

/// What the node must decide after the host has done what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the exchange waits, or has gone.
    Holds,
    /// Where this exchange goes.
    Forward(ExchangeId),
}

impl Host {
    /// The host of `node`, with one station a replica if it has a shape.
    #[must_use]
    pub fn new(node: NodeId, shape: Option<&Shape>, program: Running, streams: &[Stream]) -> Self {
        let stations = shape.map_or_else(Vec::new, |shape| {
            let replicas = (0..).zip(streams);
            replicas
                .map(|(replica, stream)| Station::new(Place { node, replica }, shape, stream))
                .collect()
        });
        Self {
            node,
            stations,
            patience: shape.and_then(|shape| shape.patience.clone()),
            watches_starts: shape.is_some_and(Shape::watches_starts),
            is_async: shape.is_some_and(|shape| shape.is_async),
            program,
            admitted: Vec::new(),
            unnoticed: Vec::new(),
            passes_on: false,
            shakes: None,
            product: None,
            limit: None,
            gate: None,
            aside: None,
            sharing: None,
            memory: None,
            screen: None,
            may_refuse: shape.is_some_and(|shape| shape.shed.is_some()),
            answered: BTreeMap::new(),
            can_hang: shape.is_some_and(|shape| shape.can_hang),
        }
    }

    /// The node that it belongs to.
    #[must_use]
    pub const fn node(&self) -> NodeId {
        self.node
    }

    /// States how the replicas begin.
    pub fn begin<O: Observer>(&self, ctx: &mut Ctx<'_, O>) {
        for station in &self.stations {
            station.begin(ctx);
        }
        self.begins_to_remember(ctx);
    }

    /// Does what follows from `input`. With `Next::Forward` the node must call [`Host::forwarded`]
    /// or [`Host::fail`] and then ask again with [`Host::more`].
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) -> Next {
        let next = match input {
            Input::Request(id) => self.arrived(id, ctx),
            Input::Resume(id) => self.resumed(id, ctx),
            Input::Reply { child, parent } if ctx.is_awaited(child, parent) => {
                self.replied(child, parent, ctx)
            }
            Input::Reply { .. } => Next::Holds,
            Input::Timer(token) => self.timed(token, ctx),
            Input::Arrival | Input::Wake(_) => unreachable!("only clients arrive and wake"),
        };
        if next == Next::Holds { self.more(ctx) } else { next }
    }

    /// Whether the accept queue of a replica is full.
    #[must_use]
    pub fn is_backlog_full(&self, replica: u16) -> bool {
        self.stations.get(usize::from(replica)).is_some_and(Station::is_backlog_full)
    }

    /// Nanoseconds that the cores of a replica have worked since this was asked last, if anybody
    /// reads that.
    pub fn core_time(&mut self, replica: u16, now: Time) -> u128 {
        self.stations.get_mut(usize::from(replica)).map_or(0, |station| station.core_time(now))
    }

    /// The same for an answer of which the node knows that it is waited for.
    #[inline(always)]
    pub fn heard<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Next {
        let next = self.replied(child, parent, ctx);
        if next == Next::Holds { self.more(ctx) } else { next }
    }

    /// Goes on with exchanges that got a worker meanwhile; the node asks until `Next::Holds`.
    #[inline(always)]
    pub fn more<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) -> Next {
        while let Some(id) = self.admitted.pop() {
            let next = self.advance(id, ctx);
            if next != Next::Holds {
                return next;
            }
        }
        Next::Holds
    }

    /// The exchange was handed on: it waits for the reply.
    #[inline]
    pub fn forwarded<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.called(id, ctx);
    }

    /// The node has the answer itself, and gives it after `span`: what its program has behind
    /// `Forward` follows.
    pub fn answered<O: Observer>(&mut self, id: ExchangeId, span: Span, ctx: &mut Ctx<'_, O>) {
        if self.sharing.is_some() {
            self.recalls_who_may_read(id, ctx);
        }
        if span.is_zero() {
            let next = self.advance(id, ctx);
            debug_assert_eq!(next, Next::Holds, "a program forwards once");
        } else {
            self.served(id, ctx);
            ctx.hot(id).phase = Phase::Wait;
            ctx.resume_after(id, span);
        }
    }

    /// The node has found the answer itself, after the call for it was given up.
    pub fn answered_late<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if self.sharing.is_some() {
            self.recalls_who_may_read(id, ctx);
        }
        if !self.is_async || self.has_worker_again(id, ctx) {
            let next = self.advance(id, ctx);
            debug_assert_eq!(next, Next::Holds, "a program forwards once");
        }
    }

    /// Ends an exchange, or a branch, with this answer before its program does. Where connections
    /// are passed on, nobody answers for those that fail: the caller sees its own fail.
    #[inline(never)]
    pub fn fail_with<O: Observer>(&mut self, id: ExchangeId, answer: Answer, ctx: &mut Ctx<'_, O>) {
        let is_passed_on = self.passes_on && self.is_on_its_way(id, ctx);
        let told = match (self.product, answer.failure) {
            _ if is_passed_on => answer,
            (Some(product), Some(reason)) if !answer.answered => {
                Answer::refusing(product.status_of(reason), reason)
            }
            (Some(_) | None, _) => answer.handed_on(),
        };
        self.finish(id, told, ctx);
    }

    /// The same with the statuses of a product for what fails behind it.
    #[must_use]
    pub fn answering_as(self, product: Option<Profile>) -> Self {
        Self { product, ..self }
    }

    /// Ends an exchange without an answer: its caller sees the connection close.
    pub fn close_on<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.finish(id, Answer::failed(Reason::Reset), ctx);
    }

    /// Ends an exchange, or a branch, that cannot go on.
    pub fn fail<O: Observer>(&mut self, id: ExchangeId, reason: Reason, ctx: &mut Ctx<'_, O>) {
        self.fail_with(id, Answer::failed(reason), ctx);
    }

    fn station(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, impl Observer>,
    ) -> Option<&mut Station> {
        let replica = ctx.hot(id).at.replica;
        self.stations.get_mut(usize::from(replica))
    }

    #[inline(always)]
    fn resumed<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Next {
        let exchange = ctx.core.exchanges.hot(id);
        let (phase, replica) = (exchange.phase, exchange.at.replica);
        if phase == Phase::Core {
            if let Some(station) = self.stations.get_mut(usize::from(replica)) {
                station.core_done(id, ctx);
            }
        } else if self.was_held_back(id, ctx) {
            return self.lets_go_on(id, ctx);
        } else if self.can_hang && self.is_frozen(id, ctx) {
            self.unnoticed.push(id);
            return Next::Holds;
        } else {
            ctx.spend(id, Part::Service);
        }
        self.advance(id, ctx)
    }

    /// Runs the operations of an exchange until it must wait.
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "sizes are below 2^53")]
    fn advance<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Next {
        let fixed = ctx.fixed;
        while !(self.can_hang && self.stands_still(id, ctx)) {
            let exchange = ctx.core.exchanges.hot_mut(id);
            let op = &fixed.programs[usize::from(exchange.program)].ops[usize::from(exchange.step)];
            exchange.step += 1;
            match op {
                Op::Cpu(amount, purpose) => {
                    let (key, request) = (exchange.key, exchange.request);
                    let replica = exchange.at.replica;
                    let holds = self.takes_core(replica, id, ctx, |machine, ctx| {
                        time_of(amount, *purpose, key, request, machine.factor, ctx)
                    });
                    if holds {
                        return Next::Holds;
                    }
                }
                Op::CpuPerByte(nanos) => {
                    let replica = exchange.at.replica;
                    let demand = *nanos * ctx.cold(id).bytes as f64;
                    if self.takes_core(replica, id, ctx, |machine, _| machine.time_for(demand)) {
                        return Next::Holds;
                    }
                }
                Op::Wait(amount, purpose) => {
                    let (key, request) = (exchange.key, exchange.request);
                    let span = time_of(amount, *purpose, key, request, 1.0, ctx);
                    if self.waits(id, span, ctx) {
                        return Next::Holds;
                    }
                }
                Op::Unless(probability, purpose, to) => {
                    if !probability.happens(exchange.key.bits(*purpose)) {
                        exchange.step = *to;
                    }
                }
                Op::Call { .. } => {
                    if self.calls(id, op, ctx) {
                        return Next::Holds;
                    }
                }
                Op::Fork(starts, wait_for) => {
                    if self.forks(id, starts, *wait_for, ctx) {
                        return Next::Holds;
                    }
                }
                Op::Fail(probability, purpose, status) => {
                    if probability.happens(exchange.key.bits(*purpose)) {
                        self.fails(id, *status, ctx);
                        return Next::Holds;
                    }
                }
                Op::Rule(rule) => {
                    if self.follows(id, *rule, ctx) {
                        return Next::Holds;
                    }
                }
                Op::Keep(keep) => return self.asks_store(id, keep, ctx),
                Op::Screen(rule) => {
                    if self.screens(id, rule, ctx) {
                        return Next::Holds;
                    }
                }
                Op::Forward => return Next::Forward(id),
                Op::Return | Op::Join => {
                    self.answer(id, ctx);
                    return Next::Holds;
                }
            }
        }
        Next::Holds
    }

    /// Lets an exchange want a core of its replica for as long as `time` says of the machine there.
    /// Returns whether it has to wait for the end of that.
    #[inline(always)]
    fn takes_core<O: Observer>(
        &mut self,
        replica: u16,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
        time: impl FnOnce(&MachineShape, &Ctx<'_, O>) -> Span,
    ) -> bool {
        let Some(station) = self.stations.get_mut(usize::from(replica)) else { return false };
        let span = time(station.machine(), ctx);
        if station.machine().cores == 0 || span.is_zero() {
            return false;
        }
        station.want_core(id, span, ctx);
        if let Some((law, purpose)) = &self.patience {
            let starts = ctx.cold(id).timer == TimerId::NONE && !ctx.hot(id).served;
            if starts && ctx.hot(id).phase == Phase::Line {
                let span = law.span(&mut ctx.hot(id).key.draws(*purpose), 1.0);
                station.is_patient_for(id, span, ctx);
            }
        }
        true
    }

    /// Lets time pass for an exchange. Returns whether it has to wait for the end of that.
    #[inline(always)]
    fn waits<O: Observer>(&mut self, id: ExchangeId, span: Span, ctx: &mut Ctx<'_, O>) -> bool {
        if span.is_zero() {
            return false;
        }
        self.served(id, ctx);
        ctx.hot(id).phase = Phase::Wait;
        ctx.resume_after(id, span);
        true
    }

    /// Something was done for the exchange: its patience no longer counts.
    #[inline(always)]
    fn served<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let was_served = std::mem::replace(&mut ctx.hot(id).served, true);
        if self.watches_starts && !was_served {
            self.first_served(id, ctx);
        }
    }

    #[cold]
    fn first_served<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if let Some(station) = self.station(id, ctx) {
            station.first_served(id, ctx);
        }
    }

    /// The exchange waits for a reply: an asynchronous host lets its worker go.
    #[inline(always)]
    fn called<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.served(id, ctx);
        if self.is_async {
            self.give_worker_back(id, ctx);
        }
    }

    #[inline(always)]
    fn give_worker_back<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let exchange = ctx.hot(id);
        if std::mem::take(&mut exchange.has_worker) {
            let replica = exchange.at.replica;
            self.lets_next_in(replica, ctx);
        }
    }

    /// A worker of a replica is free: it goes to the next who waits for one.
    #[inline(always)]
    fn lets_next_in<O: Observer>(&mut self, replica: u16, ctx: &mut Ctx<'_, O>) {
        if let Some(station) = self.stations.get_mut(usize::from(replica))
            && let Some(next) = station.give_back(ctx)
        {
            self.admitted.insert(0, next);
        }
    }

    /// An answer has come that was waited for.
    #[inline(always)]
    fn replied<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> Next {
        let (answer, is_branch) = (ctx.cold(child).answer, ctx.hot(child).is_branch);
        if is_branch {
            if !self.joined(child, parent, answer, ctx) {
                return Next::Holds;
            }
        } else {
            let endpoint = ctx.spend(child, Part::Network).endpoint;
            ctx.cold(parent).child = ExchangeId::NONE;
            let hands_on = matches!(self.program, Running::Own(_));
            if self.sharing.is_some() && hands_on {
                self.learns_who_may_read(child, parent, ctx);
            }
            if endpoint.is_for_store() {
                self.heard_store(parent, answer.status == 200, ctx);
            } else if answer.failure.is_some()
                && !(self.gate.is_some() && self.is_covered_now(parent, ctx))
            {
                if hands_on && ctx.core.exchanges.has_papers() {
                    ctx.hand_on_papers(child, parent);
                }
                self.failed_below(parent, answer, ctx);
                return Next::Holds;
            }
            if hands_on {
                let bytes = ctx.cold(child).bytes;
                let cold = ctx.cold(parent);
                (cold.answer, cold.bytes) = (answer, bytes);
                if ctx.core.exchanges.has_papers() {
                    ctx.hand_on_papers(child, parent);
                }
            }
        }
        if self.is_async && !ctx.hot(parent).is_branch && !self.has_worker_again(parent, ctx) {
            return Next::Holds;
        }
        self.advance(parent, ctx)
    }

    /// After a reply, an asynchronous host needs a worker again before it goes on.
    fn has_worker_again<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        match self.station(id, ctx) {
            Some(station) => station.enter(id, true, ctx) == Admit::Worker,
            None => true,
        }
    }

    /// The program has come to its end: the answer of a server that answers itself is made here.
    #[inline(always)]
    fn answer<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let exchange = ctx.core.exchanges.hot(id);
        let answers = matches!(self.program, Running::Endpoint(_))
            && !exchange.is_branch
            && !exchange.is_preflight;
        let endpoint = ctx.fixed.endpoints.get(exchange.endpoint.index()).filter(|_| answers);
        let answer = match endpoint {
            Some(endpoint) => {
                if let Some(amount) = &endpoint.response_bytes {
                    let bytes = ctx.response_bytes(id, endpoint, amount);
                    ctx.cold(id).bytes = bytes;
                }
                match &ctx.fixed.http {
                    Some(http) => self.says(id, http, ctx),
                    None => Answer::with_status(endpoint.status),
                }
            }
            None => self.plain_answer(id, ctx),
        };
        self.finish(id, answer, ctx);
    }

    /// An exchange, or a branch, leaves with `answer`; its worker goes to the next.
    #[inline(always)]
    fn finish<O: Observer>(&mut self, id: ExchangeId, answer: Answer, ctx: &mut Ctx<'_, O>) {
        // What ends unserved may still have its patience running, whose place is used again.
        let exchange = ctx.hot(id);
        let was_served = std::mem::replace(&mut exchange.served, true);
        let had_worker = std::mem::take(&mut exchange.has_worker);
        let replica = exchange.at.replica;
        if self.watches_starts && !was_served {
            self.first_served(id, ctx);
        }
        if had_worker {
            self.lets_next_in(replica, ctx);
        }
        if self.sharing.is_some() {
            self.says_who_may_read(id, ctx);
        }
        if self.memory.is_some() {
            self.frees(id, ctx);
        }
        ctx.reply(id, answer, Exit::Answered);
    }
}

/// How long a step of a request takes, where everything takes `factor` times as long as at speed 1.
#[inline(always)]
fn time_of<O: Observer>(
    amount: &Amount,
    purpose: Purpose,
    key: Key,
    request: RequestId,
    factor: f64,
    ctx: &Ctx<'_, O>,
) -> Span {
    if let Amount::Drawn(law) = amount {
        return law.span(&mut key.draws(purpose), factor);
    }
    let nanos = ctx.traced(request).and_then(TraceRow::service).unwrap_or_default().0;
    #[allow(clippy::cast_precision_loss, reason = "a service time is below 2^53 ns")]
    let demand = nanos as f64;
    Span::from_nanos_rounded(demand * factor)
}
