//! How an exchange gets the connection that it travels on, and gives it back.
//!
//! An exchange that must have one is in the phase `Opening` until it leaves; `Cold::pending` says
//! at which stage it is, and `Cold::repeats` how many SYNs it has sent.

use super::connection::{Connection, Hop, Mode};
use super::core::{Ctx, Kind};
use super::exchange::{Cold, Exchange, Left, Part, Phase};
use super::link::Direction;
use super::papers::HEAD_BYTES;
use super::timer::Token;
use crate::fact::{Fact, Observer};
use crate::id::{ConnectionId, EndpointId, ExchangeId};
use crate::outcome::Reason;
use crate::rng::{Purpose, mix};
use crate::time::{Span, Time};

/// The SYN is at the other side.
const SYN: u16 = 0;
/// The answer to it is back, or it is time to send another.
const SYN_AGAIN: u16 = 1;
/// The transport is there; above this are the stages of its keys.
const CONNECTED: u16 = 2;
/// A round behind the exchange that asked for a tunnel is over; the number of those left is added.
pub(super) const BEHIND: u16 = 4;
/// A round of the keys' handshake before the last is over; the number of those left is added.
const ROUND: u16 = 16;
/// The last round of the keys' handshake is under way: an exchange of its own, which has the
/// events.
pub(super) const HANDSHAKE: u16 = 3;

impl<O: Observer> Ctx<'_, O> {
    /// Lets an exchange wait for its connection, or leave on one that is there.
    pub(super) fn acquire(&mut self, id: ExchangeId) {
        let (link, at) = (self.hot(id).link, self.hot(id).at);
        let Some(transport) = self.core.links[link.index()].transport() else {
            return self.transmit(id);
        };
        let (mode, max, streams) = (transport.mode, transport.max, transport.streams);
        let is_early = !transport.early_data || self.is_safe(id);
        let owner = self.owner(id);
        self.hot(id).phase = Phase::Opening;
        if mode == Mode::PerRequest {
            return self.open(id, owner);
        }
        while let Some(ready) = self.core.connections.take_ready((link, at, owner), is_early) {
            if self.is_known_closed(ready) {
                self.close(ready);
            } else {
                return self.join(ready, id);
            }
        }
        let pool = self.core.connections.pool(link, at, owner);
        // What is being opened will carry others beside those that it is opened for.
        let will_carry = u64::from(pool.opening) * u64::from(streams - 1);
        let waits_for_keys = !is_early && !pool.ready.is_empty();
        if pool.open < max && pool.waiting.len() as u64 >= will_carry && !waits_for_keys {
            self.open(id, owner);
        } else {
            pool.waiting.push_back(id);
            self.hot(id).phase = Phase::Pooled;
        }
    }

    /// Whose a connection for an exchange is: who calls, and for which origin where these are told
    /// apart.
    pub(super) fn owner(&self, id: ExchangeId) -> u64 {
        let exchange = self.core.exchanges.hot(id);
        let transport = self.core.links[exchange.link.index()].transport();
        let origin = transport.and_then(|transport| transport.origin(exchange.endpoint));
        let caller = self.caller_over_link(id);
        origin.map_or(caller, |origin| mix(caller ^ origin))
    }

    /// Who calls, among those that call over the link.
    fn caller_over_link(&self, id: ExchangeId) -> u64 {
        let exchange = self.core.exchanges.hot(id);
        if exchange.parent != ExchangeId::NONE {
            return u64::from(self.core.exchanges.hot(exchange.parent).at.replica);
        }
        let transport = self.core.links[exchange.link.index()].transport();
        if let Some(user) = transport.and_then(|transport| transport.per_user) {
            return self.user_of(exchange.request, user, self.core.exchanges.cold(id).source);
        }
        match transport.map(|transport| transport.mode).unwrap_or_default() {
            Mode::PerSession => self.session_of(exchange.request),
            Mode::Warm | Mode::Pool | Mode::PerRequest => self.core.exchanges.cold(id).source,
        }
    }

    /// Whether the word that the other side has closed an idle connection has come.
    fn is_known_closed(&self, id: ConnectionId) -> bool {
        let connection = self.core.connections.get(id);
        let link = &self.core.links[connection.link.index()];
        let kept = link.transport().and_then(|transport| transport.server_keep_alive);
        let told = kept.map(|kept| connection.answered + kept + link.usual_latency());
        connection.streams == 0 && told.is_some_and(|told| self.core.now >= told)
    }

    /// Puts an exchange on a connection that is open.
    pub(super) fn join(&mut self, connection: ConnectionId, id: ExchangeId) {
        let link = self.hot(id).link.index();
        let most = self.core.links[link].transport().map_or(1, |transport| transport.streams);
        let it = self.core.connections.get_mut(connection);
        it.streams += 1;
        if it.streams < most {
            self.core.connections.pool_of(connection).ready.push(connection);
        }
        self.core.connections.hold(connection);
        self.hot(id).is_tied = true;
        self.cold(id).connection = connection;
        self.spend(id, Part::Connect);
        self.transmit(id);
    }

    /// Opens a connection for an exchange.
    fn open(&mut self, id: ExchangeId, owner: u64) {
        let (link, at) = (self.hot(id).link, self.hot(id).at);
        let connection = self.core.connections.insert(link, at, owner);
        self.core.connections.get_mut(connection).streams = 1;
        self.core.connections.hold(connection);
        let has_tcp = self.core.links[link.index()].transport().is_none_or(|it| it.has_tcp);
        let cold = self.cold(id);
        (cold.connection, cold.pending, cold.repeats) = (connection, CONNECTED, 0);
        let exchange = self.hot(id);
        (exchange.phase, exchange.is_tied) = (Phase::Opening, true);
        if has_tcp { self.send_syn(id) } else { self.connected(id) }
    }

    /// Lets an exchange leave a layer-4 balancer on the connection that it came by; with its first
    /// one the balancer connects to the backend that it has chosen.
    pub(super) fn carry_on(&mut self, id: ExchangeId) {
        if self.hop(id).is_none_or(|hop| hop.is_open) {
            return self.transmit(id);
        }
        let cold = self.cold(id);
        (cold.pending, cold.repeats) = (CONNECTED, 0);
        self.hot(id).phase = Phase::Opening;
        self.send_syn(id);
    }

    /// What the balancer that an exchange leaves has chosen for its connection.
    pub(super) fn hop(&mut self, id: ExchangeId) -> Option<&mut Hop> {
        let link = self.hot(id).link.index();
        let (from, connection) = (self.fixed.topology.links[link].from, self.cold(id).connection);
        let hops = &mut self.core.connections.get_mut(connection).hops;
        hops.iter_mut().find(|hop| hop.node == from)
    }

    fn send_syn(&mut self, id: ExchangeId) {
        let (link, sent) = (self.hot(id).link.index(), self.cold(id).repeats);
        let most = self.core.links[link].transport().map_or(1, |it| it.syn_timers.most());
        if sent >= most {
            // The pause after the last SYN is over as well: the kernel gives up.
            self.tell_connect(id, false);
            return self.lose(id, Reason::ConnectTimeout, Span::ZERO);
        }
        self.cold(id).repeats += 1;
        match self.core.links[link].packet(Direction::Up) {
            Some(span) => self.stage(id, SYN, span),
            None => self.expect_syn_again(id, Span::ZERO),
        }
    }

    /// A SYN or its answer is lost, `after` it was sent: the next follows in its time.
    fn expect_syn_again(&mut self, id: ExchangeId, after: Span) {
        let (link, sent) = (self.hot(id).link.index(), self.cold(id).repeats);
        let transport = self.core.links[link].transport();
        let gap = transport.map_or(Span::ZERO, |transport| transport.syn_gap(sent));
        self.stage(id, SYN_AGAIN, gap - after.min(gap));
    }

    /// States how the attempt to connect over TCP of an exchange has ended, if it has made one and
    /// is not beyond it.
    pub(super) fn tell_connect(&mut self, id: ExchangeId, connected: bool) {
        let (syns, stage) = (self.cold(id).repeats, self.cold(id).pending);
        if syns == 0 || !matches!(stage, SYN | SYN_AGAIN | CONNECTED) {
            return;
        }
        let (link, to) = (self.hot(id).link.index(), self.hot(id).at);
        let transport = self.core.links[link].transport();
        let extra = transport.map_or(Span::ZERO, |it| it.syn_timers.sent(syns - 1));
        self.observe(&Fact::Connect { to, syns, extra, connected });
    }

    pub(super) fn stage(&mut self, id: ExchangeId, stage: u16, span: Span) {
        self.cold(id).pending = stage;
        self.schedule(span, Kind::Exchange(id));
    }

    /// An exchange that waits for its connection goes on. `is_full` says whether the accept queue
    /// of its node is full, in which case a SYN is dropped.
    pub fn opens(&mut self, id: ExchangeId, is_full: bool) {
        let stage = self.cold(id).pending;
        match stage {
            SYN => self.syn_arrived(id, is_full),
            SYN_AGAIN => self.send_syn(id),
            CONNECTED => self.connected(id),
            _ if self.repeats_round(id) => {}
            round if round < ROUND => self.goes_through(id, round - BEHIND),
            round => self.round_over(id, round - ROUND),
        }
    }

    fn syn_arrived(&mut self, id: ExchangeId, is_full: bool) {
        let (at, link) = (self.hot(id).at, self.hot(id).link.index());
        let condition = self.core.conditions.of(at);
        let latency = self.core.links[link].usual_latency();
        if condition.refuses() && !condition.is_unreachable() {
            return self.turned_away(id, Reason::ConnectRefused);
        }
        if condition.is_unreachable() || is_full {
            return self.expect_syn_again(id, latency);
        }
        if !self.takes_connection(id) {
            return self.turned_away(id, Reason::TooManyConnections);
        }
        match self.core.links[link].packet(Direction::Down) {
            Some(span) => self.stage(id, CONNECTED, span),
            None => self.expect_syn_again(id, latency),
        }
    }

    /// Who connects is told that nobody takes it.
    fn turned_away(&mut self, id: ExchangeId, reason: Reason) {
        let (at, link) = (self.hot(id).at, self.hot(id).link.index());
        // Who does not hear the refusal asks again.
        let Some(span) = self.core.links[link].packet(Direction::Down) else {
            let latency = self.core.links[link].usual_latency();
            return self.expect_syn_again(id, latency);
        };
        self.spend(id, Part::Connect);
        self.tell_connect(id, false);
        if reason == Reason::ConnectRefused {
            self.observe(&Fact::Missed(at));
        }
        self.lose(id, reason, span);
    }

    /// The transport is there: its keys are next, if it has any.
    fn connected(&mut self, id: ExchangeId) {
        self.spend(id, Part::Connect);
        self.tell_connect(id, true);
        self.cold(id).repeats = 0;
        let (link, connection) = (self.hot(id).link, self.cold(id).connection);
        let is_hop = self.core.connections.get(connection).link != link;
        let endpoint = self.hot(id).endpoint;
        let state = &mut self.core.links[link.index()];
        let transport = state.transport().filter(|_| !is_hop);
        let is_to_tunnel = transport.is_some_and(|transport| transport.is_to_tunnel);
        if transport.is_none_or(|transport| transport.keys_for(endpoint).is_none()) {
            return self.established(id);
        }
        let is_resumed = state.draws_resumed();
        self.core.connections.get_mut(connection).is_resumed = is_resumed;
        match self.rounds_of_keys(id) {
            0 => {
                // Early data: the request leaves with the first flight of the handshake.
                self.core.connections.get_mut(connection).is_early = true;
                self.shake(id, false);
                self.established(id);
            }
            // Who is asked for a tunnel hears of it first, and may refuse.
            _ if is_to_tunnel => self.round_over(id, 0),
            rounds => self.round_over(id, u16::try_from(rounds - 1).unwrap_or(0)),
        }
    }

    /// Rounds of the keys' handshake that go through a tunnel that is there now: time alone.
    fn goes_through(&mut self, id: ExchangeId, left: u16) {
        if left == 0 {
            self.spend(id, Part::Tls);
            return self.established(id);
        }
        self.round(id, BEHIND + left - 1);
    }

    /// How many such rounds follow the exchange of the handshake.
    fn rounds_behind(&self, id: ExchangeId) -> u16 {
        let link = self.core.exchanges.hot(id).link;
        let connection = self.core.connections.get(self.core.exchanges.cold(id).connection);
        let transport = self.core.links[link.index()].transport();
        let is_behind = connection.link == link && transport.is_some_and(|it| it.is_to_tunnel);
        let rounds = if is_behind { self.rounds_of_keys(id).saturating_sub(1) } else { 0 };
        u16::try_from(rounds).unwrap_or(0)
    }

    /// The rounds before the last cost time alone; the last costs the node its arithmetic.
    fn round_over(&mut self, id: ExchangeId, left: u16) {
        if left == 0 {
            self.cold(id).pending = HANDSHAKE;
            return self.shake(id, true);
        }
        self.round(id, ROUND + left - 1);
    }

    /// Sends the exchange of the keys' handshake to the node that ends TLS, on an account of its
    /// own: what waits for it puts the time down.
    fn shake(&mut self, id: ExchangeId, is_awaited: bool) {
        const HANDSHAKES: Purpose = Purpose::named("handshake");
        let request = self.core.exchanges.hot(id).request;
        let account = self.open_account(request);
        let exchange = self.core.exchanges.hot(id);
        let shake = Exchange {
            key: crate::rng::Key(exchange.key.bits(HANDSHAKES)),
            parent: id,
            parent_generation: exchange.generation.wrapping_sub(u16::from(!is_awaited)),
            request,
            link: exchange.link,
            at: exchange.at,
            account,
            class: exchange.class,
            endpoint: EndpointId::HANDSHAKE,
            is_tied: true,
            ..Exchange::default()
        };
        let cold = self.core.exchanges.cold(id);
        let (connection, source, sent) = (cold.connection, cold.source, self.core.now);
        self.core.connections.hold(connection);
        let cold = Cold { connection, source, sent, ..Cold::default() };
        self.core.requests[request.0].live += 1;
        let shake = self.core.exchanges.insert(shake, cold);
        if is_awaited {
            self.cold(id).child = shake;
        }
        self.made(shake);
        self.carry(shake, Direction::Up, 0, Span::ZERO);
    }

    /// The exchange of a handshake is back.
    #[cold]
    #[inline(never)]
    pub fn shaken(&mut self, shake: ExchangeId) {
        let (parent, generation) = (self.hot(shake).parent, self.hot(shake).parent_generation);
        let (answer, bytes) = (self.cold(shake).answer, self.cold(shake).bytes);
        if self.waits_for_keys(parent, generation) {
            self.spend(parent, Part::Tls);
            self.cold(parent).child = ExchangeId::NONE;
            match answer.failure {
                None => {
                    let left = self.rounds_behind(parent);
                    self.goes_through(parent, left);
                }
                Some(Reason::Status) => {
                    // Who was asked for a tunnel has said no: that is the answer.
                    let cold = self.cold(parent);
                    (cold.answer, cold.bytes) = (answer, bytes);
                    self.hot(parent).phase = Phase::Inbound;
                    self.schedule(Span::ZERO, Kind::Exchange(parent));
                }
                Some(reason) => self.lose(parent, reason, Span::ZERO),
            }
        } else {
            self.keys_follow(self.core.exchanges.cold(shake).connection, answer.failure);
        }
        self.free(shake);
    }

    /// Whether an exchange of this generation waits for that of the handshake of its connection.
    pub(super) fn waits_for_keys(&self, id: ExchangeId, generation: u16) -> bool {
        self.is_still(id, generation)
            && self.core.exchanges.hot(id).phase == Phase::Opening
            && self.core.exchanges.cold(id).pending == HANDSHAKE
    }

    fn established(&mut self, id: ExchangeId) {
        let connection = self.cold(id).connection;
        let link = self.hot(id).link;
        let most = self.core.links[link.index()].transport().map_or(1, |it| it.streams);
        let it = self.core.connections.get_mut(connection);
        if it.link != link {
            if let Some(hop) = self.hop(id) {
                hop.is_open = true;
            }
            self.tells_of_way(id);
            return self.transmit(id);
        }
        let has_room = it.streams < most;
        self.core.connections.opened(connection);
        // Who opened it goes first; who waited for it follows in turn.
        self.transmit(id);
        if has_room {
            self.core.connections.pool_of(connection).ready.push(connection);
            self.serve_waiting(connection);
        }
    }

    /// The exchange leaves: from now on its caller waits for the answer.
    pub(super) fn transmit(&mut self, id: ExchangeId) {
        let cold = self.cold(id);
        (cold.pending, cold.repeats) = (0, 0);
        self.hot(id).phase = Phase::Outbound;
        let bytes = match self.core.exchanges.hot(id).endpoint {
            EndpointId::FILL => self.core.exchanges.cold(id).bytes,
            asked => self.fixed.endpoints.get(asked.index()).map_or(0, |it| it.request_bytes),
        };
        // A preflight has no body, and is sent without credentials.
        let is_preflight = self.core.exchanges.hot(id).is_preflight;
        let bytes = if is_preflight { HEAD_BYTES } else { bytes + self.credential_bytes(id) };
        self.expects_answer(id, bytes);
        self.carry(id, Direction::Up, bytes, Span::ZERO);
    }

    /// Which backend a layer-4 balancer has chosen for the connection of an exchange.
    #[must_use]
    pub fn hop_of(&self, id: ExchangeId, node: crate::id::NodeId) -> Option<Hop> {
        let connection = self.core.exchanges.cold(id).connection;
        if connection == ConnectionId::NONE {
            return None;
        }
        let hops = &self.core.connections.get(connection).hops;
        hops.iter().find(|hop| hop.node == node).copied()
    }

    /// Whether keys were agreed on for the connection that an exchange travels on.
    #[must_use]
    pub fn has_keys(&self, id: ExchangeId) -> bool {
        let exchange = self.core.exchanges.hot(id);
        let transport = self.core.links[exchange.link.index()].transport();
        transport.is_some_and(|transport| transport.keys_for(exchange.endpoint).is_some())
    }

    /// The program of the handshake that an exchange is, at the node that ends TLS.
    #[must_use]
    pub fn handshake_program(&self, id: ExchangeId) -> u16 {
        let connection = self.core.exchanges.cold(id).connection;
        let connection: &Connection = self.core.connections.get(connection);
        let transport = self.core.links[connection.link.index()].transport();
        transport.map_or(0, |it| it.programs[usize::from(connection.is_resumed)])
    }

    /// The answer to an exchange is back: its connection can carry what its caller makes of it. One
    /// that broke carries nothing more.
    pub(super) fn comes_off(&mut self, id: ExchangeId) {
        let (connection, lost) = (self.cold(id).connection, self.cold(id).answer.lost());
        let link = self.core.exchanges.hot(id).link;
        if connection != ConnectionId::NONE
            && self.core.connections.get(connection).link == link
            && let Some(reason) = lost
        {
            if self.core.connections.get(connection).is_opening {
                self.was_not_opened(connection, reason);
            }
            if reason == Reason::Reset {
                self.break_connection(connection);
            }
        }
        self.gives_back(id);
    }

    /// A connection could not be opened: as many as it would have carried fail as well, unless
    /// their pool has one that is open.
    fn was_not_opened(&mut self, connection: ConnectionId, reason: Reason) {
        let link = self.core.connections.get(connection).link.index();
        let streams = self.core.links[link].transport().map_or(1, |transport| transport.streams);
        for _ in 1..streams {
            let pool = self.core.connections.pool_of(connection);
            let next = if pool.open > pool.opening { None } else { pool.waiting.pop_front() };
            let Some(id) = next else { return };
            self.spend(id, Part::Connect);
            self.lose(id, reason, Span::ZERO);
        }
    }

    /// An exchange no longer travels on its connection.
    pub(super) fn gives_back(&mut self, id: ExchangeId) {
        let connection = self.cold(id).connection;
        let exchange = self.core.exchanges.hot(id);
        let is_there = connection != ConnectionId::NONE && exchange.left == Left::No;
        if !is_there || exchange.endpoint == EndpointId::HANDSHAKE {
            return;
        }
        let it = self.core.connections.get(connection);
        if it.link != exchange.link {
            // It is carried: the connection is another's.
            return;
        }
        let is_first = it.last_use == Time::ZERO;
        self.hot(id).left = if is_first { Left::First } else { Left::Later };
        self.leave_connection(connection);
    }

    /// An exchange no longer names its connection.
    #[cold]
    pub(super) fn release(&mut self, id: ExchangeId) {
        self.gives_back(id);
        let connection = std::mem::replace(&mut self.cold(id).connection, ConnectionId::NONE);
        self.core.connections.let_go(connection);
    }

    /// One exchange less travels on a connection, which goes to the next who waits, or is kept.
    fn leave_connection(&mut self, connection: ConnectionId) {
        let it = self.core.connections.get_mut(connection);
        it.streams -= 1;
        it.last_use = self.core.now;
        let Some(transport) = self.core.links[it.link.index()].transport() else { return };
        let (mode, streams, keep) = (transport.mode, transport.streams, transport.keep_alive);
        if !it.is_open || mode == Mode::PerRequest {
            if it.streams == 0 {
                self.close(connection);
            }
            return;
        }
        let (was_full, is_idle) = (it.streams + 1 == streams, it.streams == 0);
        let watch = is_idle && !it.is_watched;
        it.is_watched |= is_idle;
        let generation = it.generation;
        if was_full {
            self.core.connections.pool_of(connection).ready.push(connection);
        }
        if let Some(keep) = keep.filter(|_| watch) {
            self.start_timer(keep, Token::Idle(connection, generation));
        }
        self.serve_waiting(connection);
    }

    /// A connection has been idle for as long as it is kept, or was used meanwhile.
    pub fn idled(&mut self, id: ConnectionId, generation: u16) {
        let it = self.core.connections.get_mut(id);
        if it.generation != generation || it.is_closed {
            return;
        }
        it.is_watched = false;
        if it.streams > 0 {
            return;
        }
        let link = it.link.index();
        let since = self.core.now.since(it.last_use);
        let transport = self.core.links[link].transport();
        let keep = transport.and_then(|it| it.keep_alive).unwrap_or_default();
        if since >= keep {
            self.close(id);
        } else {
            self.core.connections.get_mut(id).is_watched = true;
            self.start_timer(keep - since, Token::Idle(id, generation));
        }
    }

    /// Closes a connection: layer-4 balancers on its way no longer count it, and whoever waits for
    /// one may open another.
    pub(super) fn close(&mut self, id: ConnectionId) {
        if self.core.connections.get(id).is_closed {
            return;
        }
        while let Some(hop) = self.core.connections.get_mut(id).hops.pop() {
            self.start_timer(Span::ZERO, Token::Closed(hop.node, hop.backend));
        }
        self.leaves_seats(id);
        let owner = self.core.connections.get(id).owner;
        let next = self.core.connections.pool_of(id).waiting.pop_front();
        self.core.connections.close(id);
        if let Some(next) = next {
            self.open(next, owner);
        }
    }

    /// The connections that reach a replica break, as those of a process that dies do.
    pub fn break_connections(&mut self, at: crate::fact::Place) {
        for id in self.core.connections.that_reach(at) {
            self.leaves_seat(id, Some(at));
            self.break_connection(id);
        }
    }

    /// A connection breaks: it carries nothing more, and goes with the last exchange that is on it.
    pub fn break_connection(&mut self, id: ConnectionId) {
        let it = self.core.connections.get_mut(id);
        it.is_open = false;
        if it.streams == 0 {
            self.close(id);
        } else if !it.is_closed {
            self.core.connections.pool_of(id).ready.retain(|other| *other != id);
        }
    }
}
