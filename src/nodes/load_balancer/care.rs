//! What a balancer does beyond choosing once for each request: attempts elsewhere, sessions kept
//! at a backend, connections passed on.

use std::collections::{BTreeMap, VecDeque};

use super::super::host::Next as HostNext;
use super::instances::Instances;
use super::reserve::Reserve;
use super::tries::Tries;
use super::{BalancePlan, LoadBalancer, ended_by};
use crate::balance::{Algorithm, Backend, Tried};
use crate::fact::Observer;
use crate::health::{Health, HealthSpec};
use crate::id::{ConnectionId, ExchangeId};
use crate::net::{Ctx, Hop, Input, Kind, Part, Phase, Token, Unwanted};
use crate::outcome::{Answer, Reason};
use crate::resilience::{self, Hedge, Next, NextUpstream, Outcome};
use crate::rng::Key;
use crate::slab::Slab;
use crate::time::{Span, Time};

/// The state of that.
#[derive(Debug)]
pub(super) struct Care {
    /// The attempts of requests that have failed once.
    pub(super) tries: Slab<Tries>,
    /// Requests that wait for a backend that is not full, the first to be served in front.
    pub(super) held: VecDeque<ExchangeId>,
    max_conns: u32,
    /// Which failures are tried again, and where.
    pub(super) rule: Option<NextUpstream>,
    /// When it sends a second copy.
    pub(super) hedge: Option<Hedge>,
    /// What it believes of its backends.
    pub(super) health: Option<Health>,
    /// When the last probe of each backend was sent.
    pub(super) probed: Vec<Time>,
    /// Whether a backend that comes back takes its weight step by step.
    pub(super) weights_vary: bool,
    /// Its processes, if it has several.
    pub(super) instances: Option<Instances>,
    /// Its backups, if it has some.
    pub(super) reserve: Option<Box<Reserve>>,
    /// Which backend the cookie of a session names.
    pub(super) cookies: BTreeMap<u64, u32>,
}

impl Care {
    /// What a balancer needs of it; nothing in the usual case.
    pub(super) fn of(plan: &BalancePlan) -> Option<Self> {
        let treats = &plan.treats;
        let is_plain = treats.layer == 7
            && treats.max_conns.is_none()
            && treats.next_upstream.is_none()
            && treats.hedge.is_none()
            && treats.health.is_none()
            && treats.sticky.is_none()
            && plan.reserve.is_none()
            && !plan.is_told
            && treats.instances.is_none_or(|count| count < 2);
        (!is_plain).then(|| Self {
            tries: Slab::default(),
            held: VecDeque::new(),
            max_conns: treats.max_conns.unwrap_or(u32::MAX),
            rule: treats
                .next_upstream
                .as_ref()
                .map(|spec| NextUpstream::new(spec, plan.connect_timeout)),
            hedge: treats.hedge.as_ref().map(Hedge::new),
            health: Self::health_of(plan),
            probed: vec![Time::ZERO; plan.backends.len()],
            weights_vary: treats.health.as_ref().is_some_and(|it| it.slow_start.is_some()),
            instances: Instances::of(plan),
            reserve: Reserve::of(plan),
            cookies: BTreeMap::new(),
        })
    }

    /// What it believes of its backends at first.
    pub(super) fn health_of(plan: &BalancePlan) -> Option<Health> {
        let weights: Vec<u32> = plan.backends.iter().map(|backend| backend.weight).collect();
        let none = plan.is_told.then(HealthSpec::default);
        let spec = plan.treats.health.as_ref().or(none.as_ref())?;
        Some(Health::new(spec, &weights, plan.phase))
    }

    /// The key of the next attempt of an exchange whose tries are kept at `place`, if not at 0.
    pub(super) fn key_of_attempt(&self, key: Key, place: u32) -> Key {
        let made = if place == 0 { 0 } else { self.tries[place - 1].made };
        if made == 0 { key } else { key.with(u64::from(made)) }
    }

    /// Whether a backend has as many exchanges as it may have.
    pub(super) const fn is_full(&self, backend: &Backend) -> bool {
        backend.outstanding >= self.max_conns
    }
}

impl LoadBalancer {
    /// Does what follows from `input`, and hands on whatever is to be handed on now.
    #[cold]
    #[inline(never)]
    pub(super) fn handle_with_care<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        self.take_up(input, ctx);
        let next = if self.cares(input, ctx) {
            self.host.more(ctx)
        } else {
            if let Some(child) = ended_by(input, ctx) {
                self.ended(child, ctx);
            }
            self.host.handle(input, ctx)
        };
        self.go_on(next, ctx);
    }

    /// Hands on whatever is to be handed on now, and then those that wait and may go.
    pub(super) fn go_on<O: Observer>(&mut self, mut next: HostNext, ctx: &mut Ctx<'_, O>) {
        loop {
            while let HostNext::Forward(id) = next {
                self.begin_attempts(id, ctx);
                next = self.host.more(ctx);
            }
            if !self.serve_held(ctx) {
                return;
            }
            next = self.host.more(ctx);
        }
    }

    /// What follows from an answer that is waited for. Returns whether its host need not know it.
    fn is_settled<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let answer = ctx.cold(child).answer;
        let backend = usize::from(ctx.cold(child).branch);
        let account = ctx.hot(child).account;
        let was_kept = answer.failure == Some(Reason::Reset) && ctx.is_on_kept(child);
        self.judge(backend, answer, ctx);
        if answer.is_success() {
            self.remember(child, parent, ctx);
            ctx.spend(child, Part::Network);
            self.give_up_copies(parent, child, None, ctx);
            ctx.settle_copy(account, parent);
            self.forget_tries(parent, ctx);
            return false;
        }
        self.ended(child, ctx);
        ctx.spend(child, Part::Network);
        if self.has_other_copy(child, parent, ctx) {
            return true;
        }
        ctx.settle_copy(account, parent);
        ctx.cold(parent).child = ExchangeId::NONE;
        if was_kept {
            self.tries(parent, ctx).on_kept += 1;
        }
        self.failed(backend, parent, answer, ctx);
        true
    }

    /// What follows from `input` that its host does not have to know. Returns whether that is all.
    fn cares<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) -> bool {
        match input {
            Input::Reply { child, parent } if ctx.is_awaited(child, parent) => {
                self.is_settled(child, parent, ctx)
            }
            Input::Timer(Token::Connect(child, _)) => self.late(child, Reason::ConnectTimeout, ctx),
            Input::Timer(Token::Read(child, _)) => self.late(child, Reason::ReadTimeout, ctx),
            Input::Timer(Token::Hedge(id, generation)) => {
                if ctx.is_still(id, generation) {
                    self.hedge(id, ctx);
                }
                true
            }
            Input::Timer(Token::Closed(_, backend)) => {
                self.lets_go_of(usize::from(backend), ctx);
                true
            }
            Input::Timer(Token::Returns(..)) => true,
            Input::Timer(Token::Probe(_, backend, stage)) => {
                self.probe(backend, stage, ctx);
                true
            }
            Input::Timer(Token::Patience(id)) if ctx.hot(id).phase == Phase::Held => {
                self.let_go(id, ctx);
                self.host.fail(id, Reason::QueueTimeout, ctx);
                true
            }
            // One that is on its way back has no attempts any more, and may count its SYNs instead.
            Input::Timer(Token::Cancelled(id, generation, unwanted))
                if ctx.is_still(id, generation) && ctx.hot(id).phase != Phase::Inbound =>
            {
                let is_held = ctx.hot(id).phase == Phase::Held;
                if is_held {
                    self.let_go(id, ctx);
                }
                if is_held || unwanted == Unwanted::Cancel {
                    let child = ctx.cold(id).child;
                    self.give_up_copies(id, child, Some(unwanted), ctx);
                    self.forget_tries(id, ctx);
                }
                false
            }
            Input::Resume(id) if self.is_pausing(id, ctx) => {
                ctx.spend(id, Part::Backoff);
                self.again(id, ctx);
                true
            }
            Input::Request(_)
            | Input::Resume(_)
            | Input::Reply { .. }
            | Input::Timer(_)
            | Input::Arrival
            | Input::Wake(_) => false,
        }
    }

    /// A call was not answered in time.
    fn late<O: Observer>(&mut self, child: ExchangeId, why: Reason, ctx: &mut Ctx<'_, O>) -> bool {
        let parent = ctx.hot(child).parent;
        self.ended(child, ctx);
        let backend = usize::from(ctx.cold(child).branch);
        self.judge(backend, Answer::failed(why), ctx);
        let goes_on = self.has_other_copy(child, parent, ctx);
        let account = ctx.hot(child).account;
        ctx.hang_up(child);
        if goes_on {
            return true;
        }
        ctx.settle_copy(account, parent);
        ctx.cold(parent).child = ExchangeId::NONE;
        self.failed(backend, parent, Answer::failed(why), ctx);
        true
    }

    /// An attempt has failed: another follows, or the failure is the answer.
    fn failed<O: Observer>(
        &mut self,
        backend: usize,
        id: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) {
        if self.plan.treats.layer == 4 && answer.lost().is_some() {
            self.unhook(id, ctx);
        }
        let next = self.follows(id, answer, ctx);
        if next != Next::Stop {
            self.tries(id, ctx).copies = 0;
        }
        let backend = u32::try_from(backend).expect("a balancer has fewer than 65,536 backends");
        match next {
            Next::Stop => self.stop(id, answer, ctx),
            Next::Untried => {
                // The only one there is may be asked again.
                if self.backends.iter().filter(|it| it.exists).count() > 1 {
                    self.tries(id, ctx).tried.push(backend);
                }
                self.attempt(id, ctx);
            }
            Next::Same(pause) => {
                // HAProxy's server counts a request that waits to try it again.
                self.take(backend as usize, ctx);
                self.refresh(backend as usize);
                self.pause(id, Some(backend), pause, ctx);
            }
            Next::Other(pause) => {
                let has_others =
                    self.backends.iter().filter(|it| it.up && it.weight > 0).count() > 1;
                let tried = &mut self.tries(id, ctx).tried;
                tried.clear();
                tried.extend(has_others.then_some(backend));
                self.pause(id, None, pause, ctx);
            }
        }
    }

    /// No attempt follows. At layer 4 the caller sees its own connection break with the backend's.
    fn stop<O: Observer>(&mut self, id: ExchangeId, answer: Answer, ctx: &mut Ctx<'_, O>) {
        self.forget_tries(id, ctx);
        if self.plan.treats.layer == 4 && ctx.hop_of(id, self.host.node()).is_none() {
            let connection = ctx.cold(id).connection;
            ctx.break_connection(connection);
        }
        if self.says_nothing(id, answer, ctx) {
            self.host.close_on(id, ctx);
        } else {
            self.host.fail_with(id, answer, ctx);
        }
    }

    /// What the rule says after a failed attempt.
    fn follows<O: Observer>(
        &mut self,
        id: ExchangeId,
        answer: Answer,
        ctx: &mut Ctx<'_, O>,
    ) -> Next {
        let Some(rule) = self.care.as_ref().and_then(|care| care.rule.clone()) else {
            return Next::Stop;
        };
        let outcome = Outcome::of(answer);
        if self.plan.treats.layer == 4 && outcome.was_sent() {
            // It keeps nothing of what went over a connection that it could send again.
            return Next::Stop;
        }
        let exchange = ctx.core.exchanges.hot(id);
        let is_idempotent =
            exchange.is_preflight || ctx.is_idempotent(exchange.request, exchange.endpoint);
        let is_haproxy = rule.is_haproxys();
        let is_open = |it: &&Backend| it.exists && (!is_haproxy || it.up && it.weight > 0);
        let open = self.backends.iter().filter(is_open).count();
        let in_turn =
            matches!(self.plan.spec.algorithm, Algorithm::RoundRobin | Algorithm::StaticRoundRobin);
        let now = ctx.now();
        let tries = self.tries(id, ctx);
        tries.made += 1;
        rule.decide(&resilience::Tried {
            made: tries.made,
            on_kept: tries.on_kept,
            outcome,
            is_idempotent,
            since: now.since(tries.since),
            backends: u32::try_from(open).unwrap_or(u32::MAX),
            in_turn,
        })
    }

    /// Another attempt follows after a pause, at this backend or at one that is chosen then.
    fn pause<O: Observer>(
        &mut self,
        id: ExchangeId,
        same: Option<u32>,
        pause: Span,
        ctx: &mut Ctx<'_, O>,
    ) {
        let tries = self.tries(id, ctx);
        (tries.pauses, tries.same) = (true, same);
        ctx.hot(id).phase = Phase::Wait;
        ctx.schedule(pause, Kind::Exchange(id));
    }

    /// The attempts of an exchange, from now on remembered.
    pub(super) fn tries<O: Observer>(
        &mut self,
        id: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) -> &mut Tries {
        let care = self.care.as_mut().expect("a balancer without care has no attempts");
        // The time-out of all attempts counts from when the first could be made.
        let sent = ctx.hot(id).entered;
        let cold = ctx.cold(id);
        if cold.repeats == 0 {
            let (place, tries) = care.tries.claim(Tries::default);
            tries.begin(sent);
            cold.repeats = place + 1;
        }
        &mut care.tries[cold.repeats - 1]
    }

    pub(super) fn forget_tries<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let place = std::mem::take(&mut ctx.cold(id).repeats);
        if let (Some(care), true) = (&mut self.care, place > 0) {
            let timer = care.tries[place - 1].hedge;
            ctx.cancel_timer(timer);
            let counted = care.tries[place - 1].same;
            care.tries.remove(place - 1);
            if let Some(backend) = counted {
                self.lets_go_of(backend as usize, ctx);
            }
        }
    }

    fn is_pausing<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> bool {
        let place = ctx.core.exchanges.cold(id).repeats;
        let care = self.care.as_ref();
        place > 0 && care.is_some_and(|care| care.tries[place - 1].pauses)
    }

    /// The pause before another attempt at the same backend is over.
    fn again<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let tries = self.tries(id, ctx);
        tries.pauses = false;
        match tries.same.take() {
            Some(backend) => {
                self.lets_go_of(backend as usize, ctx);
                self.send_to(id, backend as usize, ctx);
            }
            None => self.attempt(id, ctx),
        }
    }

    /// Hands an exchange on for the first time.
    fn begin_attempts<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        self.take_up_for(id, ctx);
        ctx.cold(id).repeats = 0;
        if self.plan.treats.layer == 4 {
            return self.pass_on(id, ctx);
        }
        if let Some(backend) = self.named_by_cookie(id, ctx) {
            return self.send_to(id, backend, ctx);
        }
        self.attempt(id, ctx);
    }

    /// Sends an exchange to a backend that was not tried, or lets it wait for one.
    #[inline(never)]
    pub(super) fn attempt<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let connection = ctx.cold(id).connection;
        if self.plan.treats.layer == 4 && ctx.core.connections.get(connection).is_closed {
            // Whoever opened it has gone meanwhile: there is nothing to choose for.
            self.forget_tries(id, ctx);
            return self.host.fail(id, Reason::Reset, ctx);
        }
        let place = ctx.cold(id).repeats;
        let tried = match &mut self.care {
            Some(care) if place > 0 => std::mem::take(&mut care.tries[place - 1].tried),
            _ => Vec::new(),
        };
        self.refresh_all(ctx.now());
        let chosen = self.choose_on_levels(id, Tried(&tried), ctx);
        if let (Some(care), Some(backend)) = (&mut self.care, chosen) {
            care.on_picked(backend, ctx.core.now);
            self.expect_return(backend, ctx);
        }
        if let (Some(care), true) = (&mut self.care, place > 0) {
            care.tries[place - 1].tried = tried;
        }
        match chosen {
            Some(backend) => self.send_to(id, backend, ctx),
            None if self.may_wait(ctx.now()) => self.hold(id, ctx),
            None => self.stop(id, Answer::failed(Reason::NoBackend), ctx),
        }
    }

    /// Sends an exchange to a backend, which at layer 4 is chosen for its connection.
    #[inline(never)]
    fn send_to<O: Observer>(&mut self, id: ExchangeId, backend: usize, ctx: &mut Ctx<'_, O>) {
        if self.plan.treats.layer == 4 {
            self.hook(id, backend, ctx);
        } else {
            self.take(backend, ctx);
            self.refresh(backend);
            self.send_as_attempt(id, backend, ConnectionId::NONE, ctx);
            self.expect_answer(id, ctx);
        }
    }

    /// Sends an exchange to a backend. What a further attempt costs, and whether it fails, is its
    /// own.
    fn send_as_attempt<O: Observer>(
        &mut self,
        id: ExchangeId,
        backend: usize,
        carried: ConnectionId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let (key, place) = (ctx.hot(id).key, ctx.cold(id).repeats);
        let key = self.care.as_ref().map_or(key, |care| care.key_of_attempt(key, place));
        if carried != ConnectionId::NONE {
            ctx.core.connections.hold(carried);
        }
        self.send(id, backend, key, carried, ctx);
    }

    /// Passes on what comes over a connection: to the backend that was chosen for it, or to one
    /// that is chosen now.
    fn pass_on<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let connection = ctx.cold(id).connection;
        match ctx.hop_of(id, self.host.node()) {
            Some(hop) => self.send_as_attempt(id, usize::from(hop.backend), connection, ctx),
            None => self.attempt(id, ctx),
        }
    }

    /// A backend is chosen for the connection of an exchange.
    fn hook<O: Observer>(&mut self, id: ExchangeId, backend: usize, ctx: &mut Ctx<'_, O>) {
        let (node, connection) = (self.host.node(), ctx.cold(id).connection);
        let number = u16::try_from(backend).expect("a balancer has fewer than 65,536 backends");
        let hop = Hop { node, backend: number, to: self.plan.ways[backend].0, is_open: false };
        ctx.core.connections.get_mut(connection).hops.push(hop);
        self.take(backend, ctx);
        self.refresh(backend);
        self.send_as_attempt(id, backend, connection, ctx);
    }

    /// The way of a connection has ended at its backend.
    fn unhook<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let (node, connection) = (self.host.node(), ctx.cold(id).connection);
        if let Some(hop) = ctx.hop_of(id, node) {
            let hops = &mut ctx.core.connections.get_mut(connection).hops;
            hops.retain(|other| other.node != node);
            self.lets_go_of(usize::from(hop.backend), ctx);
        }
    }
}
