//! What proxies of both sides share: they hand requests on by their routes, at a cost.

mod tunnel;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caching::{Caches, Step, Verdict};
use super::host::{Host, Next};
use super::overhead::OverheadSpec;
use super::timeouts::CallTimeoutSpec;
use crate::dist::Dist;
use crate::fact::{Observer, Place};
use crate::fault::FaultKind;
use crate::id::{ConnectionId, ExchangeId, LinkId};
use crate::net::{Call, Ctx, Input, Phase, Task, Token, Unwanted};
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
    /// Whether it has screens.
    is_screened: bool,
}

impl Proxy {
    /// A proxy that hands on by `routes`.
    #[must_use]
    pub fn new(host: Host, routes: Routes, address: Option<u64>) -> Self {
        let is_screened = host.has_screens();
        Self { host, routes, address, cache: None, is_screened }
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

    /// A fault of a replica begins or ends. A cache in memory dies with its process.
    pub fn fault<O: Observer>(
        &mut self,
        at: Place,
        kind: FaultKind,
        begins: bool,
        factor: f64,
        ctx: &mut Ctx<'_, O>,
    ) {
        self.host.fault(at, kind, begins, factor, ctx);
        if let Some(cache) = self.cache.as_mut().filter(|_| begins) {
            if kind == FaultKind::Crash {
                cache.clear(at.replica);
            } else if kind == FaultKind::CacheFlush {
                cache.flush(at.replica);
            }
        }
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        let may_concern_cache = matches!(input, Input::Reply { .. } | Input::Timer(_));
        if may_concern_cache && self.cache.is_some() && self.is_for_cache(input, ctx) {
            return;
        }
        if self.is_screened {
            self.looks_at_reply(input, ctx);
        }
        let mut next = self.host.handle(input, ctx);
        while let Next::Forward(id) = next {
            self.forward(id, ctx);
            next = self.host.more(ctx);
        }
    }

    /// Lets the cache know what has come. Returns whether that is all that follows from it.
    #[inline(never)]
    fn is_for_cache<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) -> bool {
        let Some(cache) = &mut self.cache else { return false };
        match input {
            Input::Reply { child, parent } => match cache.keep(child, parent, ctx) {
                Verdict::Delivered => false,
                Verdict::Ended => {
                    ctx.end_aside(parent);
                    true
                }
                Verdict::Again => {
                    self.send(parent, ctx);
                    true
                }
            },
            Input::Timer(Token::Connect(child, _)) => {
                self.is_late(child, Reason::ConnectTimeout, ctx)
            }
            Input::Timer(Token::Read(child, _)) => self.is_late(child, Reason::ReadTimeout, ctx),
            Input::Timer(Token::Locked(id, generation)) => {
                if ctx.is_still(id, generation) && ctx.hot(id).phase == Phase::Held {
                    cache.waited(id, ctx);
                }
                true
            }
            Input::Timer(Token::Cancelled(id, generation, unwanted)) => {
                // A fetch whose asker is to be dropped goes on, and is waited for and stored.
                let goes_on = unwanted == Unwanted::Drop && ctx.hot(id).phase != Phase::Held;
                if ctx.is_still(id, generation) && !goes_on {
                    cache.forget(id, ctx);
                }
                false
            }
            Input::Request(_)
            | Input::Resume(_)
            | Input::Timer(_)
            | Input::Arrival
            | Input::Wake(_) => false,
        }
    }

    /// A call was not answered in time. Returns whether its host need not know that: it was the
    /// cache's own, or what asked for it has an expired answer instead.
    fn is_late<O: Observer>(
        &mut self,
        child: ExchangeId,
        reason: Reason,
        ctx: &mut Ctx<'_, O>,
    ) -> bool {
        let Some(cache) = &mut self.cache else { return false };
        let asker = ctx.hot(child).parent;
        let is_beside = ctx.papers(asker).task == Task::Refresh;
        let is_covered = cache.gave_up(asker, reason, ctx);
        if is_beside {
            ctx.hang_up(child);
            ctx.end_aside(asker);
        } else if is_covered {
            ctx.hang_up(child);
            ctx.cold(asker).child = ExchangeId::NONE;
            self.host.answered_late(asker, ctx);
        }
        is_beside || is_covered
    }

    #[inline]
    fn forward<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let is_preflight = ctx.hot(id).is_preflight;
        if let Some(cache) = self.cache.as_mut().filter(|_| !is_preflight) {
            match cache.look(id, ctx) {
                Step::Answered(span) => return self.host.answered(id, span, ctx),
                Step::AnsweredAndRefreshed(span, beside) => {
                    self.send(beside, ctx);
                    return self.host.answered(id, span, ctx);
                }
                Step::Waits => return,
                Step::Fetched => {}
            }
        }
        if self.send(id, ctx) {
            self.host.forwarded(id, ctx);
        }
    }

    /// Hands an exchange on by its route. Returns whether there is one; if not, it fails.
    fn send<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) -> bool {
        if self.is_screened {
            self.host.fetches(id, ctx);
            if self.is_in_tunnel(id, ctx) {
                return self.passes_on(id, ctx);
            }
        }
        let exchange = ctx.hot(id);
        let (key, endpoint, is_below) = (exchange.key, exchange.endpoint, exchange.below);
        let request = exchange.request;
        let place = endpoint.index().min(self.routes.len().saturating_sub(1));
        let Some(link) = self.routes.get(place).copied().flatten() else {
            self.host.fail(id, Reason::NoBackend, ctx);
            return false;
        };
        let source = self.address.unwrap_or_else(|| ctx.cold(id).source);
        let call = Call {
            endpoint,
            key,
            backend: u16::MAX,
            below: is_below,
            source,
            carried: ConnectionId::NONE,
            value: 0,
        };
        let at = ctx.next_replica(request, link, endpoint);
        let child = ctx.call(id, link, at, call);
        if self.cache.is_some() && matches!(ctx.papers(id).task, Task::Fetch | Task::Refresh) {
            ctx.rewrite(child, id);
        }
        true
    }
}
