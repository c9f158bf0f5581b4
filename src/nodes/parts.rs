//! The parts of a node's table: each is a type of its own, and a kind names those that it has.
//!
//! The keys of one table are spread over several types without `#[serde(flatten)]`, which would
//! lose the place of a mistake in the text.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::route::RouteSpec;

/// Takes the keys of a part out of a node's table.
pub trait PartReader {
    /// The part `T`, or none if some key of it is wrong, which the reader has noted.
    fn part<T: DeserializeOwned + JsonSchema + Default>(&mut self) -> Option<T>;
}

/// What a kind is made of.
pub trait KindParts: Sized {
    /// Reads all parts of the kind.
    fn read<R: PartReader>(reader: &mut R) -> Option<Self>;
}

/// What every node has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CommonSpec {
    /// False takes the node and its links out, as a variant may want.
    pub enabled: bool,
    /// Where requests go that match, the first match first; needed with several links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteSpec>,
}

impl Default for CommonSpec {
    fn default() -> Self {
        Self { enabled: true, routes: Vec::new() }
    }
}
