//! Whether a variant can keep up, in the form of results and in a sentence.

use serde::Serialize;

use crate::check::{Fullest, circled, fullest};
use crate::graph::{NodeTraffic, Role, Traffic};
use crate::model::Until;
use crate::nodes::client::Demand;
use crate::study::{Replication, Stability, VariantResult};
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
                Halt::NoProgress(..) => "no-progress",
                Halt::Events(_) => "events",
                Halt::Stopped(_) => "stopped",
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
        Stability::Unstable { node, since, halt: None } => format!(
            "cannot keep up with the load: {} has grown since {since}{}",
            name(node),
            in_circles(result).map_or_else(String::new, |it| format!("; {it}, and may all do so"))
        ),
        Stability::Unstable { node, since, halt: Some(Halt::InFlight(..)) } => format!(
            "cannot keep up with the load: at {since} more exchanges were in flight than the \
             limit, most of them at {}",
            name(node)
        ),
        Stability::Unstable { since, halt: Some(Halt::NoProgress(_, circle)), .. } => {
            let nodes: Vec<String> = circle.nodes().map(|node| name(Some(node))).collect();
            let place = if nodes.is_empty() {
                String::new()
            } else {
                format!(", which go round at {}", nodes.join(", "))
            };
            format!("came to a halt at {since}: events without end at one moment{place}")
        }
        Stability::Unstable { since, halt: Some(Halt::Events(_)), .. } => {
            format!("was ended at {since} by the limit of events")
        }
        Stability::Unstable { since, halt: Some(Halt::Stopped(_)), .. } => {
            format!("was stopped at {since}")
        }
    })
}

/// What is no core and of which `result`, which cannot keep up, needs more than there is; none if
/// it keeps up, or the cores of a node are shorter.
pub(super) fn short_of(result: &VariantResult) -> Option<Fullest> {
    let Stability::Unstable { halt: None | Some(Halt::InFlight(..)), .. } = result.stability else {
        return None;
    };
    let cores = Traffic::of(&result.graph)
        .nodes
        .iter()
        .filter_map(NodeTraffic::busiest)
        .fold(0.0, f64::max);
    fullest(&result.graph).filter(|it| it.load >= 1.0 && it.load > cores)
}

/// What grows in `result`, in a clause, and why as far as it is no core; none if nothing does.
pub(super) fn growing(result: &VariantResult) -> Option<String> {
    if let Some(short) = short_of(result) {
        return Some(format!("too little: {}", short.text));
    }
    match result.stability {
        Stability::Unstable { node: Some(node), halt: None | Some(Halt::InFlight(..)), .. } => {
            Some(format!("`{}` grows", result.graph.names[node.index()]))
        }
        Stability::Stable | Stability::Unsettled | Stability::Unstable { .. } => None,
    }
}

/// That nothing moves any more, in a sentence, where a run ended so: workers wait for calls that
/// come back to them, everything has happened that could, and requests are left.
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the terminal tells it"))]
pub(super) fn halted(result: &VariantResult) -> Option<String> {
    let graph = &result.graph;
    let is_left = |run: &Replication| run.in_flight_share > 0.0 && run.halt.is_none();
    let left = result.replications.iter().filter(|run| is_left(run)).count();
    let is_over = graph.run.until == Until::Drained && graph.faults.is_empty();
    let circles = in_circles(result).filter(|_| is_over && left > 0)?;
    let of = match (left, result.replications.len()) {
        (_, 1) => String::new(),
        (left, all) => format!(" in {left} of {all} replications"),
    };
    Some(format!("Nothing moved any more at the end{of}, with requests left: {circles}."))
}

/// Whose workers wait for calls that come back to them, in a clause.
fn in_circles(result: &VariantResult) -> Option<String> {
    let graph = &result.graph;
    let names = circled(graph).map(|id| format!("`{}`", graph.names[id.index()]));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| {
        format!("the workers of {} wait for calls that come back to them", names.join(", "))
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
    fn workers_that_wait_for_one_another_for_ever_are_named() {
        let text = |study: &str| {
            format!(
                "study = '{study}'\nuntil = 'drained'\nduration = '10s'\nreplications = 2\n\
                 [endpoint.page]\nwork = [{{ call = 'app', endpoint = 'inner' }}]\n\
                 [endpoint.inner]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
                 arrivals = {{ regular = '10/s' }}\nmix = {{ page = 1 }}\n[node.app]\n\
                 kind = 'server'\ncores = 1\nworkers = 1\n[link.u.app]\n[link.app.app]\n"
            )
        };
        let results = sample::run(&text("terminating"), sample::KEEPING);
        let said = halted(&results[0]).expect("a halt");
        let end = "the workers of `app` wait for calls that come back to them.";
        assert!(said.ends_with(end) && said.contains("in 2 of 2 replications"), "{said}");
        let steady = text("steady-state").replace("until = 'drained'\n", "");
        let words = trouble(&sample::run(&steady, sample::PLAIN)[0]).expect("trouble");
        assert!(words.ends_with("wait for calls that come back to them, and may all do so"));
        let enough = text("terminating").replace("workers = 1", "workers = 50");
        assert_eq!(halted(&sample::run(&enough, sample::PLAIN)[0]), None);
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
