//! What caches do: read from one replication, and concluded from all.

use super::results::{SummaryRow, VariantResult};
use crate::graph::Graph;
use crate::id::{EndpointId, NodeId};
use crate::metrics::{AT_CACHE, Evidence};
use crate::observe::{CacheMeter, CacheMeters};
use crate::time::Span;

/// Readings of one cache, or of all caches end to end.
#[derive(Debug, Clone)]
pub struct CacheReading {
    /// The node whose cache it is; none for all, end to end.
    pub node: Option<NodeId>,
    /// The endpoint that users asked for; none for all.
    pub endpoint: Option<EndpointId>,
    /// Readings of [`AT_CACHE`], in its order; NaN where there was nothing to read.
    pub values: Vec<f64>,
}

/// A number about a cache over replications.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheRow {
    /// The node; none for all caches, end to end.
    pub node: Option<NodeId>,
    /// The endpoint that users asked for; none for all.
    pub endpoint: Option<EndpointId>,
    /// The number.
    pub row: SummaryRow,
}

impl VariantResult {
    /// All numbers about caches.
    #[must_use]
    pub fn caches(&self) -> Vec<CacheRow> {
        let mut rows = Vec::new();
        let Some(first) = self.replications.first() else { return rows };
        let seen = self.seen();
        for (place, reading) in first.caches.iter().enumerate() {
            for (number, metric) in AT_CACHE.iter().enumerate() {
                let value = |run: &super::Replication| run.caches[place].values[number];
                let values: Vec<f64> = self.replications.iter().map(value).collect();
                if values.iter().any(|value| value.is_finite()) {
                    let (node, endpoint) = (reading.node, reading.endpoint);
                    let kind = Evidence::Ended;
                    let row = self.row(metric.name, metric.unit, kind, &values, seen);
                    rows.push(CacheRow { node, endpoint, row });
                }
            }
        }
        rows
    }
}

/// What each cache did, and all together end to end: for all endpoints, and for each if there are
/// several.
pub(super) fn cache_readings(
    graph: &Graph,
    meters: &CacheMeters,
    window: Span,
) -> Vec<CacheReading> {
    let several = graph.fixed.endpoints.len() > 1;
    let count = u16::try_from(graph.fixed.endpoints.len()).unwrap_or(u16::MAX);
    let endpoints = || (0..count).map(EndpointId).filter(|_| several).map(Some);
    let mut readings = Vec::new();
    for endpoint in std::iter::once(None).chain(endpoints()) {
        let all = endpoint.map_or_else(|| meters.answers(), |it| meters.answers_for(it));
        let meter = CacheMeter {
            hits: all.answered,
            misses: all.ended - all.answered,
            hit_bytes: all.answered_bytes,
            fetched_bytes: all.bytes - all.answered_bytes,
            ..CacheMeter::default()
        };
        let values = AT_CACHE.iter().map(|metric| {
            let reading = (metric.read)(&meter, window).filter(|_| metric.is_end_to_end);
            reading.filter(|_| all.ended > 0).unwrap_or(f64::NAN)
        });
        readings.push(CacheReading { node: None, endpoint, values: values.collect() });
    }
    for node in (0..).map(NodeId).take(graph.plans.len()).filter(|id| graph.keeps(*id)) {
        for endpoint in std::iter::once(None).chain(endpoints()) {
            let meter = endpoint.map_or_else(
                || meters.at(node.index(), None),
                |endpoint| meters.for_endpoint(node.index(), endpoint),
            );
            let values = AT_CACHE.iter().map(|metric| {
                let reading = (metric.read)(&meter, window).filter(|_| meter.looked() > 0);
                reading.unwrap_or(f64::NAN)
            });
            readings.push(CacheReading { node: Some(node), endpoint, values: values.collect() });
        }
    }
    readings
}
