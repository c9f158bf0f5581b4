//! What proxies of both sides share: they hand requests on by their routes, at a cost.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caching::Caches;
use super::host::{Host, Next};
use super::overhead::OverheadSpec;
use super::timeouts::CallTimeoutSpec;
use crate::dist::Dist;
use crate::fact::Observer;
use crate::id::{ConnectionId, ExchangeId, LinkId};
use crate::net::{Call, Ctx, Input};
use crate::outcome::Reason;
use crate::time::Span;

/// What handing a request on costs. All of it is nothing by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ForwardingSpec {
    /// The demand on a core of the proxy for each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Dist<Span>>,
    /// The demand on a core of the proxy for each KiB of a response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_per_kib: Option<Span>,
    /// Time that passes in the proxy without a core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overhead: Option<OverheadSpec>,
    /// How long it waits for those that it hands requests on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<CallTimeoutSpec>,
}

/// The link that requests of each endpoint leave by, in the order of endpoints; behind them, that
/// of what has no endpoint.
pub type Routes = Arc<[Option<LinkId>]>;

/// A proxy at work.
#[derive(Debug)]
pub struct Proxy {
    host: Host,
    routes: Routes,
    /// The address that it shows instead of its callers'; a reverse proxy passes theirs on.
    address: Option<u64>,
    cache: Option<Box<Caches>>,
}

impl Proxy {
    /// A proxy that hands on by `routes`.
    #[must_use]
    pub const fn new(host: Host, routes: Routes, address: Option<u64>) -> Self {
        Self { host, routes, address, cache: None }
    }

    /// The same with a cache.
    #[must_use]
    pub fn with_cache(self, cache: Option<Caches>) -> Self {
        Self { cache: cache.map(Box::new), ..self }
    }

    /// The exchanges that it holds.
    pub const fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    /// The same, to look at.
    pub const fn host_ref(&self) -> &Host {
        &self.host
    }

    /// Starts the node.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        self.host.begin(ctx);
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        if let Some(cache) = &mut self.cache
            && let Input::Reply { child, parent } = input
            && ctx.core.exchanges.hot(child).endpoint == ctx.core.exchanges.hot(parent).endpoint
        {
            cache.keep(child, parent, ctx);
        }
        let mut next = self.host.handle(input, ctx);
        while let Next::Forward(id) = next {
            self.forward(id, ctx);
            next = self.host.more(ctx);
        }
    }

    #[inline]
    fn forward<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        if let Some(cache) = &mut self.cache
            && let Some(span) = cache.look(id, ctx)
        {
            return self.host.answered(id, span, ctx);
        }
        let exchange = ctx.hot(id);
        let (key, endpoint, is_below) = (exchange.key, exchange.endpoint, exchange.below);
        let place = endpoint.index().min(self.routes.len().saturating_sub(1));
        let Some(link) = self.routes.get(place).copied().flatten() else {
            return self.host.fail(id, Reason::NoBackend, ctx);
        };
        let source = self.address.unwrap_or_else(|| ctx.cold(id).source);
        let call = Call {
            endpoint,
            key,
            backend: u16::MAX,
            below: is_below,
            source,
            carried: ConnectionId::NONE,
        };
        let at = ctx.next_replica(id, link, endpoint);
        ctx.call(id, link, at, call);
        self.host.forwarded(id, ctx);
    }
}
