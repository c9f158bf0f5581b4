//! Autoscaling, as a scenario writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::time::Span;
use crate::unit::Probability;

/// Replicas that come and go with the load, by the rule of Kubernetes' HorizontalPodAutoscaler.
/// `replicas` says how many there are at first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScalingSpec {
    /// The fewest replicas; 1 by default.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 65_000))]
    pub min: u32,
    /// The most replicas.
    #[schemars(range(min = 1, max = 65_000))]
    pub max: u32,
    /// The utilisation of cores that it aims at, as a share from 0 to 1.
    pub target: Probability,
    /// How far the utilisation may be off the target, as a share of it, before anything is done;
    /// 0.1 by default.
    #[serde(default = "a_tenth")]
    pub tolerance: Probability,
    /// How often utilisation is read, each time over as long; 15 s by default.
    #[serde(default = "fifteen_seconds")]
    pub every: Span,
    /// How long it takes until a reading is acted on; 0 s by default.
    #[serde(default)]
    pub delay: Span,
    /// How long a new replica takes until it serves.
    pub boot: Dist<Span>,
    /// For how long fewer replicas must have been enough before some go; 5 min by default.
    #[serde(default = "five_minutes")]
    pub cool_down: Span,
    /// How long a replica that goes may take to finish what it has, before that is lost; 30 s by
    /// default.
    #[serde(default = "half_a_minute")]
    pub grace: Span,
}

const fn one() -> u32 {
    1
}

fn a_tenth() -> Probability {
    Probability::new(0.1).expect("a share")
}

const fn fifteen_seconds() -> Span {
    Span::from_secs(15)
}

const fn five_minutes() -> Span {
    Span::from_secs(300)
}

const fn half_a_minute() -> Span {
    Span::from_secs(30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_is_as_in_kubernetes() {
        let spec: ScalingSpec =
            toml::from_str("max = 9\ntarget = 0.6\nboot = \"40s\"").expect("a sound autoscaler");
        assert_eq!((spec.min, spec.max, spec.every), (1, 9, Span::from_secs(15)));
        assert!((spec.tolerance.get() - 0.1).abs() < 1e-12);
        assert_eq!((spec.cool_down, spec.grace), (Span::from_secs(300), Span::from_secs(30)));
        assert_eq!((spec.delay, spec.boot), (Span::ZERO, Dist::Constant(Span::from_secs(40))));
    }

    #[test]
    fn how_long_a_replica_boots_has_to_be_said() {
        let error = toml::from_str::<ScalingSpec>("max = 9\ntarget = 0.6").expect_err("no `boot`");
        assert!(error.to_string().contains("boot"), "{error}");
    }
}
