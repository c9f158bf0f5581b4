//! Averages over the buckets of a run.

use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::observe::Meters;
use crate::time::Time;

/// A number by bucket of the run.
#[derive(Debug, Clone)]
pub struct TimelineSeries {
    /// The node; none for end to end.
    pub node: Option<NodeId>,
    /// The name of the number.
    pub metric: &'static str,
    /// Its averages in the unit of results; NaN where there was nothing to average.
    pub values: Vec<f64>,
}

/// The numbers of a run that ended at `end`.
#[allow(clippy::cast_precision_loss, reason = "averages for statistics")]
pub(super) fn timeline(graph: &Graph, meters: &Meters, end: Time) -> Vec<TimelineSeries> {
    let buckets = meters.shape.buckets;
    let timeline = &meters.timeline;
    // The last bucket may be cut off by the end; an empty one is none.
    let length = |number: usize| {
        let from = buckets.start(number);
        buckets.end(number).min(end).0.saturating_sub(from.0) as f64
    };
    let count = (0..timeline.present.len()).take_while(|number| length(*number) > 0.0).count();
    let by = |of: &dyn Fn(usize) -> f64| (0..count).map(of).collect::<Vec<f64>>();
    let series = |node, metric, values| TimelineSeries { node, metric, values };
    let mut all = vec![
        series(None, "goodput", by(&|i| timeline.succeeded[i] as f64 / length(i) * 1e9)),
        series(
            None,
            "latency_mean",
            by(&|i| timeline.latency[i] as f64 / timeline.succeeded[i] as f64 / 1e6),
        ),
        series(None, "in_system", by(&|i| timeline.present[i] as f64 / length(i))),
    ];
    if !graph.scalings.is_empty() {
        let of_all = |i: usize| {
            let on = graph.scalings.iter().map(|plan| timeline.nodes[plan.node.index()][i][3]);
            on.sum::<u128>() as f64 / length(i)
        };
        all.push(series(None, "replicas_on", by(&of_all)));
    }
    for (id, (plan, rows)) in (0..).map(NodeId).zip(graph.plans.iter().zip(&timeline.nodes)) {
        if matches!(plan.role, Role::Client(_)) {
            continue;
        }
        let level = |place: usize, of: f64| by(&|i| rows[i][place] as f64 / length(i) / of);
        all.push(series(Some(id), "in_system", level(0, 1.0)));
        if let Some(shape) = &plan.shape {
            all.push(series(Some(id), "queue", level(1, 1.0)));
            let cores: f64 = shape.machines.iter().map(|it| f64::from(it.cores)).sum();
            if graph.scaling(id).is_some() {
                // Of the cores that serve, as the metric.
                let each = cores / shape.machines.len() as f64;
                let used = |i: usize| rows[i][2] as f64 / ((rows[i][3] - rows[i][4]) as f64 * each);
                all.push(series(Some(id), "utilisation", by(&used)));
                all.push(series(Some(id), "replicas_on", level(3, 1.0)));
            } else if cores > 0.0 {
                all.push(series(Some(id), "utilisation", level(2, cores)));
            }
        }
    }
    all
}
