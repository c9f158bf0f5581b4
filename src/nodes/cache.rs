//! The cache-aside store: keeps values that servers look up, such as memcached or Redis.
//!
//! A server's work asks it with a step `lookup` before it does what a value costs, and hands it the
//! value after that; `forget` takes one away. Values are spread over its replicas by a hash of
//! their names, as clients of such stores do it, so that a replica that dies takes its share along.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answering::AnsweringSpec;
use super::parts::{KindParts, PartReader};
use super::station::StationSpec;
use crate::evict::{Capacity, Policy};
use crate::time::Span;
use crate::unit::Probability;

/// What a scenario says of a cache-aside store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CacheStoreSpec {
    /// Its machines.
    pub station: StationSpec,
    /// What a look-up, or handing over a value, costs.
    pub answering: AnsweringSpec,
    /// What it keeps.
    pub keeping: KeepingSpec,
}

/// What a cache-aside store keeps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeepingSpec {
    /// How much each replica keeps: a size such as `"512MiB"`, or `{ objects = 10_000 }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// What goes first when it is full; `lru` by default.
    pub policy: Policy,
    /// How long a value is given; for ever by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
    /// The share of that by which a value is kept shorter, at most, at random.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_jitter: Option<Probability>,
}

impl KindParts for CacheStoreSpec {
    fn read<R: PartReader>(reader: &mut R) -> Option<Self> {
        let (station, answering, keeping) = (reader.part(), reader.part(), reader.part());
        Some(Self { station: station?, answering: answering?, keeping: keeping? })
    }
}
