//! What caches of proxies share: they keep answers and give them again instead of asking.
//!
//! A cache looks when the proxy would hand a request on, and stores when the answer comes back.
//! What may be stored and given again is decided by the rules of HTTP under the cache's profile
//! ([`crate::http`]); what goes when it is full by its policy ([`crate::evict`]). Each replica has
//! a cache of its own.

mod flights;
mod keep;
mod look;
mod spec;

use std::sync::Arc;

use crate::dist::Law;
use crate::evict::{Capacity, Policy, Store};
use crate::http::{Authorization, Cookies, Keeping, Profile, Question, Rules, Wall};
use crate::net::HeadId;
use crate::rng::{Key, Purpose};
use crate::time::{Span, Time};

use flights::Flights;
pub(crate) use keep::Verdict;
pub(crate) use look::Step;
pub use spec::{CacheSpec, CachingSpec, IgnoreSpec, LockSpec, LockTimes, StaleOn};

/// A cache, ready to run.
#[derive(Debug, Clone)]
pub struct CachePlan {
    /// What goes first.
    pub policy: Policy,
    /// How much each replica keeps.
    pub capacity: Capacity,
    /// How long a hit takes, and what its draws are for.
    pub hit: Option<(Law, Purpose)>,
    /// Which endpoints it looks for.
    pub endpoints: Box<[bool]>,
    /// How it decides.
    pub profile: &'static Profile,
    /// How it is set up beyond that.
    pub rules: Rules,
    /// When it gives what is expired because there is no new one, or one is being fetched.
    pub stale_on: Box<[StaleOn]>,
    /// Whether it asks if what is expired is still right.
    pub revalidates: bool,
    /// Whether it fetches what is expired beside the request that it gives that to.
    pub refreshes_beside: bool,
    /// Whether it also does that for what it gives only because a new one is being fetched.
    pub updates_beside: bool,
    /// Whether those who want what is being fetched wait for it, and for how long at most.
    pub lock: Option<Option<Span>>,
    /// From which request on something is stored.
    pub min_uses: u32,
    /// Headers that let a request pass, in lower case.
    pub bypass: Box<[Box<str>]>,
    /// The share of its lifetime by which an answer may be kept shorter, at random.
    pub ttl_jitter: f64,
    /// How long something may be unused before it goes.
    pub inactive: Option<Span>,
}

impl CachePlan {
    /// Whether a request is one that nothing is stored for.
    #[must_use]
    pub fn lets_pass(&self, question: &Question) -> bool {
        let profile = self.profile;
        (profile.authorization == Authorization::Passes && question.has_authorization)
            || (profile.cookies == Cookies::Pass && question.has_cookie)
            || (!profile.fetches_whole && question.has_range)
    }

    /// Whether a request is fetched for without a look, as one of its headers wants.
    #[must_use]
    pub fn is_bypassed(&self, question: &Question) -> bool {
        self.bypass.iter().any(|name| question.has(name))
    }
}

/// What is kept of an answer.
#[derive(Debug, Clone, Copy)]
struct Stored {
    bytes: u64,
    head: HeadId,
    status: u16,
    /// Whether nothing is stored, but that requests for it pass.
    passes: bool,
    born: Wall,
    keeping: Keeping,
    /// When it was stored, or found to be right still, and when it was used last.
    at: Time,
    used: Time,
}

/// The caches of a proxy's replicas at work.
#[derive(Debug)]
pub struct Caches {
    plan: Arc<CachePlan>,
    replicas: Box<[Replica]>,
    root: Key,
}

/// The cache of one replica.
#[derive(Debug)]
struct Replica {
    store: Store<Stored>,
    /// How often something was asked for that is stored only after some times.
    asked: Store<u32>,
    /// When what stands at a path was changed last, where answers depend on headers: variants that
    /// were stored before are no longer right.
    changed: Store<Time>,
    flights: Flights,
}

impl Replica {
    fn new(plan: &CachePlan, number: u16, root: Key) -> Self {
        const EVICTION: Purpose = Purpose::named("eviction");
        let seed = root.with(u64::from(number)).bits(EVICTION);
        Self {
            store: Store::new(plan.policy, plan.capacity).seeded(seed),
            asked: Store::new(Policy::Lru, Capacity::Objects(COUNTED)),
            changed: Store::new(Policy::Lru, Capacity::Objects(COUNTED)),
            flights: Flights::default(),
        }
    }
}

/// For how many objects it is known how often they were asked for, or when they were changed.
const COUNTED: u64 = 1 << 20;

impl Caches {
    /// Empty caches of so many replicas, each of which draws for itself under `root`.
    #[must_use]
    pub fn new(plan: &Arc<CachePlan>, replicas: u16, root: Key) -> Self {
        let replica = |replica: u16| Replica::new(plan, replica, root);
        Self { plan: Arc::clone(plan), replicas: (0..replicas).map(replica).collect(), root }
    }

    fn replica(&mut self, number: u16) -> &mut Replica {
        &mut self.replicas[usize::from(number)]
    }
}
