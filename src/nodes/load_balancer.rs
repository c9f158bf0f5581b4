//! The load balancer: spreads requests over backends, which are all replicas of all the nodes
//! that it links to.
//!
//! It knows what a real one knows: how many of its own exchanges each backend has outstanding,
//! and how long they took. What stands in a backend's queue it cannot see.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::forwarding::ForwardingSpec;
use super::host::{Host, Next};
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::balance::{Backend, BalanceSpec, Balancer, Query, Tried};
use crate::fact::{Fact, Observer, Place};
use crate::id::{ExchangeId, LinkId};
use crate::net::{Call, Ctx, Input, Phase, Token, Unwanted};
use crate::outcome::Reason;
use crate::rng::Stream;

/// What a scenario says of a load balancer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadBalancerSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What handing a request on costs.
    pub forwarding: ForwardingSpec,
    /// How it chooses.
    pub balance: BalanceSpec,
    /// At which layer it works.
    pub layer: LayerSpec,
}

/// At which layer a load balancer works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LayerSpec {
    /// 7: a choice per request.
    #[serde(deserialize_with = "layer")]
    #[schemars(range(min = 7, max = 7))]
    pub layer: u8,
}

impl Default for LayerSpec {
    fn default() -> Self {
        Self { layer: 7 }
    }
}

fn layer<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    match i64::deserialize(from)? {
        7 => Ok(7),
        _ => {
            Err(serde::de::Error::custom("a balancer works at layer 7, with a choice per request"))
        }
    }
}

impl KindParts for LoadBalancerSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, forwarding) = (reader.part(), reader.part());
        let (balance, layer) = (reader.part(), reader.part());
        Some(Self { station: station?, forwarding: forwarding?, balance: balance?, layer: layer? })
    }
}

/// The backends of a balancer, made ready to run.
#[derive(Debug, Clone)]
pub struct BalancePlan {
    /// How it chooses.
    pub spec: BalanceSpec,
    /// What it chooses among, in the order of nodes and replicas.
    pub backends: Vec<Backend>,
    /// Where each backend is, and the link to it.
    pub ways: Vec<(Place, LinkId)>,
}

/// A load balancer at work.
#[derive(Debug)]
pub struct LoadBalancer {
    host: Host,
    plan: Arc<BalancePlan>,
    backends: Vec<Backend>,
    balancer: Balancer,
    coin: Stream,
    /// Whether it must know what is asked for.
    reads_uri: bool,
}

impl LoadBalancer {
    /// A balancer before its first choice.
    #[must_use]
    pub fn new(host: Host, plan: &Arc<BalancePlan>, coin: Stream) -> Self {
        Self {
            host,
            backends: plan.backends.clone(),
            balancer: Balancer::new(&plan.spec, &plan.backends),
            coin,
            reads_uri: plan.spec.reads_uri(),
            plan: Arc::clone(plan),
        }
    }

    /// Starts the node.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        self.host.begin(ctx);
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        match input {
            Input::Reply { child, parent } if ctx.is_awaited(child, parent) => {
                self.ended(child, ctx);
            }
            Input::Timer(Token::Cancelled(id, generation, Unwanted::Cancel))
                if ctx.is_still(id, generation) && ctx.hot(id).phase == Phase::Called =>
            {
                // The balancer closes its own connection, so it no longer counts the exchange.
                let child = ctx.cold(id).child;
                self.ended(child, ctx);
            }
            Input::Reply { .. }
            | Input::Timer(_)
            | Input::Request(_)
            | Input::Resume(_)
            | Input::Arrival
            | Input::Wake(_) => {}
        }
        let mut next = self.host.handle(input, ctx);
        while let Next::Forward(id) = next {
            self.forward(id, ctx);
            next = self.host.more(ctx);
        }
    }

    #[inline]
    fn forward<O: Observer>(&mut self, id: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let (exchange, now) = (ctx.core.exchanges.hot(id), ctx.core.now);
        let (key, endpoint, is_below) = (exchange.key, exchange.endpoint, exchange.below);
        let request = exchange.request;
        let source = ctx.core.exchanges.cold(id).source;
        let uri = if self.reads_uri { ctx.uri(request) } else { 0 };
        // The profiles that read an address or a path get the same ones from all clients, until
        // the engine knows them.
        let query = Query { source, uri, address: 0, path: "", now };
        let picked = self.balancer.pick(&query, &self.backends, Tried::NONE, &mut self.coin);
        let Some(backend) = picked else {
            return self.host.fail(id, Reason::NoBackend, ctx);
        };
        self.backends[backend].outstanding += 1;
        self.balancer.on_sent(backend, now);
        let (at, link) = self.plan.ways[backend];
        ctx.observe(&Fact::Picked { request, by: self.host.node(), chosen: at });
        let number = u16::try_from(backend).expect("a balancer has fewer than 65,536 backends");
        let call = Call { endpoint, key, backend: number, below: is_below, source };
        ctx.call(id, link, at, call);
        self.host.forwarded(id, ctx);
    }

    /// An exchange with a backend has ended: the books on it are brought up to date.
    #[inline]
    fn ended<O: Observer>(&mut self, child: ExchangeId, ctx: &mut Ctx<'_, O>) {
        let backend = usize::from(ctx.cold(child).branch);
        let sent = ctx.cold(child).sent;
        let now = ctx.now();
        self.backends[backend].outstanding -= 1;
        self.balancer.on_done(backend, now, now.since(sent));
    }
}
