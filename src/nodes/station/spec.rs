//! What a scenario says of the machines behind a node.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::dist::Dist;
use crate::limit::RateLimitSpec;
use crate::resilience::ShedSpec;
use crate::scaling::ScalingSpec;
use crate::time::Span;
use crate::unit::Bytes;

/// The machines behind a node, and how exchanges queue for them. A node without `machine` and
/// `cores` has no queue and costs no time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StationSpec {
    /// How many machines stand behind the name, each its own queue; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_000))]
    pub replicas: Option<u32>,
    /// Replicas come and go with the load; `replicas` is how many there are at first. Never by
    /// default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autoscale: Option<ScalingSpec>,
    /// How many of the replicas must be up for the node to be available, which the metric
    /// `availability` tells; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_000))]
    pub needed: Option<u32>,
    /// What single replicas have for themselves, by number from 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, ReplicaSpec>")]
    pub replica: BTreeMap<Spanned<String>, ReplicaSpec>,
    /// The machine of each replica, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub machine: Option<Spanned<String>>,
    /// Cores of each replica, instead of the machine's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub cores: Option<u32>,
    /// Speed of a core, instead of the machine's; demands are for speed 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// The share σ of work that cannot run at once (Universal Scalability Law); 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contention: Option<f64>,
    /// The cost κ of agreement between each two cores (Universal Scalability Law); 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coherency: Option<f64>,
    /// Memory of each replica, instead of the machine's, for hashes of passwords, caches and
    /// exchanges; as much as they like by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// What an exchange takes of the memory while it is at the node; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_per_exchange: Option<Bytes>,
    /// What becomes of a hash or an exchange that finds no room in the memory; `refuse` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when_full: Option<WhenFull>,
    /// Exchanges that a replica holds at once; unlimited by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<u32>,
    /// How many may wait for a worker; a full queue refuses with 503. Unlimited by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<u32>,
    /// How many may wait for a worker before the kernel accepts no further connection: a SYN that
    /// comes then is dropped, and sent again by the caller. Unlimited by default; needs `workers`,
    /// and links whose connections are opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog: Option<u32>,
    /// Connections that a replica has at once, idle ones included, as `max_connections` of
    /// PostgreSQL and MySQL: one more is refused. Unlimited by default; needs links whose
    /// connections are opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max_connections: Option<u32>,
    /// How often exchanges may come to a replica, before anything else is done for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitSpec>,
    /// When a replica turns exchanges away early, because those inside would make them too late
    /// (503). Never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shed: Option<ShedSpec>,
    /// Waiting for longer than this, an exchange that was not served yet is dropped with 503.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_timeout: Option<Dist<Span>>,
    /// Who is served next, for workers and for cores; `fifo` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discipline: Option<Discipline>,
    /// A worker is given back while its exchange waits for further nodes; false by default.
    #[serde(rename = "async", skip_serializing_if = "Option::is_none")]
    pub is_async: Option<bool>,
    /// Cold start: an idle replica is switched off, and takes time to come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<SetupSpec>,
    /// Pauses that stop all cores of a replica, such as those of a garbage collector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pauses: Option<PausesSpec>,
}

impl StationSpec {
    /// How many replicas there are at most.
    #[must_use]
    pub fn places(&self) -> u32 {
        let scaled = self.autoscale.as_ref().map(|scaling| scaling.max);
        scaled.or(self.replicas).unwrap_or(1)
    }
}

/// What one replica has for itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplicaSpec {
    /// Its machine, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub machine: Option<Spanned<String>>,
    /// Its cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// The speed of its cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Its memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Its weight for a balancer that uses weights; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Its address, for balancers that hash the backends' addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Who is served next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Discipline {
    /// First in, first out.
    #[default]
    Fifo,
    /// Last in, first out.
    Lifo,
    /// Processor sharing: each job gets min(1, cores / jobs) of a core.
    Ps,
    /// The lowest class first; what is served is finished.
    Priority,
    /// The lowest class first; a lower class stops a higher one, which goes on later where it
    /// stopped.
    PreemptivePriority,
}

/// What becomes of whatever finds no room in the memory of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenFull {
    /// It is refused with 503.
    #[default]
    Refuse,
    /// It waits for room, in order.
    Wait,
}

/// Cold start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupSpec {
    /// How long a replica must have been idle to be switched off.
    #[serde(default)]
    pub after: Span,
    /// How long it takes from the first arrival until it serves again.
    pub time: Dist<Span>,
}

/// Stop-the-world pauses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PausesSpec {
    /// The working time between two pauses: idle time does not count.
    pub every: Dist<Span>,
    /// How long a pause lasts.
    pub length: Dist<Span>,
}
