//! A bench for one node alone: it feeds the node events, plays its neighbours, and notes what the
//! node sends, answers and states.
//!
//! Node 0 calls the node under test, node 1; nodes 2 (one replica) and 3 (three, of which the
//! first is the primary) are called by it. Times are in milliseconds.

use crate::count::Count;
use crate::dist::Law;
use crate::endpoint::{Amount, Endpoint, Op, Program};
use crate::engine::Queue;
use crate::fact::{Asked, Exit, Fact, Observer, Place};
use crate::id::{EndpointId, ExchangeId, LinkId, NodeId, RequestId};
use crate::net::{
    Account, Cold, Core, Ctx, Exchange, Fixed, Input, Kind, LinkEnds, LinkState, NodeShape, Part,
    Parts, Phase, Request, Tables, Token, Topology, Unwanted,
};
use crate::nodes::Node;
use crate::nodes::answering::Answering;
use crate::nodes::host::{Host, Running};
use crate::nodes::station::{Discipline, MachineShape, Shape};
use crate::outcome::Answer;
use crate::rng::{Key, Purpose};
use crate::time::{Span, Time};

/// The node under test.
pub(super) const NODE: NodeId = NodeId(1);
/// The link from it to node 2.
pub(super) const TO_2: LinkId = LinkId(1);
const MS: u64 = 1_000_000;

/// The node, what it shares with its neighbours, and what was seen.
pub(super) struct Bench {
    node: Node,
    pub(super) core: Core<Heard>,
    queue: Queue,
    pub(super) fixed: Fixed,
    /// Roots that were asked, in order.
    roots: Vec<ExchangeId>,
    /// Answers as they reached the caller: the number of the ask, when, and the status.
    pub(super) answers: Vec<(u64, u64, u16)>,
    /// Calls as they reached the neighbours: where, and when.
    pub(super) calls: Vec<(Place, u64)>,
    called: Vec<ExchangeId>,
    /// Calls that the node has taken back, by their number.
    pub(super) taken_back: Vec<usize>,
}

/// What the node has stated.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// States of the station and of its power: when, and what.
    pub(super) states: Vec<(u64, String)>,
    /// How exchanges left: the ask, when, how long they had waited, and how.
    pub(super) left: Vec<(u64, u64, u64, Exit)>,
    /// Requests that ended at a client: the ordinal, when, the status, and the parts.
    pub(super) finished: Vec<(u64, u64, u16, Parts)>,
    /// Successes that came too late.
    pub(super) late: u32,
}

impl Observer for Heard {
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        let at = now.0 / MS;
        let state = match fact {
            Fact::Left { at: Place { node: NODE, .. }, key, waited, exit, .. } => {
                return self.left.push((key.0, at, waited / MS, *exit));
            }
            Fact::Finished { asked, answer, parts, .. } => {
                return self.finished.push((asked.ordinal, at, answer.status, **parts));
            }
            Fact::Late(_) => return self.late += 1,
            Fact::Busy { cores, .. } => format!("busy {cores}"),
            Fact::Stopped { cores, .. } => format!("stopped {cores}"),
            Fact::Power { off: true, .. } => "off".to_owned(),
            Fact::Power { serving, .. } => if *serving { "on" } else { "starting" }.to_owned(),
            Fact::Issued(_) | Fact::Entered { .. } | Fact::Left { .. } | Fact::Picked { .. } => {
                return;
            }
            Fact::Breaker { is_open, .. } => if *is_open { "opened" } else { "let on" }.to_owned(),
            Fact::Health { works, .. } => if *works { "well" } else { "ill" }.to_owned(),
            Fact::Queued(_)
            | Fact::Unqueued(_)
            | Fact::Missed(_)
            | Fact::TakenOut { .. }
            | Fact::Connect { .. }
            | Fact::Carried { .. }
            | Fact::Memory { .. }
            | Fact::NoRoom { .. }
            | Fact::Connections { .. }
            | Fact::Identity(_)
            | Fact::Browser(_)
            | Fact::Screen(_)
            | Fact::Looked { .. }
            | Fact::Fetched { .. } => return,
        };
        self.states.push((at, state));
    }
}

/// A constant demand for a core.
pub(super) fn cpu(ms: u64) -> Op {
    Op::Cpu(constant(ms), Purpose::named("cpu"))
}

/// A constant wait without a core.
pub(super) fn wait(ms: u64) -> Op {
    Op::Wait(constant(ms), Purpose::named("wait"))
}

/// Calls to a node for what has no endpoint.
pub(super) fn call(node: u16, times: u32) -> Op {
    let times = Count::Constant(times);
    let (to, endpoint) = (NodeId(node), EndpointId::NONE);
    Op::Call { to, endpoint, times, purpose: Purpose::named("call") }
}

/// A shape of one replica with `cores` cores and neither limits nor surprises.
pub(super) fn cores(cores: u32) -> Shape {
    Shape {
        machines: vec![MachineShape::new(cores, 1.0, 0.0, 0.0)],
        workers: u32::MAX,
        queue: u32::MAX,
        backlog: None,
        discipline: Discipline::Fifo,
        classes: 3,
        patience: None,
        shed: None,
        is_async: false,
        setup: None,
        pauses: None,
        can_hang: false,
        is_scaled: false,
    }
}

/// So many milliseconds, always.
pub(super) fn ms(ms: u64) -> Law {
    Law::constant(Span::from_millis(ms).0 as f64)
}

/// A link on which messages travel for so long.
pub(super) fn link(latency: u64) -> LinkState {
    LinkState::new(ms(latency), None, [0.0; 2], Key(7).stream("link", "link"))
}

fn constant(of: u64) -> Amount {
    Amount::Drawn(ms(of))
}

/// The host of the node under test.
pub(super) fn host(shape: &Shape, program: Running) -> Host {
    let streams: Vec<_> =
        (0..shape.machines.len()).map(|_| Key(7).stream("node", "replica")).collect();
    Host::new(NODE, Some(shape), program, &streams)
}

impl Bench {
    /// A server of this shape that runs `programs[n]` for endpoint n.
    pub(super) fn server(shape: &Shape, programs: &[&[Op]]) -> Self {
        let node = Answering::new(host(shape, Running::Endpoint(0)));
        Self::of(Node::Answering(Box::new(node)), programs)
    }

    /// A node, with endpoints that each have one of `programs`.
    pub(super) fn of(node: Node, programs: &[&[Op]]) -> Self {
        let fixed = Fixed {
            topology: topology(),
            endpoints: (0..).zip(programs).map(|(n, _)| endpoint(n)).collect(),
            programs: programs.iter().map(|ops| Program { ops: ops.to_vec() }).collect(),
            addresses: vec![100, 101, 102, 103],
            ..Fixed::default()
        };
        let links = fixed.topology.links.iter().map(|_| link(0)).collect();
        let core = Core::new(Key(7), links, Heard::default(), &mut Tables::default());
        let mut bench = Self {
            node,
            core,
            queue: Queue::default(),
            fixed,
            roots: Vec::new(),
            answers: Vec::new(),
            calls: Vec::new(),
            called: Vec::new(),
            taken_back: Vec::new(),
        };
        let Self { node, core, queue, fixed, .. } = &mut bench;
        node.begin(&mut Ctx { core, queue, fixed });
        bench
    }

    /// Sets how long messages travel on a link.
    pub(super) fn slow_link(mut self, link: LinkId, latency: u64) -> Self {
        self.core.links[link.index()] = self::link(latency);
        self
    }

    /// Asks the node for endpoint 0 at this moment, after all that is due until then.
    pub(super) fn ask(&mut self, at: u64) {
        self.ask_for(0, 0, at);
    }

    /// Asks the node for an endpoint, in a class of priority.
    pub(super) fn ask_for(&mut self, endpoint: u16, class: u8, at: u64) {
        self.run(at);
        let (now, endpoint) = (self.core.now, EndpointId(endpoint));
        let number = self.roots.len() as u64;
        let request = request(asked(number, endpoint, now), now);
        let id = RequestId(self.core.requests.insert(request));
        let root = root(id, Key(number), endpoint, class);
        let root = self.core.exchanges.insert(root, Cold { source: 7, ..Cold::default() });
        self.core.requests[id.0].root = root;
        self.roots.push(root);
        self.ctx().send(root);
        self.follow();
    }

    /// The caller of an ask no longer wants it.
    pub(super) fn give_up(&mut self, ask: usize, unwanted: Unwanted, at: u64) {
        self.run(at);
        let root = self.roots[ask];
        let request = self.core.exchanges.hot(root).request;
        self.core.requests[request.0].over = true;
        self.ctx().give_up(root, unwanted);
        self.follow();
    }

    /// A neighbour answers a call, by its number.
    pub(super) fn reply(&mut self, call: usize, answer: Answer, at: u64) {
        self.run(at);
        let id = self.called[call];
        self.ctx().reply(id, answer, Exit::Answered);
        self.follow();
    }

    /// Does all that is due until `at`.
    pub(super) fn run(&mut self, at: u64) {
        self.follow();
        while let Some((now, payload)) = self.queue.pop_until(Time(at * MS)) {
            self.core.now = now;
            self.happen(Kind::unpack(payload));
            self.follow();
        }
        self.core.now = Time(at * MS);
    }

    /// How many exchanges and requests are in flight.
    pub(super) fn in_flight(&self) -> (usize, usize) {
        (self.core.exchanges.len(), self.core.requests.len())
    }

    /// The address that a neighbour sees as the caller's of a call.
    pub(super) fn source_of(&self, call: usize) -> u64 {
        self.core.exchanges.cold(self.called[call]).source
    }

    /// The asks in the order in which they were answered.
    pub(super) fn order(&self) -> Vec<u64> {
        self.answers.iter().map(|(ask, ..)| *ask).collect()
    }

    /// The states as one line, such as `0 busy 1, 10 busy 0`.
    pub(super) fn states(&self) -> String {
        let states: Vec<String> =
            self.core.observer.states.iter().map(|(at, state)| format!("{at} {state}")).collect();
        states.join(", ")
    }

    pub(super) fn ctx(&mut self) -> Ctx<'_, Heard> {
        Ctx { core: &mut self.core, queue: &mut self.queue, fixed: &self.fixed }
    }

    fn follow(&mut self) {
        while let Some(payload) = self.core.ready.pop() {
            self.happen(Kind::unpack(payload));
        }
    }

    fn tell(&mut self, input: Input) {
        let ctx = &mut Ctx { core: &mut self.core, queue: &mut self.queue, fixed: &self.fixed };
        self.node.handle(input, ctx);
    }

    fn happen(&mut self, kind: Kind) {
        match kind {
            Kind::Exchange(id) => self.exchange(id),
            Kind::Timer(id) => {
                let token = self.core.timers[id.0].token;
                self.core.timers.remove(id.0);
                match token {
                    Some(Token::Cancelled(id, generation, _))
                        if self.core.exchanges.hot(id).at.node != NODE =>
                    {
                        self.cancelled(id, generation);
                    }
                    Some(token) => self.tell(Input::Timer(token)),
                    None => {}
                }
            }
            Kind::Arrival(_) => self.tell(Input::Arrival),
            Kind::Wake(session) => self.tell(Input::Wake(session)),
            Kind::Mark(_) => unreachable!("the bench sets no marks"),
        }
    }

    fn exchange(&mut self, id: ExchangeId) {
        let exchange = self.core.exchanges.hot(id);
        let (phase, at, parent) = (exchange.phase, exchange.at, exchange.parent);
        let ms = self.core.now.0 / MS;
        match phase {
            Phase::Outbound => {
                let now = self.core.now;
                self.ctx().spend(id, Part::Network);
                self.core.exchanges.hot_mut(id).entered = now;
                if at.node == NODE {
                    return self.tell(Input::Request(id));
                }
                self.core.exchanges.hot_mut(id).phase = Phase::Wait;
                self.calls.push((at, ms));
                self.called.push(id);
            }
            Phase::Opening => self.ctx().opens(id, false),
            Phase::Core | Phase::Wait => self.tell(Input::Resume(id)),
            Phase::Inbound if at.node == NODE && parent == ExchangeId::NONE => {
                let ask = self.core.exchanges.hot(id).key.0;
                let request = self.core.exchanges.hot(id).request;
                self.core.requests[request.0].over = true;
                self.answers.push((ask, ms, self.core.exchanges.cold(id).answer.status));
                self.ctx().free(id);
            }
            Phase::Inbound => {
                self.tell(Input::Reply { child: id, parent });
                self.ctx().free(id);
            }
            Phase::Dead => self.ctx().free(id),
            Phase::Lobby
            | Phase::Line
            | Phase::Called
            | Phase::Pooled
            | Phase::Held
            | Phase::Memory
            | Phase::Silent => {
                unreachable!("no event of its own")
            }
        }
    }

    /// A neighbour hears that its answer is no longer wanted, and stops at once.
    fn cancelled(&mut self, id: ExchangeId, generation: u16) {
        let is_answered = self.core.exchanges.hot(id).phase == Phase::Inbound;
        if is_answered || !self.ctx().is_still(id, generation) {
            return;
        }
        let number = self.called.iter().rposition(|called| *called == id).expect("it was called");
        self.taken_back.push(number);
        self.core.exchanges.hot_mut(id).phase = Phase::Dead;
        self.ctx().free(id);
    }
}

fn topology() -> Topology {
    let node = |replicas, has_primary, outgoing: &[u32]| NodeShape {
        replicas,
        has_primary,
        most_connections: None,
        outgoing: outgoing.iter().copied().map(LinkId).collect(),
    };
    let link = |from, to| LinkEnds { from: NodeId(from), to: NodeId(to) };
    Topology {
        nodes: vec![
            node(1, false, &[0]),
            node(1, false, &[1, 2]),
            node(1, false, &[]),
            node(3, true, &[]),
        ],
        links: vec![link(0, 1), link(1, 2), link(1, 3)],
    }
}

fn endpoint(program: u16) -> Endpoint {
    Endpoint {
        name: String::new(),
        name_hash: 0,
        uri: 0,
        method: crate::endpoint::Method::Get,
        path: String::new(),
        objects: None,
        once: None,
        request_bytes: 0,
        response_bytes: None,
        status: 200,
        class: None,
        write: false,
        idempotent: true,
        program: Some(program),
    }
}

fn asked(ordinal: u64, endpoint: EndpointId, started: Time) -> Asked {
    Asked {
        key: Key(ordinal),
        request: RequestId(0),
        client: NodeId(0),
        user: 0,
        ordinal,
        endpoint,
        object: None,
        started,
    }
}

fn request(asked: Asked, now: Time) -> Request {
    let account = Account { mark: now, ..Account::default() };
    Request { asked, account, live: 1, row: 0, ..Request::default() }
}

fn root(request: RequestId, key: Key, endpoint: EndpointId, class: u8) -> Exchange {
    let at = Place { node: NODE, replica: 0 };
    Exchange { key, request, at, endpoint, class, ..Exchange::default() }
}
