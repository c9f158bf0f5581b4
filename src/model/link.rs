//! Links, as a scenario writes them.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

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
    /// How many packets are lost, a share for both directions or `{ up = …, down = … }`; each round
    /// of losses delays a message by a retransmission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<LossForm>")]
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

/// Shares of packets lost: a number for both directions, or a table with one for each.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct LossSpec {
    /// With the requests.
    pub up: Probability,
    /// With the responses.
    pub down: Probability,
}

/// How losses are written.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is asked for")]
enum LossForm {
    /// The same share both ways.
    Both(Probability),
    /// A share each way.
    Each(LossTable),
}

/// Losses that differ by direction, as a table.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LossTable {
    /// With the requests.
    pub up: Probability,
    /// With the responses.
    pub down: Probability,
}

struct LossVisitor;

impl<'de> Visitor<'de> for LossVisitor {
    type Value = LossSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share from 0 to 1, or { up = …, down = … }")
    }

    fn visit_f64<E: Error>(self, share: f64) -> Result<LossSpec, E> {
        let share = Probability::deserialize(share.into_deserializer())?;
        Ok(LossSpec { up: share, down: share })
    }

    #[allow(clippy::cast_precision_loss, reason = "only 0 and 1 pass")]
    fn visit_i64<E: Error>(self, share: i64) -> Result<LossSpec, E> {
        self.visit_f64(share as f64)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LossSpec, A::Error> {
        let LossTable { up, down } = LossTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(LossSpec { up, down })
    }
}

impl<'de> Deserialize<'de> for LossSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LossVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_a_share_for_both_directions_or_one_for_each() {
        let read = |text: &str| toml::from_str::<LinkSpec>(text).map(|it| it.loss);
        let loss = |up, down| {
            let share = |it| Probability::new(it).expect("a share");
            Ok(Some(LossSpec { up: share(up), down: share(down) }))
        };
        assert_eq!(read("loss = 0.05"), loss(0.05, 0.05));
        assert_eq!(read("loss = 0"), loss(0.0, 0.0));
        assert_eq!(read("loss = { down = 0.1 }"), loss(0.0, 0.1));
        for wrong in ["loss = 1.5", "loss = '5%'", "loss = { upp = 0.1 }"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
