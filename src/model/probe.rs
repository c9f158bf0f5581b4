//! Probes: moments at which the number present at a node is written down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::time::Span;

/// Asks how many exchanges are present at a node at given moments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// The node.
    #[schemars(with = "String")]
    pub node: Spanned<String>,
    /// When: moments of the run, or of each cycle.
    pub at: Vec<Span>,
    /// Repeats the moments with this period, and averages over the cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Span>,
}
