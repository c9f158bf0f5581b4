//! Screens made ready to run: what a node has, and what all of them need to know.

use super::{AccessPlan, Compress, Infected, LoginDefences, Scan, Waf};
use crate::attack::{AttackPlan, QueryDefences};
use crate::id::EndpointId;
use crate::limit::RateLimitSpec;
use crate::time::Span;
use crate::unit::Probability;

/// The screens of one node.
#[derive(Debug, Clone, Default)]
pub struct ScreenPlan {
    /// Who may ask for what.
    pub access: Option<AccessPlan>,
    /// How many infected objects its list of bad addresses knows.
    pub knows: Option<Probability>,
    /// Its scan of answers.
    pub scan: Option<Scan>,
    /// Its filter of requests.
    pub waf: Option<Waf>,
    /// Its compression.
    pub compress: Option<Compress>,
    /// How often an address may open connections.
    pub connections: Option<RateLimitSpec>,
    /// What it does against guessed passwords.
    pub login: Option<LoginDefences>,
    /// For each endpoint, whether the node passes its connections on and sees its host alone;
    /// empty if it does so for none.
    pub tunnels: Box<[bool]>,
    /// What opening a connection to look into costs it, in full and resumed, at speed 1.
    pub intercepts: Option<[Span; 2]>,
    /// Whether it is told from which addresses it is asked.
    pub counts: bool,
}

/// What all screens of a scenario need to know.
#[derive(Debug, Clone, Default)]
pub struct Screens {
    /// What is attacked by each node.
    pub attacks: Vec<Option<AttackPlan>>,
    /// Whether each node filters requests.
    pub filters: Vec<bool>,
    /// How many people the visitors of each node are, if they are not all somebody new.
    pub people: Vec<Option<u32>>,
    /// What is infected of each endpoint.
    pub infected: Vec<Option<Infected>>,
    /// Whether the answers of each endpoint can be compressed.
    pub compressible: Vec<bool>,
    /// Which endpoints put what comes into a query.
    pub flaws: Vec<Option<Flaw>>,
    /// The time of day when the run begins.
    pub start: Span,
}

/// A query that is made of what comes with requests for an endpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flaw {
    /// Rows of the tables behind it.
    pub rows: u64,
    /// Bytes of a row.
    pub row_bytes: u64,
    /// What stands against it.
    pub defences: QueryDefences,
}

impl ScreenPlan {
    /// Whether there is more of it than that somebody counts.
    #[must_use]
    pub fn is_any(&self) -> bool {
        let Self { access, knows, scan, waf, compress, login, tunnels, intercepts, .. } = self;
        let stops = access.is_some() || knows.is_some() || scan.is_some() || waf.is_some();
        let is_more = compress.is_some() || login.is_some() || intercepts.is_some();
        stops || is_more || self.connections.is_some() || !tunnels.is_empty()
    }

    /// Whether the node passes connections for this endpoint on, and sees their host alone.
    #[must_use]
    pub fn tunnels(&self, endpoint: EndpointId) -> bool {
        self.tunnels.get(endpoint.index()).copied().unwrap_or(false)
    }

    /// Whether something of it may turn a request away, or look at it, before anything is done.
    #[must_use]
    pub fn looks_first(&self) -> bool {
        self.access.is_some() || self.knows.is_some() || self.login.is_some() || self.counts
    }
}
