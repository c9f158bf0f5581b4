//! The load balancer: spreads requests over backends, which are all replicas of all the nodes
//! that it links to.
//!
//! It knows what a real one knows: how many of its own exchanges each backend has outstanding,
//! and how long they took. What stands in a backend's queue it cannot see. At layer 4 it chooses
//! once for each connection, and passes on what comes over it, handshakes included.

mod care;
mod counts;
mod hedged;
mod hold;
mod instances;
mod reserve;
mod spec;
mod sticky;
mod tries;
mod watch;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use spec::{BackendsSpec, LoadBalancerSpec, StickySpec};

use super::host::{Host, Next};
use crate::balance::{Backend, BalanceSpec, Balancer, Query, Tried};
use crate::dist::Law;
use crate::fact::{Fact, Observer, Place};
use crate::fault::FaultKind;
use crate::id::{ConnectionId, EndpointId, ExchangeId, LinkId};
use crate::net::{Call, Ctx, Input, Phase, Token, Unwanted};
use crate::outcome::Reason;
use crate::rng::{Key, Purpose, Stream};
use crate::time::Span;
use care::Care;

/// The backends of a balancer, made ready to run.
#[derive(Debug, Clone)]
pub struct BalancePlan {
    /// How it chooses.
    pub spec: BalanceSpec,
    /// What it chooses among, in the order of nodes and replicas.
    pub backends: Vec<Backend>,
    /// The same with the weights of the backups, which have none above; ordinary ones have none
    /// here. Only if there are backups.
    pub reserve: Option<Vec<Backend>>,
    /// Where each backend is, and the link to it.
    pub ways: Vec<(Place, LinkId)>,
    /// At which layer it works, and how it treats backends.
    pub treats: BackendsSpec,
    /// How long a request waits when all backends are full, and what that is drawn for.
    pub patience: Option<(Law, Purpose)>,
    /// How long it waits for a connection, on average.
    pub connect_timeout: Option<Span>,
    /// Whether it may be told to take a backend out.
    pub is_told: bool,
    /// How far into a second the clock is when the run begins.
    pub phase: Span,
}

/// A load balancer at work.
#[derive(Debug)]
pub struct LoadBalancer {
    host: Host,
    plan: Arc<BalancePlan>,
    backends: Vec<Backend>,
    balancer: Balancer,
    coin: Stream,
    /// Whether its algorithm wants to be told of exchanges sent and ended.
    listens: bool,
    /// Whether it must know what is asked for.
    reads_uri: bool,
    /// Whether it must know addresses or paths as they are written.
    reads_text: bool,
    /// The path that was written last, whose memory is used again.
    path: String,
    /// What it does beyond choosing for each request; nothing in the usual case.
    care: Option<Box<Care>>,
}

impl LoadBalancer {
    /// A balancer before its first choice.
    #[must_use]
    pub fn new(host: Host, plan: &Arc<BalancePlan>, coin: Stream) -> Self {
        let balancer = Balancer::new(&plan.spec, &plan.backends);
        Self {
            host: host.answering_as(plan.spec.profile),
            backends: plan.backends.clone(),
            listens: balancer.listens(),
            balancer,
            coin,
            reads_uri: plan.spec.reads_uri(),
            reads_text: plan.spec.reads_address()
                || plan.spec.reads_path()
                || plan.spec.reads_cookie(),
            path: String::new(),
            care: Care::of(plan).map(Box::new),
            plan: Arc::clone(plan),
        }
    }

    /// The exchanges that it holds.
    pub const fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    /// The same, to look at.
    pub const fn host_ref(&self) -> &Host {
        &self.host
    }

    /// Starts the node.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        self.host.begin(ctx);
        self.begin_probes(ctx);
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        if self.care.is_some() {
            return self.handle_with_care(input, ctx);
        }
        let mut next = match input {
            Input::Reply { child, parent } if ctx.is_awaited(child, parent) => {
                self.uncount(child, ctx);
                self.host.heard(child, parent, ctx)
            }
            Input::Reply { .. } => self.host.more(ctx),
            Input::Request(_) | Input::Resume(_) => self.host.handle(input, ctx),
            Input::Timer(_) | Input::Arrival | Input::Wake(_) => {
                if let Some(child) = ended_by(input, ctx) {
                    self.uncount(child, ctx);
                }
                self.host.handle(input, ctx)
            }
        };
        while let Next::Forward(id) = next {
            self.forward(id, ctx);
            next = self.host.more(ctx);
        }
    }

    /// A fault of one of its replicas begins or ends. What a process that dies had under way, it
    /// no longer counts.
    pub fn fault<O: Observer>(
        &mut self,
        at: Place,
        kind: FaultKind,
        begins: bool,
        factor: f64,
        ctx: &mut Ctx<'_, O>,
    ) {
        if kind == FaultKind::Crash && begins {
            for id in ctx.held_at(at) {
                self.take_up_for(id, ctx);
                let phase = ctx.hot(id).phase;
                let child = ctx.cold(id).child;
                self.give_up_copies(id, child, None, ctx);
                self.forget_tries(id, ctx);
                if phase == Phase::Called {
                    self.ended(child, ctx);
                } else if phase == Phase::Held {
                    self.let_go(id, ctx);
                }
            }
        }
        self.host.fault(at, kind, begins, factor, ctx);
    }

    #[inline(never)]
    fn forward<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let Some(backend) = self.choose(id, Tried::NONE, ctx) else {
            return self.host.fail(id, Reason::NoBackend, ctx);
        };
        self.count(backend, ctx);
        let key = ctx.hot(id).key;
        self.send(id, backend, key, ConnectionId::NONE, ctx);
    }

    /// The backend for an exchange; none if none is open.
    #[inline(always)]
    fn choose<O: Observer>(
        &mut self,
        id: ExchangeId,
        tried: Tried<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        let (request, now) = (ctx.core.exchanges.hot(id).request, ctx.core.now);
        let source = ctx.core.exchanges.cold(id).source;
        if self.reads_text {
            return self.choose_by_text(id, tried, ctx);
        }
        let uri = if self.reads_uri { ctx.uri(request) } else { 0 };
        let query = Query { source, uri, address: 0, path: "", now };
        self.balancer.pick(&query, &self.backends, tried, &mut self.coin)
    }

    /// The same for an algorithm that takes addresses or paths as they are written.
    #[cold]
    #[inline(never)]
    fn choose_by_text<O: Observer>(
        &mut self,
        id: ExchangeId,
        tried: Tried<'_>,
        ctx: &mut Ctx<'_, O>,
    ) -> Option<usize> {
        let (request, now) = (ctx.hot(id).request, ctx.now());
        let source = ctx.cold(id).source;
        let mut path = std::mem::take(&mut self.path);
        let uri = if self.plan.spec.reads_cookie() {
            ctx.write_cookie(request, &mut path)
        } else {
            ctx.write_target(request, &mut path);
            ctx.uri(request)
        };
        let address = ctx.address_of(id);
        let query = Query { source, uri, address, path: &path, now };
        let picked = self.balancer.pick(&query, &self.backends, tried, &mut self.coin);
        self.path = path;
        picked
    }

    /// Sends an exchange to a backend as the call `key`: on the connection that a balancer of layer
    /// 4 passes on, or on one of its own.
    #[inline(always)]
    fn send<O: Observer>(
        &mut self,
        id: ExchangeId,
        backend: usize,
        key: Key,
        carried: ConnectionId,
        ctx: &mut Ctx<'_, O>,
    ) {
        let exchange = ctx.hot(id);
        let (endpoint, below, request) = (exchange.endpoint, exchange.below, exchange.request);
        let source = ctx.cold(id).source;
        let (at, link) = self.plan.ways[backend];
        let (by, shakes) = (self.host.node(), endpoint == EndpointId::HANDSHAKE);
        ctx.observe(&Fact::Picked { request, by, chosen: at, shakes });
        let backend = u16::try_from(backend).expect("a balancer has fewer than 65,536 backends");
        let call = Call { endpoint, key, backend, below, source, carried, value: 0 };
        ctx.call(id, link, at, call);
        self.host.forwarded(id, ctx);
    }

    /// One exchange more is outstanding at a backend.
    #[inline(always)]
    fn count<O: Observer>(&mut self, backend: usize, ctx: &mut Ctx<'_, O>) {
        self.backends[backend].outstanding += 1;
        if self.listens {
            self.balancer.on_sent(backend, ctx.now());
        }
    }

    /// An exchange with a backend has ended: one less is outstanding there.
    #[inline(always)]
    fn uncount<O: Observer>(&mut self, child: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let backend = usize::from(ctx.cold(child).branch);
        self.backends[backend].outstanding -= 1;
        if self.listens {
            let (sent, now) = (ctx.cold(child).sent, ctx.now());
            self.balancer.on_done(backend, now, now.since(sent));
        }
    }
}

/// The exchange with a backend that ends with `input`, if one does: it is answered or no longer
/// waited for, or the balancer closes its connection because nobody wants the answer.
#[inline(always)]
fn ended_by<O: Observer>(input: Input, ctx: &mut Ctx<'_, O>) -> Option<ExchangeId> {
    match input {
        Input::Reply { child, parent } if ctx.is_awaited(child, parent) => Some(child),
        Input::Timer(Token::Cancelled(id, generation, Unwanted::Cancel))
            if ctx.is_still(id, generation) && ctx.hot(id).phase == Phase::Called =>
        {
            Some(ctx.cold(id).child)
        }
        Input::Timer(Token::Connect(child, _) | Token::Read(child, _)) => Some(child),
        Input::Reply { .. }
        | Input::Timer(_)
        | Input::Request(_)
        | Input::Resume(_)
        | Input::Arrival
        | Input::Wake(_) => None,
    }
}
