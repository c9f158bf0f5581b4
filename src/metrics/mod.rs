//! Metrics: readings of the meters at the end of a replication, each with a stable name.
//!
//! Two lists say all there is: what is read end to end, and what is read at each node. Results,
//! tables, help and docs are loops over them; adding a metric is a line in the file of its kind,
//! or a new file and a line here.

mod attacks;
mod browser;
mod caches;
mod caching;
mod connections;
mod cost;
mod errors;
mod faults;
mod identity;
mod latency;
mod memory;
mod node_breakers;
mod node_caches;
mod node_crowds;
mod node_faults;
mod node_levels;
mod node_outcomes;
mod node_times;
mod screens;
mod throughput;

pub use caching::{AT_CACHE, CacheMetric};

use crate::graph::Graph;
use crate::observe::{
    BrowserMeters, CacheMeter, CacheMeters, ClassMeter, ConnectMeter, CrowdSize, Gauge,
    IdentityMeters, MemoryMeter, Meters, NodeMeter, Outage, Outages, Recorder, Sample,
    ScreenMeters,
};
use crate::time::Span;

/// The unit of a metric, as results name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds; readings are in seconds.
    Millis,
    /// Per second.
    PerSecond,
    /// A share from 0 to 1.
    Share,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// A plain number.
    Count,
    /// Money per hour.
    PerHour,
    /// Money per million successful requests.
    PerMillion,
}

impl Unit {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Millis => "ms",
            Self::PerSecond => "1/s",
            Self::Bytes => "B",
            Self::BytesPerSecond => "B/s",
            Self::Share => "share",
            Self::Count => "count",
            Self::PerHour => "per hour",
            Self::PerMillion => "per million",
        }
    }

    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Millis,
        Self::PerSecond,
        Self::Share,
        Self::Bytes,
        Self::BytesPerSecond,
        Self::Count,
        Self::PerHour,
        Self::PerMillion,
    ];

    /// The unit of this name in results.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// A reading in the unit of results.
    #[must_use]
    pub fn shown(self, reading: f64) -> f64 {
        match self {
            Self::Millis => reading * 1_000.0,
            Self::PerSecond
            | Self::Bytes
            | Self::BytesPerSecond
            | Self::Share
            | Self::Count
            | Self::PerHour
            | Self::PerMillion => reading,
        }
    }
}

/// What the precision of a metric depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// A mean over requests that succeeded, or over exchanges that were answered.
    Mean,
    /// A share or a rate of all that ended, with success or not, or an average over time.
    Ended,
    /// A mean of how long something lasted that may outlast the run, of what ended in it: none if
    /// ever more of it lasts.
    Lasting,
    /// How often something happened in a run. What never happened may still happen: the rule of
    /// three says how often at most.
    Counted,
    /// The share of all that ended which came to one outcome. One that was never seen may still
    /// come: how often at most, the rule of three says.
    Outcome,
    /// A quantile of requests, with the share below it.
    Quantile(f64),
    /// A fact of the run that has no error of sampling to judge.
    Plain,
    /// What something costs: a fact where it is the same in every run, an average over time where
    /// it depends on what came.
    Price,
}

/// A metric that is read end to end.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its stable name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// What its precision depends on.
    pub evidence: Evidence,
    /// The reading in seconds, shares or numbers; none if there is nothing to read.
    pub read: fn(&EndToEnd<'_>) -> Option<f64>,
}

/// A metric that is read at a node, at one of its replicas, or for one class of priority.
#[derive(Debug, Clone, Copy)]
pub struct NodeMetric {
    /// Its stable name.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// What its precision depends on.
    pub evidence: Evidence,
    /// The reading in seconds, shares or numbers; none if there is nothing to read.
    pub read: fn(&AtNode<'_>) -> Option<f64>,
}

/// A number as metrics have it.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn number(count: u64) -> f64 {
    count as f64
}

/// A metric that is a share or a rate of all that ended, or an average over time.
const fn averaged(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit, about, evidence: Evidence::Ended, read }
}

/// A metric that is the share of ended requests with one outcome.
const fn outcome(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Share, about, evidence: Evidence::Outcome, read }
}

/// A metric that is a mean over requests that succeeded.
const fn mean_of_successes(
    name: &'static str,
    unit: Unit,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { evidence: Evidence::Mean, ..averaged(name, unit, about, read) }
}

/// A metric of how long what is stolen works.
const fn lasting(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Millis, about, evidence: Evidence::Lasting, read }
}

/// A metric that says how often something happened.
const fn counted(
    name: &'static str,
    about: &'static str,
    read: fn(&EndToEnd<'_>) -> Option<f64>,
) -> Metric {
    Metric { name, unit: Unit::Count, about, evidence: Evidence::Counted, read }
}

/// What end-to-end metrics are read from.
#[derive(Debug)]
pub struct EndToEnd<'a> {
    /// All meters.
    pub meters: &'a Meters,
    /// Latencies of all successes.
    pub latency: Sample,
    /// The measured window.
    pub window: Span,
    /// What all machines cost per hour.
    pub cost_per_hour: f64,
    /// What caches answered, if there are any.
    pub caches: Option<&'a CacheMeters>,
    /// What faults did to nodes, if any strikes one.
    pub outages: Option<&'a Outages>,
    /// What happened to identities, if anybody is asked who they are.
    pub identities: Option<&'a IdentityMeters>,
    /// What happened in browsers, if pages have several parts or origins.
    pub browsers: Option<&'a BrowserMeters>,
    /// What screens let pass and stopped, if there are any.
    pub screens: Option<&'a ScreenMeters>,
    /// The requests of attackers, which none of the other meters of requests has.
    pub attackers: &'a [ClassMeter],
}

/// What node metrics are read from.
#[derive(Debug)]
pub struct AtNode<'a> {
    /// The meter of the node or replica.
    pub meter: &'a NodeMeter,
    /// The class of priority that is asked for; none for all.
    pub class: Option<usize>,
    /// Waits, of the class or of all.
    pub wait: Sample,
    /// Stays, of the class or of all.
    pub sojourn: Sample,
    /// The measured window.
    pub window: Span,
    /// Cores of the replica, or of all replicas of the node.
    pub cores: f64,
    /// Replicas that this is about.
    pub replicas: f64,
    /// What the node's cache answered, if it has one and no class is asked for.
    pub cache: Option<CacheMeter>,
    /// What faults did to it, if any strikes it and no class is asked for.
    pub outage: Option<Outage>,
    /// What attempts to connect to it came to, if there were any and no class is asked for.
    pub connect: Option<ConnectMeter>,
    /// The connections that it has, if it takes only so many.
    pub connections: Option<Gauge>,
    /// Whether an autoscaler switches its replicas on and off.
    pub is_scaled: bool,
    /// Who asked it, if that is measured and neither a replica nor a class is asked for.
    pub crowd: Option<CrowdSize>,
    /// What is taken of its memory, if that is limited and no class is asked for.
    pub memory: Option<MemoryMeter>,
}

/// All end-to-end metrics, in the order of results.
pub const END_TO_END: &[&[Metric]] = &[
    latency::METRICS,
    throughput::METRICS,
    errors::METRICS,
    memory::METRICS,
    connections::METRICS,
    cost::METRICS,
    caches::METRICS,
    faults::METRICS,
    identity::METRICS,
    identity::FIXATION,
    browser::METRICS,
    browser::ATTACKS,
    screens::METRICS,
    attacks::METRICS,
];

/// All node metrics, in the order of results.
pub const AT_NODE: &[&[NodeMetric]] = &[
    node_levels::METRICS,
    node_times::METRICS,
    node_outcomes::METRICS,
    node_breakers::METRICS,
    node_caches::METRICS,
    node_faults::METRICS,
    node_crowds::METRICS,
    memory::AT_NODE,
    connections::AT_NODE,
];

/// Every end-to-end metric.
pub fn end_to_end() -> impl Iterator<Item = &'static Metric> {
    END_TO_END.iter().flat_map(|list| list.iter())
}

/// The end-to-end metrics that results of `graph` have, with their places among all: those of
/// caches only if there are any, those of memory and of connections only if they are limited, those
/// of faults only if one strikes a node, those of identity only if anybody is asked, those of
/// fixation only if somebody tries that, those of browsers only if pages have several parts or
/// origins, and those of screens and attacks only if there are any.
pub fn end_to_end_of(graph: &Graph) -> impl Iterator<Item = (usize, &'static Metric)> {
    let (has_caches, has_faults) = (graph.has_caches(), graph.has_failing_nodes());
    let (has_identity, has_browsers) = (graph.fixed.auth.is_some(), graph.has_browsers());
    let has_attacks = graph.fixed.attacks.is_some();
    let has_fixation = graph.fixed.auth.as_ref().is_some_and(|plan| plan.has_fixation());
    let (has_screens, has_attackers) = (graph.has_screens(), graph.attackers().next().is_some());
    let (has_memory, has_limits) = (graph.has_memory(), graph.limits_connections());
    let is_of =
        |list: &[Metric], metric: &Metric| list.iter().any(|other| other.name == metric.name);
    end_to_end().enumerate().filter(move |(_, metric)| {
        (has_caches || !is_of(caches::METRICS, metric))
            && (has_memory || !is_of(memory::METRICS, metric))
            && (has_limits || !is_of(connections::METRICS, metric))
            && (has_faults || !is_of(faults::METRICS, metric))
            && (has_identity || !is_of(identity::METRICS, metric))
            && (has_fixation || !is_of(identity::FIXATION, metric))
            && (has_browsers || !is_of(browser::METRICS, metric))
            && (has_attacks || !is_of(browser::ATTACKS, metric))
            && (has_screens || !is_of(screens::METRICS, metric))
            && (has_attackers || !is_of(attacks::METRICS, metric))
    })
}

/// Every node metric.
pub fn at_node() -> impl Iterator<Item = &'static NodeMetric> {
    AT_NODE.iter().flat_map(|list| list.iter())
}

/// Whether a node metric is about the cache of the node: those that clients have, whose people
/// have browsers.
#[must_use]
pub fn is_of_caches(metric: &NodeMetric) -> bool {
    node_caches::METRICS.iter().any(|other| other.name == metric.name)
}

impl<'a> EndToEnd<'a> {
    /// Adds up the meters of a run whose window lasted for `window`.
    #[must_use]
    pub fn new(meters: &'a Meters, window: Span, cost_per_hour: f64) -> Self {
        let latency = Sample::of(meters.classes.iter().map(|class| &class.latency));
        Self {
            meters,
            latency,
            window,
            cost_per_hour,
            caches: None,
            outages: None,
            identities: None,
            browsers: None,
            screens: None,
            attackers: &[],
        }
    }

    /// A number summed over all clients and endpoints.
    fn sum(&self, of: impl Fn(&ClassMeter) -> u64) -> u64 {
        self.meters.classes.iter().map(of).sum()
    }

    /// Requests that ended in the window, with success or not.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.latency.count + self.sum(|class| class.failed.0)
    }
}

impl<'a> AtNode<'a> {
    /// The meter of a node or replica, for all classes or for one.
    #[must_use]
    pub fn new(
        meter: &'a NodeMeter,
        class: Option<usize>,
        window: Span,
        cores: f64,
        replicas: f64,
    ) -> Self {
        let all = |recorders: &[Recorder]| match class {
            Some(class) => Sample::of([&recorders[class]]),
            None => Sample::of(recorders),
        };
        let (wait, sojourn) = (all(&meter.wait), all(&meter.sojourn));
        Self {
            meter,
            class,
            wait,
            sojourn,
            window,
            cores,
            replicas,
            cache: None,
            outage: None,
            connect: None,
            connections: None,
            is_scaled: false,
            crowd: None,
            memory: None,
        }
    }
}

/// One count as a share of another; none if there is nothing to share.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// A count per second of the window.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn rate(count: u64, window: Span) -> Option<f64> {
    (!window.is_zero()).then(|| count as f64 / window.as_secs_f64())
}

/// An integral over the window as an average.
#[allow(clippy::cast_precision_loss, reason = "an average for statistics")]
fn average(area: u128, window: Span) -> Option<f64> {
    (!window.is_zero()).then(|| area as f64 / window.0 as f64)
}

/// What is left of the window besides so many nanoseconds of it, as a share.
#[allow(clippy::cast_precision_loss, reason = "a share of time")]
fn availability(down: u128, window: Span) -> Option<f64> {
    (!window.is_zero()).then(|| 1.0 - down as f64 / window.0 as f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_metric_has_a_name_of_its_own_and_says_what_it_means() {
        let names: Vec<&str> = end_to_end().map(|metric| metric.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let names: Vec<&str> = at_node().map(|metric| metric.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let sentences =
            end_to_end().map(|metric| metric.about).chain(at_node().map(|metric| metric.about));
        for sentence in sentences {
            assert!(sentence.ends_with('.') && sentence.len() > 20, "{sentence}");
        }
    }
}
