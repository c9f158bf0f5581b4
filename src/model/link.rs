//! Links, as a scenario writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ConnectionSpec;
use crate::dist::Dist;
use crate::resilience::BreakerSpec;
use crate::time::Span;
use crate::unit::{Bandwidth, Probability};

/// A directed edge between two nodes: requests go along it, responses come back along it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSpec {
    /// False takes the link out, as a variant may want.
    pub enabled: bool,
    /// How long a message travels one way; nothing by default.
    pub latency: Dist<Span>,
    /// How fast bytes follow one another in each direction; unlimited by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
    /// How many packets are lost; each round of losses delays a message by a retransmission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossSpec>,
    /// What a GiB costs, in either direction: it is added to what the machines cost an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// When callers stop calling over it for a while: each has a circuit breaker for each replica
    /// that it calls. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerSpec>,
    /// How exchanges get their connection.
    pub connection: ConnectionSpec,
}

impl Default for LinkSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            latency: Dist::Constant(Span::ZERO),
            bandwidth: None,
            loss: None,
            price: None,
            breaker: None,
            connection: ConnectionSpec::default(),
        }
    }
}

/// Shares of packets lost.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LossSpec {
    /// With the requests.
    pub up: Probability,
    /// With the responses.
    pub down: Probability,
}
