//! Whether a variant can keep up, in the form of results and in a sentence.

use serde::Serialize;

use crate::graph::Role;
use crate::nodes::client::Demand;
use crate::study::{Stability, VariantResult};
use crate::world::Halt;

/// Whether a variant can keep up, as results say it.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub(super) enum StabilityEntry<'a> {
    /// Nothing grows without return.
    Stable,
    /// A node does.
    Unstable {
        /// Which; none if it is seen end to end only.
        node: Option<&'a str>,
        /// Since when, in seconds.
        since_s: f64,
        /// The limit that ended the runs, if one did.
        #[serde(skip_serializing_if = "Option::is_none")]
        limit: Option<&'static str>,
    },
    /// No end of the beginning was found.
    Unsettled,
}

/// Whether `result` keeps up.
pub(super) fn stability(result: &VariantResult) -> StabilityEntry<'_> {
    match result.stability {
        Stability::Stable => StabilityEntry::Stable,
        Stability::Unsettled => StabilityEntry::Unsettled,
        Stability::Unstable { node, since, halt } => StabilityEntry::Unstable {
            node: node.map(|node| result.graph.names[node.index()].as_str()),
            since_s: since.as_secs_f64(),
            limit: halt.map(|halt| match halt {
                Halt::InFlight(..) => "in-flight",
                Halt::NoProgress(_) => "no-progress",
                Halt::Events(_) => "events",
            }),
        },
    }
}

/// Why there are no averages of `result`, in a clause after its name; none if it is stable.
pub(super) fn trouble(result: &VariantResult) -> Option<String> {
    let name = |node: Option<crate::id::NodeId>| match node {
        Some(node) => format!("`{}`", result.graph.names[node.index()]),
        None => "the number of requests present".to_owned(),
    };
    Some(match result.stability {
        Stability::Stable => return None,
        Stability::Unsettled => "has not settled within half of the run".to_owned(),
        Stability::Unstable { node, since, halt: None } if load_changes(result) => format!(
            "has no steady state: {} has grown since {since}, and the load changes as time goes \
             by; `study = \"terminating\"` takes each run as a whole",
            name(node)
        ),
        Stability::Unstable { node, since, halt: None } => {
            format!("cannot keep up with the load: {} has grown since {since}", name(node))
        }
        Stability::Unstable { node, since, halt: Some(Halt::InFlight(..)) } => format!(
            "cannot keep up with the load: at {since} more exchanges were in flight than the \
             limit, most of them at {}",
            name(node)
        ),
        Stability::Unstable { since, halt: Some(Halt::NoProgress(_)), .. } => {
            format!("came to a halt at {since}: events without end at one moment")
        }
        Stability::Unstable { since, halt: Some(Halt::Events(_)), .. } => {
            format!("was ended at {since} by the limit of events")
        }
    })
}

/// Whether somebody asks at a rate that is another one at different times.
fn load_changes(result: &VariantResult) -> bool {
    let duration = result.graph.run.duration;
    result.graph.plans.iter().any(|plan| match &plan.role {
        Role::Client(client) => match &client.demand {
            Demand::Open(arrivals) => arrivals.changes(duration),
            Demand::Visits(visit) => visit.arrivals.changes(duration),
            Demand::Renewal(_)
            | Demand::Replayed(_)
            | Demand::Closed(..)
            | Demand::ClosedTrace(_) => false,
        },
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_node_that_cannot_keep_up_is_named_with_the_time() {
        let results = sample::run(sample::OVERLOADED, sample::PLAIN);
        let words = trouble(&results[0]).expect("trouble");
        let start = "cannot keep up with the load: `app` has grown since ";
        assert!(words.starts_with(start), "{words}");
    }

    #[test]
    fn a_load_that_rises_is_told_from_one_that_is_too_much() {
        let rising = "poisson = { ramp = [[\"0s\", \"10/s\"], [\"20s\", \"190/s\"]] }";
        let text = sample::QUEUE.replace("poisson = \"50/s\"", rising);
        let results = sample::run(&text, sample::PLAIN);
        let words = trouble(&results[0]).expect("trouble");
        assert!(words.starts_with("has no steady state: `app` has grown since "), "{words}");
    }

    #[test]
    fn a_limit_that_ended_the_run_is_told() {
        let text = format!("limits = {{ in_flight = 50 }}\n{}", sample::OVERLOADED);
        let results = sample::run(&text, sample::PLAIN);
        let words = trouble(&results[0]).expect("trouble");
        assert!(words.ends_with("than the limit, most of them at `app`"), "{words}");
    }
}
