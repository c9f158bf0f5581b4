//! How the wish for a connection ends, SYN by SYN: one caller, one link of 20 ms each way, and
//! one node at its far end.

use super::tcp::SynTimers;
use super::{
    Account, Cold, Core, Ctx, Exchange, Fixed, Kind, LinkEnds, LinkState, Mode, NodeShape, Phase,
    Request, Tables, Topology, Transport,
};
use crate::dist::Law;
use crate::engine::Queue;
use crate::fact::{Exit, Fact, Observer, Place};
use crate::fault::{Conditions, FaultKind, LinkCondition};
use crate::id::{EndpointId, ExchangeId, LinkId, NodeId, RequestId};
use crate::outcome::{Answer, Reason};
use crate::rng::Key;
use crate::time::{Span, Time};

const MS: u64 = 1_000_000;
const FAR: Place = Place { node: NodeId(1), replica: 0 };

/// Attempts to connect as they were stated: SYNs, how much later than without losses in ms, and
/// whether a connection came of it.
#[derive(Debug, Default)]
struct Heard(Vec<(u32, u64, bool)>);

impl Observer for Heard {
    fn hear(&mut self, _: Time, fact: &Fact<'_>) {
        if let Fact::Connect { syns, extra, connected, .. } = fact {
            self.0.push((*syns, extra.0 / MS, *connected));
        }
    }
}

/// When the request was at the far end, or its caller knew that it never will be.
type End = (u64, Result<(), Reason>);

struct World {
    core: Core<Heard>,
    queue: Queue,
    fixed: Fixed,
    /// When handshakes of keys came to the far end, in ms.
    handshakes: Vec<u64>,
}

/// Plain TCP, a connection for each request.
fn tcp(syn_timers: SynTimers) -> Transport {
    Transport {
        mode: Mode::PerRequest,
        streams: 1,
        has_streams: false,
        max: u32::MAX,
        per_user: None,
        origins: None,
        slow_start: None,
        keep_alive: None,
        server_keep_alive: None,
        has_tcp: true,
        tls: None,
        early_data: false,
        is_to_tunnel: false,
        resumed: 0.0,
        syn_timers,
        programs: [0, 0],
    }
}

impl World {
    fn new(transport: Transport) -> Self {
        let latency = Law::constant(Span::from_millis(20).0 as f64);
        let link = LinkState::new(latency, None, [0.0; 2], Key(7).stream("link", "link"));
        let links = vec![link.with_calls(Some(transport), None)];
        let mut core = Core::new(Key(7), links, Heard::default(), &mut Tables::default());
        core.conditions = Conditions::new([1, 1].into_iter());
        let node = |outgoing: &[u32]| NodeShape {
            replicas: 1,
            has_primary: false,
            most_connections: None,
            outgoing: outgoing.iter().copied().map(LinkId).collect(),
        };
        let topology = Topology {
            nodes: vec![node(&[0]), node(&[])],
            links: vec![LinkEnds { from: NodeId(0), to: NodeId(1) }],
        };
        let fixed = Fixed {
            topology,
            endpoints: Vec::new(),
            programs: Vec::new(),
            addresses: vec![100, 101],
            ..Fixed::default()
        };
        Self { core, queue: Queue::default(), fixed, handshakes: Vec::new() }
    }

    /// The same with a fault of the far end, from the beginning on.
    fn with(mut self, fault: FaultKind) -> Self {
        let conditions = &mut self.core.conditions;
        conditions.change(FAR, |it| it.count(fault, true)).expect("it is there");
        self
    }

    /// Lets the link carry nothing until this moment, in ms.
    fn cut_until(&mut self, until: u64) {
        let is_cut = self.core.now < Time(until * MS);
        self.core.links[0].set_condition(LinkCondition { is_cut, ..LinkCondition::default() });
    }

    /// What becomes of a request whose SYNs, by their number from 1 on, find a full accept queue or
    /// not, and whose link is cut until a moment.
    fn ends(&mut self, is_full: impl Fn(u32) -> bool, cut_until: u64) -> End {
        let request = Request { account: Account::default(), live: 1, ..Request::default() };
        let request = RequestId(self.core.requests.insert(request));
        let root = Exchange { request, at: FAR, endpoint: EndpointId::NONE, ..Exchange::default() };
        let root = self.core.exchanges.insert(root, Cold::default());
        self.core.requests[request.0].root = root;
        self.cut_until(cut_until);
        self.ctx().send(root);
        loop {
            let payload = match self.core.ready.pop() {
                Some(payload) => payload,
                None => {
                    let next = self.queue.pop_until(Time::NEVER);
                    let (now, payload) = next.expect("an attempt to connect ends");
                    self.core.now = now;
                    self.cut_until(cut_until);
                    payload
                }
            };
            if let Kind::Exchange(id) = Kind::unpack(payload)
                && let Some(end) = self.follow(id, root, &is_full)
            {
                return end;
            }
        }
    }

    fn follow(
        &mut self,
        id: ExchangeId,
        root: ExchangeId,
        is_full: &impl Fn(u32) -> bool,
    ) -> Option<End> {
        let now = self.core.now.0 / MS;
        let (phase, syns) =
            (self.core.exchanges.hot(id).phase, self.core.exchanges.cold(id).repeats);
        match phase {
            Phase::Opening => self.ctx().opens(id, is_full(syns)),
            Phase::Outbound if id == root => return Some((now, Ok(()))),
            Phase::Outbound => {
                self.handshakes.push(now);
                self.ctx().reply(id, Answer::OK, Exit::Answered);
            }
            Phase::Inbound if id == root => {
                let failure = self.core.exchanges.cold(id).answer.failure;
                return Some((now, Err(failure.expect("it came back without an answer"))));
            }
            Phase::Inbound => self.ctx().shaken(id),
            Phase::Lobby
            | Phase::Line
            | Phase::Core
            | Phase::Wait
            | Phase::Called
            | Phase::Pooled
            | Phase::Held
            | Phase::Memory
            | Phase::Silent
            | Phase::Dead => panic!("no event of its own: {phase:?}"),
        }
        None
    }

    fn ctx(&mut self) -> Ctx<'_, Heard> {
        Ctx { core: &mut self.core, queue: &mut self.queue, fixed: &self.fixed }
    }
}

const TIMED_OUT: Result<(), Reason> = Err(Reason::ConnectTimeout);

#[test]
fn a_full_accept_queue_costs_the_time_until_the_syn_that_finds_room() {
    use SynTimers::{Classic, Linear};
    for (timers, dropped, seconds) in [
        (Classic, 0, 0),
        (Classic, 1, 1),
        (Classic, 2, 3),
        (Classic, 6, 63),
        (Linear, 1, 1),
        (Linear, 2, 2),
        (Linear, 4, 4),
        (Linear, 5, 5),
        (Linear, 6, 7),
        (Linear, 10, 67),
    ] {
        let mut world = World::new(tcp(timers));
        // A round trip for the connection, and half of one for the request.
        let end = (seconds * 1_000 + 60, Ok(()));
        assert_eq!(world.ends(|syn| syn <= dropped, 0), end, "{timers:?} {dropped}");
        assert_eq!(world.core.observer.0, [(dropped + 1, seconds * 1_000, true)]);
    }
}

#[test]
fn lost_syns_are_sent_again_until_one_gets_through_or_the_kernel_gives_up() {
    use SynTimers::{Classic, Linear};
    for (timers, cut_until, end, syns) in [
        (Classic, 500, (1_060, Ok(())), 2),
        (Classic, 3_500, (7_060, Ok(())), 4),
        (Linear, 3_500, (4_060, Ok(())), 5),
        (Classic, 1_000_000, (127_000, TIMED_OUT), 7),
        (Linear, 1_000_000, (131_000, TIMED_OUT), 11),
    ] {
        let mut world = World::new(tcp(timers));
        assert_eq!(world.ends(|_| false, cut_until), end, "{timers:?} {cut_until}");
        let (sent, _, connected) = world.core.observer.0[0];
        assert_eq!((sent, connected), (syns, end.1.is_ok()), "{timers:?} {cut_until}");
    }
}

#[test]
fn a_refusal_is_known_after_the_round_trip_of_the_syn_that_gets_through() {
    for fault in [FaultKind::Refuse, FaultKind::Crash] {
        for (cut_until, end) in [(0, 40), (500, 1_040)] {
            let mut world = World::new(tcp(SynTimers::Classic)).with(fault);
            let refused = (end, Err(Reason::ConnectRefused));
            assert_eq!(world.ends(|_| false, cut_until), refused, "{fault:?} {cut_until}");
            let syns = 1 + u32::from(cut_until > 0);
            assert_eq!(world.core.observer.0, [(syns, end - 40, false)]);
        }
    }
}

#[test]
fn a_black_hole_says_nothing_while_a_process_that_hangs_is_connected_to_by_its_kernel() {
    let mut world = World::new(tcp(SynTimers::Classic)).with(FaultKind::BlackHole);
    assert_eq!(world.ends(|_| false, 0), (127_000, TIMED_OUT));
    assert_eq!(world.core.observer.0, [(7, 127_000 - 64_000, false)]);
    let mut world = World::new(tcp(SynTimers::Classic)).with(FaultKind::Hang);
    assert_eq!(world.ends(|_| false, 0), (60, Ok(())));
}

#[test]
fn keys_cost_their_round_trips_and_fewer_if_they_are_resumed() {
    for (has_tcp, rounds, resumed, arrives, handshakes) in [
        (true, [2, 1], 0.0, 140, vec![100]),
        (true, [2, 1], 1.0, 100, vec![60]),
        (true, [1, 0], 0.0, 100, vec![60]),
        // Early data: request and handshake leave together.
        (true, [1, 0], 1.0, 60, vec![60]),
        (false, [1, 0], 0.0, 60, vec![20]),
        (false, [1, 0], 1.0, 20, vec![20]),
    ] {
        let transport =
            Transport { has_tcp, tls: Some(rounds), resumed, ..tcp(SynTimers::Classic) };
        let mut world = World::new(transport);
        let end = world.ends(|_| false, 0);
        assert_eq!(end, (arrives, Ok(())), "{has_tcp} {rounds:?} {resumed}");
        assert_eq!(world.handshakes, handshakes, "{has_tcp} {rounds:?} {resumed}");
        // What has no TCP states no attempt over it.
        assert_eq!(world.core.observer.0.len(), usize::from(has_tcp));
    }
}
