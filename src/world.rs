//! The world: the nodes, what they share, and how events and answers find them.
//!
//! It owns everything of one replication, lends the node that an event is for a context, and does
//! nothing clever.

mod circle;
mod faults;
mod scaling;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::{self, Flow, Payload, Queue, Stop};
use crate::fact::Observer;
use crate::fault::Conditions;
use crate::graph::{Graph, LinkPlan};
use crate::id::{ExchangeId, NodeId, RequestId};
use crate::model::Until;
use crate::net::{
    Core, Ctx, Fixed, Input, Kind, MAX_SLOTS, Part, Phase, Step, Tables, TimerId, Token,
};
use crate::nodes::Node;
use crate::popularity::Past;
use crate::rng::Key;
use crate::time::Time;

pub use circle::Circle;

/// Events of one instant before the run is taken for one that makes no progress, if they are also
/// many more than there are users and exchanges to have them.
const MAX_AT_ONCE: usize = 1_000_000;

/// Running timers before the run is taken for one that never ends them: what an event can name,
/// less what one event may start.
const MAX_TIMERS: usize = MAX_SLOTS as usize - 1_500_000;

/// The mark at which nothing new is issued any more.
const STOP_ISSUING: u32 = 0;

/// One replication at work.
#[derive(Debug)]
pub struct World<O> {
    core: Core<O>,
    nodes: Vec<Node>,
    fixed: Arc<Fixed>,
    max_in_flight: usize,
    at_once: usize,
    circle: Circle,
    halt: Option<Halt>,
    faults: Vec<faults::Ill>,
    scalers: Vec<scaling::Scaler>,
    /// The first mark that is no fault's.
    beyond_faults: u32,
    stopper: Option<Stopper>,
}

/// Set by whoever wants runs to end where they are, once nobody waits for them any more. What such
/// a run comes to depends on when it was set: it is for nobody to see.
pub type Stopper = Arc<AtomicBool>;

/// What ended a run before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// More exchanges in flight than the limit, or more timers than a run can have; most
    /// exchanges are at this node.
    InFlight(Time, NodeId),
    /// Too many events at one moment, most of them for these nodes.
    NoProgress(Time, Circle),
    /// More events than the limit.
    Events(Time),
    /// Somebody stopped it.
    Stopped(Time),
}

/// What is left of a run for those who measure it.
#[derive(Debug)]
pub struct Ended<O> {
    /// The observer.
    pub observer: O,
    /// When the run ended.
    pub at: Time,
    /// How many events there were.
    pub events: u64,
    /// What ended it before its time, if anything did.
    pub halt: Option<Halt>,
    /// The starts of the requests that have no outcome.
    pub requests: Vec<Time>,
    /// For each node, the entries of the exchanges that are at it.
    pub inside: Vec<Vec<Time>>,
    /// For each node whose memory is limited, the bytes that are held at each replica.
    pub memory: Vec<Option<Vec<u64>>>,
}

/// Memory that serves one run after another: who runs many replications keeps one.
#[derive(Debug, Default)]
pub struct Workspace {
    tables: Tables,
    queue: Queue,
    /// What stops the runs in it, if anything does.
    pub stopper: Option<Stopper>,
}

/// Runs one replication of `graph` under `root` and tells its facts to `observer`.
#[must_use]
pub fn run<O: Observer>(graph: &Graph, root: Key, observer: O) -> Ended<O> {
    run_in(&mut Workspace::default(), graph, root, observer)
}

/// The same, in memory that was used before; nothing of an earlier run is seen.
#[must_use]
pub fn run_in<O: Observer>(
    space: &mut Workspace,
    graph: &Graph,
    root: Key,
    mut observer: O,
) -> Ended<O> {
    let Ended { observer: (), at, events, halt, requests, inside, memory } =
        run_told(space, graph, root, &mut observer);
    Ended { observer, at, events, halt, requests, inside, memory }
}

/// The same for whoever it is: the one engine that all observers share which are not often enough
/// there to have one of their own.
fn run_told(
    space: &mut Workspace,
    graph: &Graph,
    root: Key,
    observer: &mut dyn Observer,
) -> Ended<()> {
    let Ended { observer: _, at, events, halt, requests, inside, memory } =
        run_tuned(space, graph, root, observer);
    Ended { observer: (), at, events, halt, requests, inside, memory }
}

/// The same by an engine that is compiled for this kind of observer: what it folds is inlined where
/// facts are stated. That is worth the size of a second engine only for who watches every run.
#[must_use]
pub fn run_tuned<O: Observer>(
    space: &mut Workspace,
    graph: &Graph,
    root: Key,
    observer: O,
) -> Ended<O> {
    let Workspace { tables, queue, stopper } = space;
    queue.clear();
    let mut world = World {
        core: Core::new(root, graph.links(root), observer, tables),
        nodes: graph.nodes(root),
        fixed: Arc::clone(&graph.fixed),
        max_in_flight: graph.run.limits.in_flight as usize,
        at_once: 0,
        circle: Circle::default(),
        halt: None,
        faults: faults::ills(&graph.faults, root),
        scalers: Vec::new(),
        beyond_faults: faults::beyond(&graph.faults),
        stopper: stopper.clone(),
    };
    world.scalers = scaling::scalers(&graph.scalings, world.beyond_faults, root);
    let replicas_may_go = !world.faults.is_empty() || !world.scalers.is_empty();
    world.core.kept = graph.fixed.auth.as_ref().and_then(|plan| plan.kept()).map(Box::new);
    world.core.live = graph.sessions_in_memory().map(Box::new);
    world.core.past = vec![Past::default(); graph.fixed.endpoints.len()];
    if replicas_may_go {
        let replicas = graph.fixed.topology.nodes.iter().map(|node| node.replicas);
        world.core.conditions = Conditions::new(replicas);
    }
    world.core.exchanges.keep_papers(graph.fixed.http.is_some());
    world.core.is_watchful = replicas_may_go || graph.links.iter().any(LinkPlan::closes);
    let drains = graph.run.until == Until::Drained;
    let duration = Time(graph.run.duration.0);
    if drains {
        // Pushed first, so that an arrival at the very end no longer comes.
        queue.push(duration, Kind::Mark(STOP_ISSUING).pack());
    }
    world.begin(queue);
    let horizon = if drains { Time(crate::time::MAX_SPAN.0) } else { duration };
    let (stop, events) = engine::run(&mut world, queue, horizon, graph.run.limits.events);
    world.end(stop, events, if drains { None } else { Some(duration) }, tables)
}

impl<O: Observer> engine::World for World<O> {
    fn first(&mut self) -> Option<(Time, Payload)> {
        self.core.ready.pop().map(|first| (Time::ZERO, first))
    }

    /// Users by the hundred thousand do not fit the cache. Those of one bucket of the queue are
    /// read one after the other, without waiting for each: they wait for memory together.
    #[inline(always)]
    fn foresee(&self, payload: Payload) {
        if let Kind::Wake(session) = Kind::unpack(payload) {
            std::hint::black_box(self.core.sessions[session.0].ordinal);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopper.as_ref().is_some_and(|stopper| stopper.load(Ordering::Relaxed))
    }

    #[inline(always)]
    fn handle(&mut self, now: Time, payload: Payload, queue: &mut Queue) -> Flow {
        if now > self.core.now {
            self.core.now = now;
            self.core.observer.advance(now);
            self.at_once = 0;
        }
        self.follow(payload, queue);
        if self.core.exchanges.peak() > self.max_in_flight || self.core.timers.peak() > MAX_TIMERS {
            self.halt = Some(Halt::InFlight(now, self.fullest()));
        }
        let is_drained = !self.core.issuing && self.core.requests.is_empty();
        if self.halt.is_some() || is_drained { Flow::Stop } else { Flow::On }
    }
}

impl<O: Observer> World<O> {
    fn begin(&mut self, queue: &mut Queue) {
        self.core.observer.advance(Time::ZERO);
        self.expect_faults(queue);
        for node in &mut self.nodes {
            let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
            node.begin(ctx);
        }
        self.begin_scaling(queue);
    }

    /// Does what `payload` stands for, and all that follows at once from that. The one place from
    /// which handlers are called, so that they can all be inlined there.
    #[inline(always)]
    fn follow(&mut self, payload: Payload, queue: &mut Queue) {
        let mut next = payload;
        loop {
            // Most events are those of exchanges.
            match Kind::exchange(next) {
                Some(id) => self.exchange(id, queue),
                None => self.dispatch(Kind::unpack(next), queue),
            }
            self.at_once += 1;
            if self.at_once > MAX_AT_ONCE && self.is_endless(next) {
                self.halt = Some(Halt::NoProgress(self.core.now, self.circle));
                return;
            }
            match self.core.ready.pop() {
                Some(payload) => next = payload,
                None => return,
            }
        }
    }

    /// Does what an event stands for that is not of an exchange.
    #[inline(always)]
    fn dispatch(&mut self, kind: Kind, queue: &mut Queue) {
        match kind {
            Kind::Exchange(_) => unreachable!("exchanges are told apart before"),
            Kind::Timer(id) => self.timer(id, queue),
            Kind::Arrival(node) => self.tell(node, Input::Arrival, queue),
            Kind::Wake(session) => {
                let client = self.core.sessions[session.0].client;
                self.tell(client, Input::Wake(session), queue);
            }
            Kind::Mark(STOP_ISSUING) => self.core.issuing = false,
            Kind::Mark(mark) if mark < self.beyond_faults => self.fault(mark, queue),
            Kind::Mark(mark) => self.scale(mark, queue),
        }
    }

    #[inline(always)]
    fn tell(&mut self, node: NodeId, input: Input, queue: &mut Queue) {
        let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
        self.nodes[node.index()].handle(input, ctx);
    }

    /// An exchange goes on, as its phase says.
    #[inline(always)]
    fn exchange(&mut self, id: ExchangeId, queue: &mut Queue) {
        let exchange = self.core.exchanges.hot(id);
        let node = exchange.at.node;
        match exchange.phase {
            Phase::Outbound => {
                if self.core.is_watchful && !self.is_met(id, queue) {
                    return;
                }
                self.core.enters(id);
                self.tell(node, Input::Request(id), queue);
            }
            Phase::Opening => self.opening(id, queue),
            Phase::Core | Phase::Wait => self.tell(node, Input::Resume(id), queue),
            Phase::Inbound => {
                let (parent, request) = (exchange.parent, exchange.request);
                let is_tied = exchange.is_tied;
                let caller = self.caller(parent, request);
                let (now, core) = (self.core.now, &mut self.core);
                core.observer.follow(now, id, Step::Returned(&core.exchanges));
                let ctx = &mut Ctx { core, queue, fixed: &self.fixed };
                if is_tied && ctx.comes_back(id) {
                    return;
                }
                self.nodes[caller.index()].handle(Input::Reply { child: id, parent }, ctx);
                ctx.free(id);
            }
            Phase::Dead => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                ctx.free(id);
            }
            Phase::Lobby
            | Phase::Line
            | Phase::Called
            | Phase::Pooled
            | Phase::Held
            | Phase::Memory
            | Phase::Silent => {
                unreachable!("what waits for others has no event of its own")
            }
        }
    }

    /// Whether an exchange finds the replica that it comes to.
    #[cold]
    #[inline(never)]
    fn is_met(&mut self, id: ExchangeId, queue: &mut Queue) -> bool {
        let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
        ctx.spend(id, Part::Network);
        ctx.reaches(id)
    }

    /// An exchange that waits for its connection goes on.
    #[cold]
    #[inline(never)]
    fn opening(&mut self, id: ExchangeId, queue: &mut Queue) {
        let at = self.core.exchanges.hot(id).at;
        let is_full = self.nodes[at.node.index()].is_backlog_full(at.replica);
        Ctx { core: &mut self.core, queue, fixed: &self.fixed }.opens(id, is_full);
    }

    /// The node that made a call for `parent`, or, without one, a request.
    #[inline(always)]
    fn caller(&self, parent: ExchangeId, request: RequestId) -> NodeId {
        if parent == ExchangeId::NONE {
            self.core.requests[request.0].asked.client
        } else {
            self.core.exchanges.hot(parent).at.node
        }
    }

    /// A timer has fired, unless it was cancelled. Seldom enough to stand apart, where it does not
    /// make the loop over all other events larger.
    #[inline(never)]
    fn timer(&mut self, timer: TimerId, queue: &mut Queue) {
        let token = self.core.timers[timer.0].token;
        self.core.timers.remove(timer.0);
        let Some(token) = token else { return };
        let node = match token {
            Token::Total(request) | Token::Again(request) | Token::Kept(request, _) => {
                self.core.requests[request.0].asked.client
            }
            Token::Renew(person) | Token::Theft(person, ..) => self.core.people[person].client,
            Token::Cancelled(id, generation, unwanted) => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                if ctx.core.is_watchful && !ctx.is_told(id, generation, unwanted) {
                    return;
                }
                self.core.exchanges.hot(id).at.node
            }
            Token::Patience(id)
            | Token::CoreDone(id)
            | Token::Hedge(id, _)
            | Token::Locked(id, _) => self.core.exchanges.hot(id).at.node,
            Token::SharedDone(at) | Token::Replica(at, _) => at.node,
            Token::Closed(node, _) | Token::Returns(node, _) | Token::Probe(node, ..) => node,
            Token::Ended(node) => node,
            Token::Connect(id, generation) | Token::Read(id, generation) => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                ctx.caller_timer_fired(id, timer);
                if !ctx.is_waited_for(id, generation) {
                    return;
                }
                let exchange = self.core.exchanges.hot(id);
                self.caller(exchange.parent, exchange.request)
            }
            Token::Resend(id, generation, missing) => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                return ctx.resend(id, generation, missing);
            }
            Token::Word(id, generation, unwanted, missing) => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                return ctx.says_again((id, generation), unwanted, missing);
            }
            Token::Idle(id, generation) => {
                let ctx = &mut Ctx { core: &mut self.core, queue, fixed: &self.fixed };
                return ctx.idled(id, generation);
            }
        };
        self.tell(node, Input::Timer(token), queue);
    }

    /// The node with most exchanges at it that do not wait for another node.
    fn fullest(&self) -> NodeId {
        let mut counts = vec![0_u32; self.nodes.len()];
        for exchange in self.core.exchanges.live() {
            if exchange.phase != Phase::Called {
                counts[exchange.at.node.index()] += 1;
            }
        }
        let fullest = (0..).zip(&counts).max_by_key(|(_, count)| **count);
        NodeId(fullest.map_or(0, |(node, _)| node))
    }

    fn end(self, stop: Stop, events: u64, horizon: Option<Time>, tables: &mut Tables) -> Ended<O> {
        let halt = match stop {
            Stop::TooManyEvents => Some(Halt::Events(self.core.now)),
            Stop::Stopped => Some(Halt::Stopped(self.core.now)),
            Stop::Drained | Stop::Horizon | Stop::World => self.halt,
        };
        let at = if halt.is_some() { self.core.now } else { horizon.unwrap_or(self.core.now) };
        let mut inside = vec![Vec::new(); self.nodes.len()];
        for exchange in self.core.exchanges.live() {
            if exchange.phase.is_inside() && !exchange.is_branch {
                inside[exchange.at.node.index()].push(exchange.entered);
            }
        }
        let open = self.core.requests.live().filter(|request| !request.over);
        let requests = open.map(|request| request.asked.started).collect();
        let held = |node: &Node| node.memory_held(&self.core.exchanges, self.core.live.as_deref());
        let memory = self.nodes.iter().map(held).collect();
        let (observer, used) = self.core.into_parts();
        *tables = used;
        Ended { observer, at, events, halt, requests, inside, memory }
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InFlight(at, _) => write!(f, "too many exchanges or timers in flight at {at}"),
            Self::NoProgress(at, _) => {
                write!(f, "more than {MAX_AT_ONCE} events at one moment, {at}")
            }
            Self::Events(at) => write!(f, "the limit of events was reached at {at}"),
            Self::Stopped(at) => write!(f, "it was stopped at {at}"),
        }
    }
}
