//! What a scenario says of a load balancer beyond how it chooses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::forwarding::ForwardingSpec;
use super::super::parts::{KindParts, PartReader};
use super::super::station::StationSpec;
use crate::balance::BalanceSpec;
use crate::dist::Dist;
use crate::health::HealthSpec;
use crate::resilience::{HedgeSpec, NextUpstreamSpec};
use crate::time::Span;

/// What a scenario says of a load balancer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadBalancerSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What handing a request on costs.
    pub forwarding: ForwardingSpec,
    /// How it chooses.
    pub balance: BalanceSpec,
    /// At which layer it works, and how it treats backends.
    pub backends: Box<BackendsSpec>,
}

impl KindParts for LoadBalancerSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, forwarding) = (reader.part(), reader.part());
        let (balance, backends) = (reader.part(), reader.part());
        Some(Self {
            station: station?,
            forwarding: forwarding?,
            balance: balance?,
            backends: Box::new(backends?),
        })
    }
}

/// At which layer a load balancer works, and how it treats its backends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BackendsSpec {
    /// 7, the default: a choice per request. 4: a choice per connection, whose handshakes with
    /// their keys are passed through to the backend.
    #[serde(deserialize_with = "layer")]
    #[schemars(range(min = 4, max = 7))]
    pub layer: u8,
    /// How many exchanges a backend has at most from this balancer (at layer 4: connections). A
    /// full one is not chosen. Unlimited by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_conns: Option<u32>,
    /// What waits when all backends are full: in one queue, for whichever is free first, for at
    /// most this long (503 then), as with HAProxy's `maxconn` and `timeout queue`. Without it
    /// nothing waits, and the request fails at once (502), as with nginx's `max_conns`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend_queue: Option<Dist<Span>>,
    /// The nodes whose replicas are asked only when no ordinary backend can be: `backup` of nginx
    /// and HAProxy, the second priority of Envoy. None by default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backup: Vec<String>,
    /// With the profile `haproxy`: whether all backups share the work then, as with its `option
    /// allbackups`. By default the first one that is up takes everything. Of other profiles all
    /// always do.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_backups: bool,
    /// Which failures are tried again elsewhere; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_upstream: Option<NextUpstreamSpec>,
    /// When it sends a request to a second backend without waiting for the first; never by
    /// default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge: Option<HedgeSpec>,
    /// How it finds out which backends work; it believes in all of them by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthSpec>,
    /// How many processes it has that know nothing of each other, as nginx's workers without a
    /// `zone`. One by default: its replicas, and its threads, share what they know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000))]
    pub instances: Option<u32>,
    /// Keeps a session at the backend that answered its first request, by a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticky: Option<StickySpec>,
}

impl Default for BackendsSpec {
    fn default() -> Self {
        Self {
            layer: 7,
            max_conns: None,
            backend_queue: None,
            backup: Vec::new(),
            all_backups: false,
            next_upstream: None,
            hedge: None,
            health: None,
            instances: None,
            sticky: None,
        }
    }
}

fn layer<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    match i64::deserialize(from)? {
        4 => Ok(4),
        7 => Ok(7),
        _ => Err(serde::de::Error::custom(
            "a balancer works at layer 4, with a choice per connection, or at layer 7, with a \
             choice per request",
        )),
    }
}

/// Keeps a session at one backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StickySpec {
    /// The name of the cookie that the balancer inserts.
    pub cookie: String,
}
