//! What pages of some origin may ask of others, decided for each endpoint and each policy before
//! the run: at work a browser compares numbers.

use super::core::Ctx;
use crate::fact::Observer;
use crate::http::cookie::Browser;
use crate::http::cors::{Blocked, PreflightCache};
use crate::id::RequestId;

/// The origin of a page, among those of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginId(pub u16);

impl OriginId {
    /// What asks is no script of a page.
    pub const NONE: Self = Self(u16::MAX);
}

/// What an answer says about other origins: the number of a node's policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyId(pub u16);

impl PolicyId {
    /// Nothing.
    pub const NONE: Self = Self(u16::MAX);
}

/// What is known of a request that a page's script may make, beside the request itself: others do
/// without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// The origin of the page whose script makes it.
    pub from: OriginId,
    /// What its answer says about other origins.
    pub allowed: PolicyId,
    /// Whether a preflight has just allowed its present attempt.
    pub is_cleared: bool,
}

impl Crossing {
    /// That of a request of a page of this origin, which has just been made.
    #[must_use]
    pub const fn new(from: OriginId) -> Self {
        Self { from, allowed: PolicyId::NONE, is_cleared: false }
    }
}

impl<O: Observer> Ctx<'_, O> {
    /// What is known of a request that a page's script may make.
    pub fn crossing(&mut self, id: RequestId) -> &mut Crossing {
        let (place, all) = (id.0 as usize, &mut self.core.crossings);
        if all.len() <= place {
            all.resize(place + 1, Crossing::new(OriginId::NONE));
        }
        &mut all[place]
    }

    /// The same, to look at.
    #[must_use]
    pub fn crossing_of(&self, id: RequestId) -> Crossing {
        let known = self.core.crossings.get(id.0 as usize);
        known.copied().unwrap_or(Crossing::new(OriginId::NONE))
    }
}

/// An entry of a preflight cache: the browser, the URL, what was asked for, and the page's origin
/// with whether cookies go along.
pub type PreflightEntry = (u64, u64, u32, u32);

/// The preflights that the browsers of a client remember.
pub type Preflights = PreflightCache<PreflightEntry>;

/// Everything about other origins, if a page asks another one than its own.
#[derive(Debug, Clone, Default)]
pub struct CrossOrigin {
    /// For each origin of a page, how its scripts ask for each endpoint.
    pub asking: Vec<Vec<Asking>>,
    /// The policies of nodes.
    pub policies: Vec<PolicyPlan>,
    /// The policy of each node, if it has one.
    pub by_node: Vec<PolicyId>,
    /// What a server without a policy does about a preflight: a program.
    pub unknown: u16,
}

/// How a script asks for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asking {
    /// Whether that is at another origin than the page's.
    pub is_cross: bool,
    /// Whether it carries no credentials, in each browser.
    pub is_bare: [bool; Browser::ALL.len()],
    /// Whether it says `credentials: include`.
    pub credentials: bool,
    /// What a preflight has to allow; none for a simple request.
    pub needed: Box<[u32]>,
    /// Whether a preflight and an answer are good that say what each policy says; the last ones
    /// are of those that say nothing.
    pub verdicts: Box<[Verdicts]>,
}

/// What a browser makes of what an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicts {
    /// Of a preflight that is answered with a good status.
    pub preflight: Result<(), Blocked>,
    /// Of an answer.
    pub answer: Result<(), Blocked>,
}

/// A policy, ready to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyPlan {
    /// How long a preflight is good for, in seconds; if not said, 5.
    pub max_age: Option<i64>,
    /// What answering a preflight costs: a program.
    pub program: u16,
}

impl Asking {
    /// What a browser makes of an answer by this policy.
    #[must_use]
    pub fn verdicts(&self, policy: PolicyId) -> Verdicts {
        let last = self.verdicts.len().saturating_sub(1);
        let fine = Verdicts { preflight: Ok(()), answer: Ok(()) };
        self.verdicts.get(usize::from(policy.0).min(last)).copied().unwrap_or(fine)
    }

    /// Whether a preflight has to come before.
    #[must_use]
    pub fn is_asked_before(&self) -> bool {
        self.is_cross && !self.needed.is_empty()
    }
}

impl CrossOrigin {
    /// How scripts of an origin ask for an endpoint; none if what asks is no script.
    #[must_use]
    pub fn asking(&self, from: OriginId, endpoint: crate::id::EndpointId) -> Option<&Asking> {
        self.asking.get(usize::from(from.0))?.get(endpoint.index())
    }
}
