//! What a scenario says of a cache.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::evict::{Capacity, Policy};
use crate::http::ProfileName;
use crate::time::Span;
use crate::unit::Probability;

/// The cache of a proxy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CachingSpec {
    /// Keeps answers and gives them again. Each replica has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheSpec>,
}

/// A cache: how much it keeps and for how long, and what goes when it is full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    /// False takes the cache out, as a variant may want.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whose behaviour it has; `rfc9111` by default.
    #[serde(default)]
    pub profile: ProfileName,
    /// What goes first when it is full; `lru` by default.
    #[serde(default)]
    pub policy: Policy,
    /// How much it keeps: a size such as `"512MiB"`, or `{ objects = 10_000 }`.
    pub capacity: Capacity,
    /// How long a hit takes, without a core; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit: Option<Dist<Span>>,
    /// The lifetime of answers that say nothing of it, by status, or for `any` other one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub default_ttl: BTreeMap<String, Span>,
    /// The share of its lifetime by which an answer is kept shorter, at most, at random: so that
    /// what was stored together does not expire together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_jitter: Option<Probability>,
    /// When it gives what is expired: because there is no new one, or one is being fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_stale: Vec<StaleOn>,
    /// How long it gives what is expired while it fetches a new one, where answers do not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Span>,
    /// Whether it asks the origin if what is expired is still right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revalidate: Option<bool>,
    /// Whether it fetches a new one beside the request that it gives an expired one to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background_update: Option<bool>,
    /// Whether those who want what is being fetched wait for that (request collapsing).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<LockSpec>,
    /// From which request on something is stored; 1 by default.
    #[serde(default = "one")]
    pub min_uses: u32,
    /// Headers of requests that are fetched for anew, unless empty or `0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bypass: Vec<String>,
    /// Headers of answers that it does not look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<IgnoreSpec>,
    /// How long something may be unused before it goes, fresh or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive: Option<Span>,
}

const fn yes() -> bool {
    true
}

const fn one() -> u32 {
    1
}

/// Why an expired answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaleOn {
    /// No connection could be had, or it broke.
    Error,
    /// No answer came in time.
    Timeout,
    /// Another request fetches a new one.
    Updating,
    /// The answer was 403.
    #[serde(rename = "http_403")]
    Http403,
    /// The answer was 404.
    #[serde(rename = "http_404")]
    Http404,
    /// The answer was 429.
    #[serde(rename = "http_429")]
    Http429,
    /// The answer was 500.
    #[serde(rename = "http_500")]
    Http500,
    /// The answer was 502.
    #[serde(rename = "http_502")]
    Http502,
    /// The answer was 503.
    #[serde(rename = "http_503")]
    Http503,
    /// The answer was 504.
    #[serde(rename = "http_504")]
    Http504,
}

impl StaleOn {
    /// The status that it is about, if it is about one.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Error | Self::Timeout | Self::Updating => None,
            Self::Http403 => Some(403),
            Self::Http404 => Some(404),
            Self::Http429 => Some(429),
            Self::Http500 => Some(500),
            Self::Http502 => Some(502),
            Self::Http503 => Some(503),
            Self::Http504 => Some(504),
        }
    }
}

/// A header of answers that a cache may be told not to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the standard's")]
pub enum IgnoreSpec {
    SetCookie,
    CacheControl,
    Expires,
}

/// Whether requests wait for what another one fetches, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LockSpec {
    /// They do, for as long as it takes (5 s under the profile `nginx`), or do not.
    Plain(bool),
    /// They do for so long.
    Limited(LockTimes),
}

/// For how long requests wait for what another one fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockTimes {
    /// After this they fetch for themselves, and do not store what they get.
    pub timeout: Span,
}

impl CachingSpec {
    /// The cache, if there is one that is not taken out.
    #[must_use]
    pub fn cache(&self) -> Option<&CacheSpec> {
        self.cache.as_ref().filter(|cache| cache.enabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CachingSpec, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn the_policy_is_lru_and_a_hit_takes_no_time_unless_something_else_is_said() {
        let spec = read("cache = { capacity = \"1MiB\" }").unwrap();
        let cache = spec.cache().unwrap();
        assert_eq!((cache.policy, cache.capacity), (Policy::Lru, Capacity::Bytes(1 << 20)));
        assert!(cache.hit.is_none() && cache.profile == ProfileName::Rfc9111);
        let spec = read("cache = { policy = \"fifo\", capacity = { objects = 5 } }").unwrap();
        assert_eq!(spec.cache().unwrap().policy, Policy::Fifo);
    }

    #[test]
    fn a_cache_can_be_taken_out_and_has_a_capacity() {
        let spec = read("cache = { enabled = false, capacity = { objects = 5 } }").unwrap();
        assert!(spec.cache.is_some() && spec.cache().is_none());
        assert!(read("cache = {}").unwrap_err().message().contains("capacity"));
        assert!(read("cache = { capacity = \"1B\", ttl = 1 }").is_err());
    }

    #[test]
    fn a_lock_is_switched_or_limited() {
        let lock = |text: &str| {
            let text = format!("cache = {{ capacity = \"1B\", lock = {text} }}");
            read(&text).map(|spec| spec.cache().and_then(|cache| cache.lock))
        };
        assert_eq!(lock("true").unwrap(), Some(LockSpec::Plain(true)));
        let timeout = Span::from_secs(5);
        assert_eq!(
            lock("{ timeout = \"5s\" }").unwrap(),
            Some(LockSpec::Limited(LockTimes { timeout }))
        );
        assert!(lock("1").is_err());
    }
}
