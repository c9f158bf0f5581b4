//! What is concluded from the replications of a variant: means with intervals, and how far they
//! are to be believed.

use std::collections::BTreeMap;

use super::growth::{self, Growing};
use super::replication::Replication;
use super::run::Variant;
use super::timeline::TimelineSeries;
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;
use crate::metrics::{Evidence as Kind, Unit, at_node, end_to_end, end_to_end_of};
use crate::model::Study;
use crate::stats::{
    Confidence, Dependence, Evidence, Interval, LADDER, MAX_UNFINISHED, Quantile, Status, Trend,
    status_of_count, trend,
};
use crate::time::{Span, Time};
use crate::world::Halt;

/// An interval that reaches further than this share of its mean to either side says that the
/// replications do not agree: some met a rare event and others did not, or the quantile lies where
/// the law jumps. Its ends are no better than its mean then.
const WIDE: f64 = 0.5;

/// The cut at the beginning of all variants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WarmUpCut {
    /// Where the first pass found that the beginning ends; none if nobody asked.
    pub found: Option<Span>,
    /// The variants in which it found no steady state.
    pub unsettled: Vec<String>,
}

/// Whether a variant can keep up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stability {
    /// Nothing grows without return, as far as the runs show.
    Stable,
    /// This node has grown without return since then.
    Unstable {
        /// The node, or end to end if none stands out.
        node: Option<NodeId>,
        /// Since when.
        since: Time,
        /// What ended the runs early, if anything did.
        halt: Option<Halt>,
    },
    /// The first pass found no end of the beginning.
    Unsettled,
}

/// What one variant came to.
#[derive(Debug, Clone)]
pub struct VariantResult {
    /// Its name.
    pub name: String,
    /// What was run.
    pub graph: std::sync::Arc<Graph>,
    /// All replications, in their order.
    pub replications: Vec<Replication>,
    /// Where the beginning was cut.
    pub window: Time,
    /// Whether it can keep up.
    pub stability: Stability,
    /// How the requests of one replication hang together.
    dependence: Dependence,
    /// How much more they vary than exponential ones would.
    variability: f64,
}

/// A number over replications.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// The stable name of the metric.
    pub metric: String,
    /// The unit of the numbers.
    pub unit: Unit,
    /// The mean over replications, in the unit; none if there is no number.
    pub mean: Option<f64>,
    /// The interval of the mean; none from too few replications.
    pub interval: Option<Interval>,
    /// How many replications have a value.
    pub replications: u32,
    /// How far it is to be believed.
    pub status: Status,
}

/// A number at a node over replications.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRow {
    /// The node.
    pub node: NodeId,
    /// The replica from 1, if this is about one.
    pub replica: Option<u32>,
    /// The class of priority, if this is about one.
    pub class: Option<u8>,
    /// The number.
    pub row: SummaryRow,
}

/// A quantile of latency over replications.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyRow {
    /// The client; none for all.
    pub client: Option<NodeId>,
    /// The name of the endpoint; none for all.
    pub endpoint: Option<String>,
    /// Which quantile.
    pub quantile: Quantile,
    /// The number, in milliseconds.
    pub row: SummaryRow,
}

/// A number in one bucket of the run, over replications.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineRow {
    /// The end of the bucket.
    pub at: Time,
    /// The node; none for end to end.
    pub node: Option<NodeId>,
    /// The number's name.
    pub metric: &'static str,
    /// The mean over replications; none if there is no number.
    pub mean: Option<f64>,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// How much was seen in the replication that saw least, and in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Requests that succeeded, or exchanges that were answered.
    succeeded: u64,
    /// All that ended or left.
    ended: u64,
    /// Both of all replications together.
    succeeded_in_all: u64,
    ended_in_all: u64,
}

impl Seen {
    /// The least of what replications saw, each of successes and of all.
    fn least(of: impl Iterator<Item = (u64, u64)>) -> Self {
        let seen = of.map(|(succeeded, ended)| Self {
            succeeded,
            ended,
            succeeded_in_all: succeeded,
            ended_in_all: ended,
        });
        let least = seen.reduce(|a, b| Self {
            succeeded: a.succeeded.min(b.succeeded),
            ended: a.ended.min(b.ended),
            succeeded_in_all: a.succeeded_in_all + b.succeeded_in_all,
            ended_in_all: a.ended_in_all + b.ended_in_all,
        });
        least.unwrap_or(Self { succeeded: 0, ended: 0, succeeded_in_all: 0, ended_in_all: 0 })
    }
}

impl VariantResult {
    /// Concludes from the replications of `variant`.
    #[must_use]
    pub fn new(variant: &Variant, cut: WarmUpCut, replications: Vec<Replication>) -> Self {
        let graph = std::sync::Arc::clone(&variant.graph);
        let window = super::replication::window_of(&graph, cut.found);
        let mut result = Self {
            name: variant.name.clone(),
            graph,
            replications,
            window,
            stability: Stability::Stable,
            dependence: Dependence::Independent,
            variability: 1.0,
        };
        let traffic = Traffic::of(&result.graph);
        result.dependence = result.find_dependence(&traffic);
        result.variability = result.find_variability(&traffic);
        result.stability = if cut.unsettled.contains(&result.name) {
            Stability::Unsettled
        } else {
            result.judge()
        };
        result
    }

    /// The confidence of all intervals.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        Confidence::new(self.graph.run.confidence).unwrap_or(Confidence::P95)
    }

    /// Values of the end-to-end metric called `name` by replication, in the unit of results.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<f64> {
        let Some((place, metric)) = end_to_end().enumerate().find(|(_, m)| m.name == name) else {
            return Vec::new();
        };
        self.replications.iter().map(|run| metric.unit.shown(run.summary[place])).collect()
    }

    /// All end-to-end metrics.
    #[must_use]
    pub fn summary(&self) -> Vec<SummaryRow> {
        let seen = self.seen();
        let row = |(place, metric): (usize, &crate::metrics::Metric)| {
            let values: Vec<f64> = self.replications.iter().map(|run| run.summary[place]).collect();
            self.row(metric.name, metric.unit, metric.evidence, &values, seen)
        };
        end_to_end_of(&self.graph).map(row).collect()
    }

    /// How many requests were seen.
    pub(super) fn seen(&self) -> Seen {
        Seen::least(self.replications.iter().map(|run| (run.observations, run.ended)))
    }

    /// The end-to-end metric called `name`.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<SummaryRow> {
        self.summary().into_iter().find(|row| row.metric == name)
    }

    /// All metrics at nodes, and at replicas and for classes where they were measured.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeRow> {
        let mut rows = Vec::new();
        let Some(first) = self.replications.first() else { return rows };
        for (place, reading) in first.nodes.iter().enumerate() {
            let readings = self.replications.iter().map(|run| &run.nodes[place]);
            let seen = Seen::least(readings.map(|it| (it.observations, it.left)));
            let node_row = |row| NodeRow {
                node: reading.node,
                replica: reading.replica.map(|replica| u32::from(replica) + 1),
                class: reading.class,
                row,
            };
            for (number, metric) in at_node().enumerate() {
                let values: Vec<f64> =
                    self.replications.iter().map(|run| run.nodes[place].values[number]).collect();
                if values.iter().any(|value| value.is_finite()) {
                    let row = self.row(metric.name, metric.unit, metric.evidence, &values, seen);
                    rows.push(node_row(row));
                }
            }
            let shares = |of: fn(&super::NodeReading) -> &Vec<f64>, name: &str| {
                let count = self.replications.iter().map(|run| of(&run.nodes[place]).len()).max();
                let share = |n: usize| {
                    let value =
                        |run: &Replication| of(&run.nodes[place]).get(n).copied().unwrap_or(0.0);
                    let values: Vec<f64> = self.replications.iter().map(value).collect();
                    let name = format!("{name}_{n}");
                    self.row(&name, Unit::Share, Kind::Ended, &values, seen)
                };
                (0..count.unwrap_or(0).min(64)).map(share).collect::<Vec<_>>()
            };
            rows.extend(shares(|it| &it.shares, "in_system_share").into_iter().map(node_row));
            let of_one = shares(|it| &it.replica_shares, "replica_in_system_share");
            rows.extend(of_one.into_iter().map(node_row));
        }
        rows
    }

    /// The quantiles of latency.
    #[must_use]
    pub fn latency(&self) -> Vec<LatencyRow> {
        let mut rows = Vec::new();
        // What is asked for rarely may be missing in some replications.
        let all = self.replications.iter().flat_map(|run| &run.ladders);
        let by_whom: BTreeMap<_, _> = all.map(|it| ((it.client, it.endpoint), it)).collect();
        for ladder in by_whom.values() {
            let same = |run: &Replication| {
                let found = run.ladders.iter().find(|other| {
                    other.client == ladder.client && other.endpoint == ladder.endpoint
                });
                found.cloned()
            };
            let ladders: Vec<_> = self.replications.iter().filter_map(same).collect();
            let seen = Seen::least(ladders.iter().map(|it| (it.observations, it.observations)));
            for (place, quantile) in LADDER.iter().enumerate() {
                let values: Vec<f64> = ladders.iter().map(|it| it.quantiles[place]).collect();
                let kind = Kind::Quantile(quantile.p());
                rows.push(LatencyRow {
                    client: ladder.client,
                    endpoint: ladder.endpoint.map(|id| self.graph.endpoint_name(id).to_owned()),
                    quantile: *quantile,
                    row: self.row("latency", Unit::Millis, kind, &values, seen),
                });
            }
        }
        rows
    }

    /// Averages over the buckets of the run.
    #[must_use]
    pub fn timeline(&self) -> Vec<TimelineRow> {
        let mut rows = Vec::new();
        let Some(first) = self.replications.first() else { return rows };
        let count = self
            .replications
            .iter()
            .map(|run| run.timeline.first().map_or(0, |series| series.values.len()));
        let count = count.min().unwrap_or(0);
        let buckets = super::replication::buckets(&self.graph);
        for (place, series) in first.timeline.iter().enumerate() {
            for number in 0..count {
                let value = |run: &Replication| run.timeline[place].values[number];
                let values: Vec<f64> =
                    self.replications.iter().map(value).filter(|v| v.is_finite()).collect();
                let end = buckets.end(number).min(first.end);
                rows.push(TimelineRow {
                    at: end,
                    node: series.node,
                    metric: series.metric,
                    mean: mean(&values),
                    interval: self.interval_over_time(series, &values),
                });
            }
        }
        rows
    }

    /// The interval of a number over time, whose values are `values` by replication. Of replicas no
    /// more are on than there may be and no fewer than there must be, so neither are its ends.
    #[must_use]
    pub fn interval_over_time(&self, of: &TimelineSeries, values: &[f64]) -> Option<Interval> {
        let it = Interval::of_replications(values, self.confidence())?;
        if of.metric != "replicas_on" {
            return Some(it);
        }
        let is_meant = |id: NodeId| of.node.is_none_or(|node| node == id);
        let scaled = self.graph.scalings.iter().filter(|plan| is_meant(plan.node));
        let (least, most) = scaled.fold((0.0, 0.0), |(least, most), plan| {
            (least + f64::from(plan.spec.min), most + f64::from(plan.spec.max))
        });
        // Who begins with another number is not yet within these.
        let (low, high) = (it.low.max(it.mean.min(least)), it.high.min(it.mean.max(most)));
        Some(Interval { low, high, ..it })
    }

    /// A row over replications. A value that some replication lacks is left out of the mean.
    pub(super) fn row(
        &self,
        metric: &str,
        unit: Unit,
        kind: Kind,
        values: &[f64],
        seen: Seen,
    ) -> SummaryRow {
        let values: Vec<f64> =
            values.iter().filter(|v| v.is_finite()).map(|value| unit.shown(*value)).collect();
        let replications = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let mut status = self.status(kind, replications, seen);
        if kind == Kind::Counted {
            status = status.and(status_of_count(values.iter().sum(), replications));
        }
        let interval = Interval::of_replications(&values, self.confidence());
        let is_judged_by_width = match kind {
            Kind::Mean | Kind::Ended | Kind::Lasting | Kind::Quantile(_) | Kind::Counted => true,
            Kind::Outcome | Kind::Plain | Kind::Price => false,
        };
        if is_judged_by_width && interval.is_some_and(|it| it.relative_half_width() > WIDE) {
            status = status.and(Status::FewData);
        }
        let shown = status.has_number() && !values.is_empty();
        // A share of look-ups that begin before the window can be a little more than all of them.
        let is_at_most_1 = unit == Unit::Share && mean(&values).is_none_or(|it| it <= 1.0);
        let most = if is_at_most_1 { 1.0 } else { f64::INFINITY };
        let interval = interval.map(|it| it.within(0.0, most));
        let interval = interval.map(|it| match kind {
            Kind::Outcome => it.of_share_in(seen.ended_in_all, self.confidence()),
            Kind::Counted => it.of_count_in(replications, self.confidence()),
            Kind::Mean
            | Kind::Ended
            | Kind::Lasting
            | Kind::Quantile(_)
            | Kind::Plain
            | Kind::Price => it,
        });
        let is_fact = match kind {
            Kind::Plain => true,
            Kind::Price => values.iter().all(|it| (it - values[0]).abs() <= 1e-12 * values[0]),
            Kind::Mean
            | Kind::Ended
            | Kind::Lasting
            | Kind::Quantile(_)
            | Kind::Outcome
            | Kind::Counted => false,
        };
        SummaryRow {
            metric: metric.to_owned(),
            unit,
            mean: mean(&values).filter(|_| shown),
            interval: interval.filter(|_| shown && !is_fact),
            replications,
            status: if values.is_empty() { Status::Insufficient } else { status },
        }
    }

    /// What machines, and the bytes over links, cost an hour: the mean over replications.
    #[must_use]
    pub fn cost_per_hour(&self) -> f64 {
        let costs: Vec<f64> = self.replications.iter().map(|run| run.cost_per_hour).collect();
        mean(&costs).unwrap_or(self.graph.cost_per_hour)
    }

    /// Requests of all replications without an outcome at the end, as a share of all that were
    /// issued. The share of one replication alone would be the larger the more there are.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share for statistics")]
    pub fn in_flight_share(&self) -> f64 {
        let issued: u64 = self.replications.iter().map(|run| run.issued).sum();
        let of_one = |run: &Replication| run.in_flight_share * run.issued as f64;
        let in_flight: f64 = self.replications.iter().map(of_one).sum();
        if issued == 0 { 0.0 } else { in_flight / issued as f64 }
    }

    fn status(&self, kind: Kind, replications: u32, seen: Seen) -> Status {
        if self.stability != Stability::Stable {
            return Status::Unstable;
        }
        let of_all = (seen.ended, seen.ended_in_all);
        let (observations, observations_in_all) = match kind {
            Kind::Ended | Kind::Lasting | Kind::Outcome | Kind::Counted => of_all,
            Kind::Mean | Kind::Quantile(_) | Kind::Plain | Kind::Price => {
                (seen.succeeded, seen.succeeded_in_all)
            }
        };
        let evidence = Evidence {
            replications,
            observations,
            observations_in_all,
            dependence: self.dependence,
            variability: self.variability,
            unfinished_share: self.in_flight_share(),
        };
        match kind {
            Kind::Lasting if self.thefts_outlast() => Status::Insufficient,
            Kind::Mean | Kind::Ended | Kind::Lasting | Kind::Outcome => evidence.of_mean(),
            Kind::Quantile(q) => evidence.of_quantile(q),
            Kind::Plain | Kind::Price | Kind::Counted => Status::Ok,
        }
    }

    /// Whether ever more stolen credentials work, so that those that ended say little of the
    /// others: as many thefts end as begin in a steady state. It is shown if the whole interval of
    /// what is left over, as a share of the thefts, is above 1 %.
    fn thefts_outlast(&self) -> bool {
        let left = self.replications.iter().filter_map(|run| run.thefts_left);
        let left: Vec<f64> = left.collect();
        let interval = Interval::of_replications(&left, self.confidence());
        let least = interval.map_or_else(|| mean(&left), |it| Some(it.low));
        least.is_some_and(|least| least > MAX_UNFINISHED)
    }

    /// Looks for a node that grows without return.
    fn judge(&self) -> Stability {
        let halted = self.replications.iter().find_map(|run| run.halt.map(|halt| (halt, run.end)));
        if let Some((halt, since)) = halted {
            let node = match halt {
                Halt::InFlight(_, node) => Some(node),
                Halt::NoProgress(_, circle) => circle.nodes().next(),
                Halt::Events(_) | Halt::Stopped(_) => None,
            };
            return Stability::Unstable { node, since, halt: Some(halt) };
        }
        if self.graph.run.study == Study::Terminating {
            return Stability::Stable;
        }
        match growth::culprit(&self.growing(), &self.graph.fixed.topology) {
            Some(Growing { node, since, .. }) => Stability::Unstable { node, since, halt: None },
            None => Stability::Stable,
        }
    }

    /// What grows without return.
    fn growing(&self) -> Vec<Growing> {
        let Some(first) = self.replications.first() else { return Vec::new() };
        let buckets = super::replication::buckets(&self.graph);
        let is_before = |number: &usize| buckets.start(*number).0 < self.window.0;
        let skip = (0..).take_while(is_before).count();
        let of_series = |(place, series): (usize, &TimelineSeries)| {
            let after =
                |run: &Replication| run.timeline[place].values.iter().skip(skip).copied().collect();
            let levels: Vec<Vec<f64>> = self.replications.iter().map(after).collect();
            let Trend::Unstable { since } = trend(&levels) else { return None };
            Some(Growing {
                node: series.node,
                held: levels[0].last().copied().unwrap_or(0.0),
                since: buckets.start(skip + since),
            })
        };
        let series = first.timeline.iter().enumerate();
        series.filter(|(_, series)| series.metric == "in_system").filter_map(of_series).collect()
    }
}

/// The mean of values; none without any.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a mean for statistics")]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
