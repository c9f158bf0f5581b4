//! Faults, as a scenario writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::dist::Dist;
use crate::time::Span;
use crate::unit::Probability;

/// Something that goes wrong, at stated times or as drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    /// False takes the fault out, as a variant may want.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The node that it happens to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub node: Option<Spanned<String>>,
    /// Which replica of the node, from 1; all of them by default, each on its own where times are
    /// drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_000))]
    pub replica: Option<u32>,
    /// The link that it happens to instead, as `from.to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub link: Option<Spanned<String>>,
    /// When it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Dist<Span>>,
    /// How long it lasts; to the end of the run by default.
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Dist<Span>>,
    /// With `at`: how long before it the balancers are told, who send nothing new there until it is
    /// over, as by `drain`. Default: they are not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Span>,
    /// Instead of `at` and `for`: the time from a repair to the next failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtbf: Option<Dist<Span>>,
    /// With `mtbf`: the time that a repair takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mttr: Option<Dist<Span>>,
    /// With `mtbf`: how many repairs can be under way at once; the others wait, first come first
    /// served. One for each replica by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub crews: Option<u32>,
    /// `slow`: how many times as long work takes, or a message travels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// `lossy`: the share of packets lost, in each direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Probability>,
}

const fn yes() -> bool {
    true
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The process dies: what it held is lost, its connections break, and new ones are refused
    /// until it is back. Its callers learn of it at once, for the kernel still answers.
    Crash,
    /// The process stands still: the kernel accepts connections and data for it, and nothing is
    /// answered until it goes on where it stood.
    Hang,
    /// New connections are refused; what is under way is finished.
    Refuse,
    /// The balancers before it are told to send nothing new there; what is under way is finished,
    /// and it goes on working.
    Drain,
    /// Nothing that is sent to it arrives, and nobody says so.
    BlackHole,
    /// Work takes `factor` times as long; on a link, messages do.
    Slow,
    /// The link loses packets.
    Lossy,
    /// The link carries nothing in either direction, and nobody says so.
    Partition,
    /// All that the node's cache has stored is lost at once; it works on, and what it fetches
    /// already is stored when it comes.
    CacheFlush,
}

impl FaultKind {
    /// The word for it in scenarios.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Refuse => "refuse",
            Self::Drain => "drain",
            Self::BlackHole => "black-hole",
            Self::Slow => "slow",
            Self::Lossy => "lossy",
            Self::Partition => "partition",
            Self::CacheFlush => "cache-flush",
        }
    }

    /// Whether it can happen to replicas of a node.
    #[must_use]
    pub const fn is_for_nodes(self) -> bool {
        match self {
            Self::Crash
            | Self::Hang
            | Self::Refuse
            | Self::Drain
            | Self::BlackHole
            | Self::Slow
            | Self::CacheFlush => true,
            Self::Lossy | Self::Partition => false,
        }
    }

    /// Whether it can happen to a link.
    #[must_use]
    pub const fn is_for_links(self) -> bool {
        match self {
            Self::Slow | Self::Lossy | Self::Partition => true,
            Self::Crash
            | Self::Hang
            | Self::Refuse
            | Self::Drain
            | Self::BlackHole
            | Self::CacheFlush => false,
        }
    }
}
