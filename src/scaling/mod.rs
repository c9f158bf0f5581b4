//! Autoscaling: how many replicas of a node are switched on, as its load asks for.
//!
//! Every so often the utilisation of the replicas that serve is read; a while later an autoscaler
//! sees it and says how many there should be. New ones take time to boot. Those that are to go are
//! taken out of the balancers first, and finish what they have. [`Rule`] decides, [`Fleet`] knows
//! what each replica does; the clock and the replicas themselves are the world's.
//!
//! *Source*: Kubernetes' HorizontalPodAutoscaler ("Algorithm details" of its documentation, and
//! `replica_calculator.go` and `horizontal.go` for what it does with pods that are not ready).

mod fleet;
mod rule;
mod spec;

use crate::dist::Law;
use crate::id::NodeId;
use crate::time::Span;

pub use fleet::{Fleet, Reading, State};
pub use rule::{Rule, Seen};
pub use spec::ScalingSpec;

/// An autoscaler, ready to run.
#[derive(Debug, Clone)]
pub struct ScalingPlan {
    /// Whose replicas it switches on and off, and how that node is called.
    pub node: NodeId,
    /// The name of that node, which its draws are for.
    pub name: String,
    /// What was asked for.
    pub spec: ScalingSpec,
    /// How many replicas are on when the run begins.
    pub start: u32,
    /// The cores of a replica.
    pub cores: u32,
    /// How long a replica takes until it serves.
    pub boot: Law,
}

/// How often it is looked whether a replica that is to go has finished what it had.
pub const LOOK: Span = Span::from_secs(1);
