//! What browsers keep: a cache for each person who is there, private and gone with the visit
//! unless the scenario says how many are remembered.
//!
//! It is the cache of the proxies once more: what may be stored and used again is decided by the
//! rules of HTTP under the profile of a browser ([`crate::http`]). What goes when it is full is
//! what was used longest ago. A person is somebody who comes again: a user of a closed loop, a
//! visitor, a session or an address of a trace. There is nothing for people who are not there: all
//! caches of a client share their memory ([`Shelves`]), and of what is stored only that is kept
//! from which its lifetime follows.

mod keep;
mod look;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::{Dist, Law};
use crate::evict::{Capacity, Shelves};
use crate::http::cookie::Browser;
use crate::http::{Keeping, ProfileName, Question, Rules, Storing, Wall, storing};
use crate::id::RequestId;
use crate::net::{Ctx, HeadId, Http, PolicyId, Request};
use crate::people::who;
use crate::rng::Key;
use crate::time::Span;
use crate::unit::Bytes;

use super::{Client, Demand};
use crate::fact::Observer;

/// What is said of the browsers of a client's people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserSpec {
    /// Where browsers differ: in what they make of cookies without `SameSite`, and in how long
    /// they remember a preflight at most.
    pub profile: Browser,
    /// What each of them keeps of answers; nothing without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<BrowserCacheSpec>,
}

/// The cache of a browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserCacheSpec {
    /// False takes the caches out, as a variant may want.
    pub enabled: bool,
    /// How much each keeps: a size, or `{ objects = 100 }`; 256 MiB by default, about what Firefox
    /// takes where the disk is small.
    pub capacity: Capacity,
    /// How long it takes to read an answer from it; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hit: Option<Dist<Span>>,
    /// Of how many people who are not there the cache is remembered: none by default, and all whom
    /// a trace names where requests come from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remember: Option<u32>,
}

impl Default for BrowserCacheSpec {
    fn default() -> Self {
        let capacity = Capacity::Bytes(Bytes(256 << 20).0);
        Self { enabled: true, capacity, hit: None, remember: None }
    }
}

impl BrowserSpec {
    /// The cache that each browser has, if it has one.
    #[must_use]
    pub fn cache(&self) -> Option<&BrowserCacheSpec> {
        self.cache.as_ref().filter(|cache| cache.enabled)
    }
}

/// Browsers' caches, ready to run.
#[derive(Debug, Clone)]
pub struct BrowserPlan {
    /// How much each keeps.
    pub capacity: Capacity,
    /// How long it takes to read an answer.
    pub hit: Option<Law>,
    /// Of how many who are not there the cache is remembered.
    pub remember: u32,
    /// Which endpoints are looked for.
    pub endpoints: Box<[bool]>,
}

/// What is kept of an answer. Its lifetime follows from the head and the two instants.
#[derive(Debug, Clone, Copy)]
struct Kept {
    bytes: u64,
    born: Wall,
    stored: Wall,
    head: HeadId,
    status: u16,
    /// What it said about other origins.
    allowed: PolicyId,
    /// Whether a new one is being fetched beside the person's requests.
    is_refreshed: bool,
}

const _: () = assert!(size_of::<Kept>() == 40, "what is said of the memory of browsers");

/// The browsers of a client at work.
#[derive(Debug)]
pub(super) struct Browsers {
    plan: BrowserPlan,
    shelves: Shelves<Kept>,
    rules: Rules,
    /// A request without headers, which is what lifetimes are counted for.
    plain: Question,
}

/// Who has a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner(u64);

impl Browsers {
    pub(super) fn new(plan: &BrowserPlan) -> Self {
        Self {
            shelves: Shelves::new(plan.capacity, plan.remember),
            plan: plan.clone(),
            rules: Rules::default(),
            plain: Question::default(),
        }
    }

    /// What is known of the lifetime of something; none if it is not to be stored.
    fn keeping(&self, http: &Http, kept: &Kept) -> Option<Keeping> {
        let profile = ProfileName::Browser.profile();
        let head = http.head(kept.head)?;
        match storing(profile, &self.rules, &self.plain, head, (kept.born, kept.stored)) {
            Storing::Stored(keeping) => Some(keeping),
            Storing::Passes(_) | Storing::Refused => None,
        }
    }
}

impl Client {
    /// Somebody comes who may have something in their browser already.
    pub(super) fn opens_browser(&mut self, user: u64) {
        let owner = self.person(user);
        if let Some(browsers) = &mut self.browsers {
            browsers.shelves.come(owner.0);
        }
    }

    /// Somebody goes.
    pub(super) fn closes_browser(&mut self, user: u64) {
        let owner = self.person(user);
        if let Some(browsers) = &mut self.browsers {
            browsers.shelves.go(owner.0);
        }
    }

    /// Whose browser a user or a visitor has: a visitor is one of those people that the visit says,
    /// or somebody new.
    fn person(&self, user: u64) -> Owner {
        let people = match &self.plan.demand {
            Demand::Visits(plan) => plan.people,
            Demand::Open(_)
            | Demand::Renewal(_)
            | Demand::Replayed(_)
            | Demand::Closed(..)
            | Demand::ClosedTrace(_) => None,
        };
        let key: Key = self.group.with(user);
        Owner(people.map_or(user, |people| who(people, key)))
    }

    /// Whose browser a request comes from.
    fn owner<O: Observer>(&self, id: RequestId, ctx: &Ctx<'_, O>) -> Option<Owner> {
        let Request { asked, row, .. } = &ctx.core.requests[id.0];
        match &self.plan.demand {
            Demand::Visits(_) | Demand::Closed(..) | Demand::ClosedTrace(_) => {
                Some(self.person(asked.user))
            }
            Demand::Replayed(trace) => {
                let row = trace.rows().get(*row as usize)?;
                trace.session_key(row).or_else(|| trace.address_key(row)).map(Owner)
            }
            Demand::Open(_) | Demand::Renewal(_) => None,
        }
    }
}
