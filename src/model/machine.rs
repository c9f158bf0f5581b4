//! Machines: what can be bought.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::Bytes;

/// A machine that replicas can have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineSpec {
    /// How many cores it has.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub cores: u32,
    /// How fast a core is; demands are for speed 1, the default.
    #[serde(default = "one")]
    pub speed: f64,
    /// What it costs per hour, in whatever currency the scenario thinks in.
    #[serde(default)]
    pub price: f64,
    /// The share σ of work that cannot run at once (Universal Scalability Law).
    #[serde(default)]
    pub contention: f64,
    /// The cost κ of agreement between each two cores (Universal Scalability Law).
    #[serde(default)]
    pub coherency: f64,
    /// Its memory, for hashes of passwords, caches and exchanges; as much as they like by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
}

const fn one() -> f64 {
    1.0
}
