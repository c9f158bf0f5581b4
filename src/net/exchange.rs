//! The exchange: one call and its reply between two neighbours.
//!
//! All exchanges of a run stand in one slab; a request is a tree of them, so a reply finds its
//! way with one access. What every event touches is hot; what only some steps need has a cold
//! twin at the same place of a second table.

use super::papers::Papers;
use crate::fact::Place;
use crate::id::{ConnectionId, EndpointId, ExchangeId, LinkId, RequestId};
use crate::outcome::Answer;
use crate::rng::Key;
use crate::slab::{Slab, make_room};
use crate::time::Time;

/// What an exchange is doing, which says what its next event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// On its way to the node: its event is the arrival there.
    Outbound,
    /// Waiting at its caller for its connection to be there: its event is the next stage of that.
    Opening,
    /// Waiting at its caller for a connection that others use.
    Pooled,
    /// Waiting for a worker.
    Lobby,
    /// Waiting for a core.
    Line,
    /// On a core: its event, or its replica's timer, is the end of the visit.
    Core,
    /// Waiting for something that takes no core, such as I/O: its event is the end of that.
    Wait,
    /// Waiting for replies from further nodes.
    Called,
    /// Waiting at a balancer for a backend that may take it.
    Held,
    /// Waiting for memory.
    Memory,
    /// Its answer is on the way back: its event is the arrival at the caller.
    Inbound,
    /// Nothing of it arrives anywhere: a timer says when its sender gives its connection up.
    Silent,
    /// Nobody wants it any more: its last event gives its place back.
    Dead,
}

impl Phase {
    /// What the time of an exchange in this phase goes on.
    #[must_use]
    pub const fn part(self) -> Part {
        match self {
            Self::Opening | Self::Pooled => Part::Connect,
            Self::Lobby | Self::Line | Self::Held | Self::Memory => Part::Queue,
            Self::Core | Self::Wait => Part::Service,
            Self::Outbound | Self::Inbound | Self::Silent | Self::Dead => Part::Network,
            Self::Called => Part::Downstream,
        }
    }

    /// Whether an exchange in this phase is at its node.
    #[must_use]
    pub const fn is_inside(self) -> bool {
        match self {
            Self::Lobby
            | Self::Line
            | Self::Core
            | Self::Wait
            | Self::Called
            | Self::Held
            | Self::Memory => true,
            Self::Opening
            | Self::Pooled
            | Self::Outbound
            | Self::Inbound
            | Self::Silent
            | Self::Dead => false,
        }
    }
}

/// One call in flight, its hot part.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Its identity, derived from the request's and from the call sites on the way: what it
    /// costs is a function of this.
    pub key: Key,
    /// When it arrived at its node.
    pub entered: Time,
    /// Since when it has been waiting for a worker or a core.
    pub queued: Time,
    /// When its visit to a core ends, or, before it begins or while it is stopped, how much of it
    /// remains.
    pub due: u64,
    /// Nanoseconds that it has waited at this node for a worker or a core.
    pub waited: u64,
    /// The exchange, or the branch of it, that made this call; none for the client's own.
    pub parent: ExchangeId,
    /// The request that it belongs to.
    pub request: RequestId,
    /// The next one in the line in which it waits.
    pub next: ExchangeId,
    /// The previous one in the line in which it waits.
    pub previous: ExchangeId,
    /// The link that it came by; branches have none.
    pub link: LinkId,
    /// Where its time is put down: the place of a [`BranchAccount`](super::BranchAccount), or 0
    /// for the account of the request itself.
    pub account: u32,
    /// The node and replica that it calls.
    pub at: Place,
    /// Told apart from earlier users of its place by this.
    pub generation: u16,
    /// The generation of the parent when it made the call.
    pub parent_generation: u16,
    /// What is asked for.
    pub endpoint: EndpointId,
    /// The program that its node runs for it.
    pub program: u16,
    /// The next operation of that.
    pub step: u16,
    /// What it is doing.
    pub phase: Phase,
    /// The priority class: 0 first.
    pub class: u8,
    /// Whether it holds a worker of its replica.
    pub has_worker: bool,
    /// Whether it is a branch of its parent at the same replica, not a call.
    pub is_branch: bool,
    /// Whether its time is spent below the server that answers the user's endpoint.
    pub below: bool,
    /// Whether something of it has been served, so that its patience no longer counts.
    pub served: bool,
    /// Whether it may name a connection or have a timer of its caller's.
    pub is_tied: bool,
    /// Whether it is one of several copies that its caller waits for.
    pub is_copy: bool,
    /// Whether it asks, before a script's request, if that may be sent.
    pub is_preflight: bool,
    /// Whether it has given its connection back.
    pub left: Left,
}

/// Whether an exchange that still names its connection has given it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It travels on it.
    No,
    /// It has, and was the first that did.
    First,
    /// It has, as others had before.
    Later,
}

impl Default for Exchange {
    /// One that stands nowhere yet, on its way out.
    #[inline]
    fn default() -> Self {
        Self {
            key: Key(0),
            entered: Time::ZERO,
            queued: Time::ZERO,
            due: 0,
            waited: 0,
            parent: ExchangeId::NONE,
            request: RequestId(0),
            next: ExchangeId::NONE,
            previous: ExchangeId::NONE,
            link: LinkId(0),
            account: 0,
            at: Place::default(),
            generation: 0,
            parent_generation: 0,
            endpoint: EndpointId::NONE,
            program: 0,
            step: 0,
            phase: Phase::Outbound,
            class: 0,
            has_worker: false,
            is_branch: false,
            below: false,
            served: false,
            is_tied: false,
            is_copy: false,
            is_preflight: false,
            left: Left::No,
        }
    }
}

/// One call in flight, its cold part.
#[derive(Debug, Clone)]
pub struct Cold {
    /// What it brings back.
    pub answer: Answer,
    /// When its caller sent it.
    pub sent: Time,
    /// Bytes of the response.
    pub bytes: u64,
    /// The call or branch of its own that it started last; before it has left, the handshake that
    /// it waits for.
    pub child: ExchangeId,
    /// The branch of the same parent that was started before it, of those that live.
    pub sibling: ExchangeId,
    /// The branch of the same parent that was started after it, of those that live.
    pub next_sibling: ExchangeId,
    /// The connection that it travels on.
    pub connection: ConnectionId,
    /// The address that the node sees as the caller's.
    pub source: u64,
    /// The timer that ends its wait in a queue, or its visit to a core where that can be stopped.
    pub timer: super::TimerId,
    /// The timer of how long its caller waits for it.
    pub caller_timer: super::TimerId,
    /// How often a repeated call is still to be made.
    pub repeats: u32,
    /// The leave of a circuit breaker to pass, which is told how the call ended; 0 for none.
    pub permit: u32,
    /// How many branches must still end before it goes on.
    pub pending: u16,
    /// The step of its parent that it is a branch of, or which of its caller's backends it was
    /// sent to.
    pub branch: u16,
}

impl Default for Cold {
    #[inline]
    fn default() -> Self {
        Self {
            answer: Answer::OK,
            sent: Time::ZERO,
            bytes: 0,
            child: ExchangeId::NONE,
            sibling: ExchangeId::NONE,
            next_sibling: ExchangeId::NONE,
            connection: ConnectionId::NONE,
            source: 0,
            timer: super::TimerId::NONE,
            caller_timer: super::TimerId::NONE,
            repeats: 0,
            permit: 0,
            pending: 0,
            branch: u16::MAX,
        }
    }
}

/// Where time is spent on the critical path of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// On links.
    Network,
    /// Opening connections.
    Connect,
    /// TLS handshakes.
    Tls,
    /// Waiting for a worker or a core.
    Queue,
    /// Being served.
    Service,
    /// Finding out who asks and what they may do.
    Auth,
    /// Below the server that answers the endpoint: its databases, stores and further servers.
    Downstream,
    /// Pausing before another attempt.
    Backoff,
}

impl Part {
    /// The names of the parts in results, in their order.
    pub const NAMES: [&'static str; 8] =
        ["network", "connect", "tls", "queue", "service", "auth", "downstream", "backoff"];
}

/// Nanoseconds by [`Part`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts(pub [u64; 8]);

impl Parts {
    /// Adds what another path contributed.
    pub fn add(&mut self, other: &Self) {
        for (part, more) in self.0.iter_mut().zip(other.0) {
            *part += more;
        }
    }
}

/// The exchanges of a run: a slab of hot parts and the cold twins.
#[derive(Debug, Default)]
pub struct Exchanges {
    hot: Slab<Exchange>,
    cold: Vec<Cold>,
    /// What is said as HTTP, where somebody reads it.
    papers: Vec<Papers>,
    has_papers: bool,
}

impl Exchanges {
    /// How many are in flight.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hot.len()
    }

    /// How many were in flight at once at most.
    #[inline]
    #[must_use]
    pub fn peak(&self) -> usize {
        self.hot.peak()
    }

    /// Whether none is in flight.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hot.is_empty()
    }

    /// Starts one; its generation is set here. Inlined, so that both parts are written in place.
    #[inline(always)]
    pub fn insert(&mut self, exchange: Exchange, cold: Cold) -> ExchangeId {
        let (place, hot) = self.hot.claim(Exchange::default);
        let generation = hot.generation.wrapping_add(1);
        *hot = Exchange { generation, ..exchange };
        if place as usize == self.cold.len() {
            self.grow();
        }
        self.cold[place as usize] = cold;
        if self.has_papers {
            self.papers[place as usize] = Papers::default();
        }
        ExchangeId(place)
    }

    /// Whether what exchanges say as HTTP is kept; to be told before the first one.
    pub fn keep_papers(&mut self, keeps: bool) {
        self.has_papers = keeps;
    }

    /// Whether what exchanges say as HTTP is kept.
    #[inline]
    #[must_use]
    pub fn has_papers(&self) -> bool {
        self.has_papers
    }

    /// What an exchange says.
    #[inline]
    #[must_use]
    pub fn papers(&self, id: ExchangeId) -> &Papers {
        &self.papers[id.index()]
    }

    /// What an exchange says, to change it.
    #[inline]
    pub fn papers_mut(&mut self, id: ExchangeId) -> &mut Papers {
        &mut self.papers[id.index()]
    }

    /// Adds the twin of a new place.
    #[cold]
    fn grow(&mut self) {
        make_room(&mut self.cold);
        self.cold.push(Cold::default());
        if self.has_papers {
            make_room(&mut self.papers);
            self.papers.push(Papers::default());
        }
    }

    /// Ends one.
    #[inline]
    pub fn remove(&mut self, id: ExchangeId) {
        self.hot.remove(id.0);
    }

    /// The hot part.
    #[inline]
    #[must_use]
    pub fn hot(&self, id: ExchangeId) -> &Exchange {
        &self.hot[id.0]
    }

    /// The hot part, to change it.
    #[inline]
    pub fn hot_mut(&mut self, id: ExchangeId) -> &mut Exchange {
        &mut self.hot[id.0]
    }

    /// The cold part.
    #[inline]
    #[must_use]
    pub fn cold(&self, id: ExchangeId) -> &Cold {
        &self.cold[id.index()]
    }

    /// The cold part, to change it.
    #[inline]
    pub fn cold_mut(&mut self, id: ExchangeId) -> &mut Cold {
        &mut self.cold[id.index()]
    }

    /// All that are in flight, with their places.
    pub fn live_places(&self) -> impl Iterator<Item = (ExchangeId, &Exchange)> {
        self.hot.live_places().map(|(place, exchange)| (ExchangeId(place), exchange))
    }

    /// All that are in flight.
    pub fn live(&self) -> impl Iterator<Item = &Exchange> {
        self.hot.live()
    }

    /// Forgets all and keeps the memory.
    pub fn clear(&mut self) {
        self.hot.clear();
        self.cold.clear();
        self.papers.clear();
        self.has_papers = false;
    }
}
