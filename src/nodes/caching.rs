//! What caches of proxies share: they keep answers and give them again instead of asking.
//!
//! A cache looks when the proxy would hand a request on, and stores when the answer comes back,
//! so requests for an object that is still being fetched are fetched as well. Each replica has a
//! cache of its own. How long an answer may be used is not asked: what is stored stays until
//! something else needs its place.

use std::sync::Arc;

use rand_distr::Distribution;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::{Dist, Law};
use crate::evict::{Capacity, Policy, Store};
use crate::fact::{Fact, Observer};
use crate::id::ExchangeId;
use crate::net::Ctx;
use crate::outcome::Answer;
use crate::rng::{Key, Purpose};
use crate::time::Span;

/// The cache of a proxy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CachingSpec {
    /// Keeps answers to GET and gives them again. Each replica has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheSpec>,
}

/// A cache: how much it keeps, and what goes when it is full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    /// False takes the cache out, as a variant may want.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What goes first when it is full; `lru` by default.
    #[serde(default)]
    pub policy: Policy,
    /// How much it keeps: a size such as `"512MiB"`, or `{ objects = 10_000 }`.
    pub capacity: Capacity,
    /// How long a hit takes, without a core; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit: Option<Dist<Span>>,
}

const fn yes() -> bool {
    true
}

impl CachingSpec {
    /// The cache, if there is one that is not taken out.
    #[must_use]
    pub fn cache(&self) -> Option<&CacheSpec> {
        self.cache.as_ref().filter(|cache| cache.enabled)
    }
}

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
}

/// What is kept of an answer.
#[derive(Debug, Clone, Copy)]
struct Stored {
    bytes: u64,
    status: u16,
}

/// The caches of a proxy's replicas at work.
#[derive(Debug)]
pub struct Caches {
    plan: Arc<CachePlan>,
    stores: Box<[Store<Stored>]>,
}

impl Caches {
    /// Empty caches of so many replicas, each of which draws for itself under `root`.
    #[must_use]
    pub fn new(plan: &Arc<CachePlan>, replicas: u16, root: Key) -> Self {
        const EVICTION: Purpose = Purpose::named("eviction");
        let store = |replica: u16| {
            let seed = root.with(u64::from(replica)).bits(EVICTION);
            Store::new(plan.policy, plan.capacity).seeded(seed)
        };
        Self { plan: Arc::clone(plan), stores: (0..replicas).map(store).collect() }
    }

    /// Looks for what an exchange asks for. On a hit the exchange has its answer, which takes
    /// the time that is returned.
    pub fn look<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> Option<Span> {
        let uri = self.uri(id, ctx)?;
        let exchange = ctx.core.exchanges.hot(id);
        let (by, key, request) = (exchange.at, exchange.key, exchange.request);
        let below = exchange.below;
        let found = self.stores[usize::from(by.replica)].get(uri).copied();
        let bytes = found.map_or(0, |stored| stored.bytes);
        ctx.observe(&Fact::Looked { by, request, hit: found.is_some(), bytes, below });
        let stored = found?;
        let cold = ctx.cold(id);
        (cold.answer, cold.bytes) = (Answer::with_status(stored.status), stored.bytes);
        Some(self.plan.hit.as_ref().map_or(Span::ZERO, |(law, purpose)| {
            Span::from_nanos_rounded(law.sample(&mut key.draws(*purpose)))
        }))
    }

    /// Keeps the answer that `child` brings for `parent`, which had found nothing.
    pub fn keep<O: Observer>(
        &mut self,
        child: ExchangeId,
        parent: ExchangeId,
        ctx: &mut Ctx<'_, O>,
    ) {
        if !ctx.is_awaited(child, parent) {
            return;
        }
        let Some(uri) = self.uri(parent, ctx) else { return };
        let (answer, bytes) = (ctx.cold(child).answer, ctx.cold(child).bytes);
        let exchange = ctx.core.exchanges.hot(parent);
        let (by, request, below) = (exchange.at, exchange.request, exchange.below);
        let store = &mut self.stores[usize::from(by.replica)];
        let stored =
            answer.is_success() && store.put(uri, bytes, Stored { bytes, status: answer.status });
        ctx.observe(&Fact::Fetched { by, request, bytes, stored, below });
    }

    /// What an exchange asks for, if its endpoint is one that is looked for.
    #[inline]
    fn uri<O: Observer>(&self, id: ExchangeId, ctx: &Ctx<'_, O>) -> Option<u64> {
        let exchange = ctx.core.exchanges.hot(id);
        let endpoint = exchange.endpoint;
        if !self.plan.endpoints.get(endpoint.index()).copied().unwrap_or(false) {
            return None;
        }
        let asked = &ctx.core.requests[exchange.request.0].asked;
        if endpoint == asked.endpoint {
            return Some(ctx.uri(exchange.request));
        }
        // A call for something else than what the user asked for, about the same object.
        Some(ctx.fixed.endpoints[endpoint.index()].uri_for(asked.object))
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
        assert!(cache.hit.is_none());
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
}
