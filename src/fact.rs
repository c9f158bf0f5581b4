//! What can be said to have happened: the closed set of facts that the model tells its observers.
//!
//! The model never counts; every metric is a fold over facts. Each kind of fact has a fixed code,
//! so that adding one shifts no other, and a fact is not an event of the engine: a faster engine
//! tells the same facts.

use crate::auth::Said;
use crate::id::{EndpointId, ExchangeId, LinkId, NodeId, ObjectId, RequestId};
use crate::net::{Parts, Step};
use crate::outcome::Answer;
use crate::people::Browsed;
use crate::rng::Key;
use crate::screen::Noted;
use crate::time::{Span, Time};

/// A replica of a node: the node and which of its machines, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The node.
    pub node: NodeId,
    /// Which of its replicas, from 0.
    pub replica: u16,
}

/// How an exchange left a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It was answered, with success or not.
    Answered = 1,
    /// The queue was full.
    Refused = 2,
    /// It waited longer than the queue's time-out.
    Dropped = 3,
    /// The caller took it back.
    Cancelled = 4,
    /// The machine died under it.
    Crashed = 5,
}

/// What takes memory of a replica while a run lasts. The numbers are fixed: they stand in
/// fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Taker {
    /// The hash of a password.
    Hash = 0,
    /// An exchange that is at the node.
    Exchange = 1,
    /// A session.
    Session = 2,
}

/// Who asked for what: the parts of a request that results name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Its identity under this replication: the same in every variant.
    pub key: Key,
    /// Its place in the slab while it lives.
    pub request: RequestId,
    /// The client group.
    pub client: NodeId,
    /// The user within the group, from 0; 0 for an open loop without users.
    pub user: u64,
    /// The ordinal of the request among those of its user, from 0.
    pub ordinal: u64,
    /// What was asked for.
    pub endpoint: EndpointId,
    /// Which object of it, if it has objects.
    pub object: Option<ObjectId>,
    /// When the user wanted it.
    pub started: Time,
}

/// What a cache did for a request. The numbers are fixed: they stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CacheStatus {
    /// It had nothing, and fetched it.
    Miss = 0,
    /// It gave what it had.
    Hit = 1,
    /// What it had was expired: it fetched a new one.
    Expired = 2,
    /// What it had was expired, and is still right, as the origin said.
    Revalidated = 3,
    /// It gave what was expired: because the request takes that, because there is no new one, or
    /// while it fetches a new one itself.
    Stale = 4,
    /// It gave what was expired while another request fetches a new one.
    Updating = 5,
    /// It waited for what another request fetched, and gave that.
    Collapsed = 6,
    /// It fetched without looking, because it is set up to, and may have stored that.
    Bypass = 7,
    /// It let the request pass, which is none that it stores anything for.
    Pass = 8,
    /// It had nothing for a request that wants nothing else.
    Unanswerable = 9,
    /// It fetched for itself, beside a request that it had answered.
    Refreshed = 10,
}

impl CacheStatus {
    /// The word for it in results.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Miss => "miss",
            Self::Hit => "hit",
            Self::Expired => "expired",
            Self::Revalidated => "revalidated",
            Self::Stale => "stale",
            Self::Updating => "updating",
            Self::Collapsed => "collapsed",
            Self::Bypass => "bypass",
            Self::Pass => "pass",
            Self::Unanswerable => "unanswerable",
            Self::Refreshed => "refreshed",
        }
    }

    /// Whether a cache that says this at a look asks for it.
    #[must_use]
    pub const fn fetches(self) -> bool {
        matches!(self, Self::Miss | Self::Expired | Self::Bypass | Self::Pass)
    }

    /// Whether the cache gave what it had, without asking anybody.
    #[must_use]
    pub const fn is_hit(self) -> bool {
        matches!(self, Self::Hit | Self::Stale | Self::Updating)
    }

    /// Whether the cache answered from what it had or got for another request.
    #[must_use]
    pub const fn is_answered(self) -> bool {
        self.is_hit() || matches!(self, Self::Collapsed | Self::Unanswerable)
    }
}

/// One thing that happened at the present time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fact<'a> {
    /// A user wants something.
    Issued(&'a Asked),
    /// A request has its final outcome.
    Finished {
        /// Who asked for what.
        asked: &'a Asked,
        /// What came of it.
        answer: Answer,
        /// How many attempts were made.
        attempts: u32,
        /// Where the time went on the critical path; the parts sum to the latency.
        parts: &'a Parts,
    },
    /// A success came for a request that its user had given up: work done for nobody.
    Late(&'a Asked),
    /// An exchange arrived at a node.
    Entered {
        /// Where.
        at: Place,
        /// The exchange's identity.
        key: Key,
    },
    /// An exchange left a node.
    Left {
        /// Where.
        at: Place,
        /// The exchange's identity.
        key: Key,
        /// When it had arrived there.
        entered: Time,
        /// How much of that it waited for a worker or a core, in nanoseconds.
        waited: u64,
        /// The priority class.
        class: u8,
        /// The endpoint, if it has one.
        endpoint: EndpointId,
        /// How it left.
        exit: Exit,
        /// Whether it was answered with success.
        success: bool,
    },
    /// One more exchange waits for a worker or a core.
    Queued(Place),
    /// One exchange less waits for a worker or a core.
    Unqueued(Place),
    /// That many cores of the replica are at work now.
    Busy {
        /// Where.
        at: Place,
        /// Cores at work.
        cores: u32,
    },
    /// That many cores of the replica hold work that a pause has stopped.
    Stopped {
        /// Where.
        at: Place,
        /// Cores with stopped work.
        cores: u32,
    },
    /// A replica with a cold start is off, is being set up (neither off nor serving), or serves.
    Power {
        /// Where.
        at: Place,
        /// Whether it is off.
        off: bool,
        /// Whether it serves.
        serving: bool,
    },
    /// Faults have begun to keep a replica from working, or no longer do.
    Health {
        /// Where.
        at: Place,
        /// Whether what reaches it would be worked on.
        works: bool,
    },
    /// A circuit breaker has opened, lets probes pass, or has closed.
    Breaker {
        /// Whose it is.
        by: Place,
        /// Which replica it stands before.
        at: Place,
        /// Whether nothing passes now.
        is_open: bool,
        /// Whether all passed before.
        was_closed: bool,
    },
    /// An exchange came to a replica that faults keep from taking it, or from working on it. Told
    /// for metrics alone.
    Missed(Place),
    /// A balancer no longer sends anything to a replica, which it takes to be down. Told for
    /// metrics alone.
    TakenOut {
        /// Who noticed.
        by: NodeId,
        /// What it takes to be down.
        at: Place,
    },
    /// An attempt to connect over TCP has ended. Told for metrics alone.
    Connect {
        /// To whom.
        to: Place,
        /// How many SYNs were sent.
        syns: u32,
        /// How long after the first of them the last was sent.
        extra: Span,
        /// Whether there is a connection now.
        connected: bool,
    },
    /// A replica that takes only so many connections has so many now. Told for metrics alone.
    Connections {
        /// Who has them.
        at: Place,
        /// How many.
        open: u32,
    },
    /// A link whose bytes have a price was handed some. Told for metrics alone.
    Carried {
        /// Which link.
        link: LinkId,
        /// How many bytes, those that are lost and sent again counted once.
        bytes: u64,
    },
    /// A balancer, or a caller of several replicas, chose where an exchange of a request goes.
    Picked {
        /// The request that the exchange belongs to.
        request: RequestId,
        /// Who chose.
        by: NodeId,
        /// What was chosen.
        chosen: Place,
        /// Whether for a handshake that goes before the request on its connection.
        shakes: bool,
    },
    /// So much of the memory of a replica is taken now.
    Memory {
        /// Where.
        at: Place,
        /// Bytes that are taken.
        bytes: u64,
    },
    /// Something found no room in the memory of a replica, and was refused.
    NoRoom {
        /// Where.
        at: Place,
        /// What it was.
        what: Taker,
    },
    /// A cache looked for what an exchange of a request asks for.
    Looked {
        /// Whose cache.
        by: Place,
        /// The request that the exchange belongs to.
        request: RequestId,
        /// What it does, as far as that is known now.
        status: CacheStatus,
        /// Bytes of what it gives.
        bytes: u64,
        /// Whether it was asked for below the server that answers the user's endpoint.
        below: bool,
    },
    /// Something happened to somebody's identity.
    Identity(Said),
    /// Something happened in somebody's browser.
    Browser(Browsed),
    /// A screen let something pass, or stopped it.
    Screen(Noted),
    /// An answer came for what a cache had looked for in vain.
    Fetched {
        /// Whose cache.
        by: Place,
        /// The request that it was fetched for.
        request: RequestId,
        /// Bytes of the answer.
        bytes: u64,
        /// Bytes that the cache gave of its own instead of it, as when they are still right.
        given: u64,
        /// Whether it was stored.
        stored: bool,
        /// What the cache did.
        status: CacheStatus,
        /// Whether the answer says that what is stored is still right.
        renewed: bool,
        /// Whether none came: nobody was there to answer, or nobody did in time.
        lost: bool,
        /// Whether it was asked for below the server that answers the user's endpoint.
        below: bool,
    },
}

impl Fact<'_> {
    /// The fixed code of this kind of fact.
    #[must_use]
    pub const fn code(&self) -> u64 {
        match self {
            Self::Issued(_) => 1,
            Self::Finished { .. } => 2,
            Self::Late(_) => 3,
            Self::Entered { .. } => 10,
            Self::Left { .. } => 11,
            Self::Queued(_) => 12,
            Self::Unqueued(_) => 13,
            Self::Busy { .. } => 14,
            Self::Stopped { .. } => 15,
            Self::Power { .. } => 16,
            Self::Health { .. } => 17,
            Self::Missed(_) => 18,
            Self::TakenOut { .. } => 19,
            Self::Picked { .. } => 20,
            Self::Connect { .. } => 21,
            Self::Breaker { .. } => 22,
            Self::Carried { .. } => 23,
            Self::Memory { .. } => 24,
            Self::NoRoom { .. } => 25,
            Self::Connections { .. } => 26,
            Self::Looked { .. } => 30,
            Self::Fetched { .. } => 31,
            Self::Identity(said) => said.code(),
            Self::Browser(browsed) => browsed.code(),
            Self::Screen(noted) => noted.code(),
        }
    }

    /// Whether this is told for metrics alone, and follows from what is told otherwise.
    #[must_use]
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::Missed(_) | Self::TakenOut { .. } | Self::Connections { .. })
            || matches!(self, Self::Connect { .. } | Self::Carried { .. })
            || matches!(self, Self::Screen(noted) if noted.is_note())
    }

    /// What this fact is about, as three numbers: for the strict fingerprint.
    #[must_use]
    pub fn ids(&self) -> [u64; 3] {
        let place = |at: &Place| u64::from(at.node.0) << 16 | u64::from(at.replica);
        match self {
            Self::Issued(asked) | Self::Late(asked) => {
                [asked.key.0, u64::from(asked.client.0), u64::from(asked.endpoint.0)]
            }
            Self::Finished { asked, answer, attempts, .. } => {
                [asked.key.0, answer.code(), u64::from(*attempts)]
            }
            Self::Entered { at, key } => [place(at), key.0, 0],
            Self::Left { at, key, exit, waited, .. } => {
                [place(at), key.0, waited << 8 | *exit as u64]
            }
            Self::Queued(at) | Self::Unqueued(at) | Self::Missed(at) => [place(at), 0, 0],
            Self::TakenOut { by, at } => [u64::from(by.0), place(at), 0],
            Self::Connect { to, syns, connected, .. } => {
                [place(to), u64::from(*syns), u64::from(*connected)]
            }
            Self::Connections { at, open } => [place(at), u64::from(*open), 0],
            Self::Carried { link, bytes } => [u64::from(link.0), *bytes, 0],
            Self::Busy { at, cores } | Self::Stopped { at, cores } => {
                [place(at), u64::from(*cores), 0]
            }
            Self::Memory { at, bytes } => [place(at), *bytes, 0],
            Self::NoRoom { at, what } => [place(at), *what as u64, 0],
            Self::Power { at, off, serving } => [place(at), u64::from(*off), u64::from(*serving)],
            Self::Health { at, works } => [place(at), u64::from(*works), 0],
            Self::Breaker { by, at, is_open, was_closed } => {
                [place(by), place(at), u64::from(*is_open) << 1 | u64::from(*was_closed)]
            }
            Self::Identity(said) => said.ids(),
            Self::Browser(browsed) => browsed.ids(),
            Self::Screen(noted) => noted.ids(),
            Self::Picked { by, chosen, .. } => [u64::from(by.0), place(chosen), 0],
            Self::Looked { by, status, bytes, .. } => [place(by), *status as u64, *bytes],
            Self::Fetched { by, bytes, stored, status, .. } => {
                [place(by), u64::from(*stored) | (*status as u64) << 1, *bytes]
            }
        }
    }
}

/// Hears every fact of a run. It cannot influence the run: it gets shared references and owns no
/// randomness. The unit type observes nothing and compiles to nothing; a pair of observers is one.
pub trait Observer {
    /// Time has come to `now`: told before the first fact of each moment.
    #[inline(always)]
    fn advance(&mut self, _now: Time) {}

    /// A fact, at the time `now`.
    fn hear(&mut self, now: Time, fact: &Fact<'_>);

    /// What befell a single exchange: for those who follow requests on their way. Results are made
    /// of facts alone.
    #[inline(always)]
    fn follow(&mut self, _now: Time, _id: ExchangeId, _step: Step<'_>) {}
}

impl Observer for () {
    #[inline(always)]
    fn hear(&mut self, _: Time, _: &Fact<'_>) {}
}

impl Observer for &mut dyn Observer {
    fn advance(&mut self, now: Time) {
        (**self).advance(now);
    }

    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        (**self).hear(now, fact);
    }

    fn follow(&mut self, now: Time, id: ExchangeId, step: Step<'_>) {
        (**self).follow(now, id, step);
    }
}

// A fact is known where it is stated, so folds inlined there lose all arms but one.
impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        self.0.advance(now);
        self.1.advance(now);
    }

    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        self.0.hear(now, fact);
        self.1.hear(now, fact);
    }

    #[inline(always)]
    fn follow(&mut self, now: Time, id: ExchangeId, step: Step<'_>) {
        self.0.follow(now, id, step);
        self.1.follow(now, id, step);
    }
}

/// An observer that is seldom wanted: where it is told of a fact, the fact is put together for it,
/// and only there.
impl<O: Observer> Observer for Box<O> {
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        (**self).advance(now);
    }

    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        #[inline(never)]
        fn tell<O: Observer>(observer: &mut O, now: Time, fact: &Fact<'_>) {
            observer.hear(now, fact);
        }
        let fact = *fact;
        tell(&mut **self, now, &fact);
    }

    #[inline(always)]
    fn follow(&mut self, now: Time, id: ExchangeId, step: Step<'_>) {
        (**self).follow(now, id, step);
    }
}

impl<O: Observer> Observer for Option<O> {
    #[inline(always)]
    fn advance(&mut self, now: Time) {
        if let Some(observer) = self {
            observer.advance(now);
        }
    }

    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Some(observer) = self {
            observer.hear(now, fact);
        }
    }

    #[inline(always)]
    fn follow(&mut self, now: Time, id: ExchangeId, step: Step<'_>) {
        if let Some(observer) = self {
            observer.follow(now, id, step);
        }
    }
}
