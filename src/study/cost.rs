//! What a run cost.

use crate::graph::Graph;
use crate::observe::{Carried, Meters};
use crate::scaling::ScalingPlan;
use crate::time::Span;

/// What the machines that were on, and the bytes that links carried, cost an hour of a window of
/// this length.
pub(super) fn cost_per_hour(
    graph: &Graph,
    meters: &Meters,
    carried: Option<&Carried>,
    window: Span,
) -> f64 {
    graph.cost_per_hour - spared(graph, meters, window) + traffic_cost(graph, carried, window)
}

/// What it would cost an hour more if no autoscaler switched replicas off.
#[allow(clippy::cast_precision_loss, reason = "a share of time for an amount of money")]
fn spared(graph: &Graph, meters: &Meters, window: Span) -> f64 {
    let of = |plan: &ScalingPlan| {
        let (cost, off) =
            (graph.plans[plan.node.index()].cost_per_hour, &meters.nodes[plan.node.index()].off);
        cost * off.area() as f64 / window.0 as f64 / f64::from(plan.spec.max)
    };
    if window.is_zero() { 0.0 } else { graph.scalings.iter().map(|plan| of(plan)).sum() }
}

/// What the bytes that links carried in a window of this length cost an hour.
#[allow(clippy::cast_precision_loss, reason = "bytes for an amount of money")]
fn traffic_cost(graph: &Graph, carried: Option<&Carried>, window: Span) -> f64 {
    const GIB: f64 = 1_073_741_824.0;
    let hours = window.as_secs_f64() / 3_600.0;
    let Some(carried) = carried.filter(|_| hours > 0.0) else { return 0.0 };
    let links = graph.links.iter().zip(carried.bytes());
    links.map(|(link, bytes)| link.price * *bytes as f64 / GIB).sum::<f64>() / hours
}
