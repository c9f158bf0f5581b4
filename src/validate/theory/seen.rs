//! What was seen in one replication of an experiment, for readings to choose from.

use std::sync::Arc;

use crate::graph::Graph;
use crate::metrics::{at_node, end_to_end};
use crate::net::Part;
use crate::observe::RequestRow;
use crate::study::{NodeReading, Replication};

/// One replication of all variants.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) runs: &'a [(String, Arc<Graph>, Replication)],
}

/// One replication of one variant. Lengths are seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// What was run.
    pub(super) graph: &'a Graph,
    run: &'a Replication,
}

impl<'a> Seen<'a> {
    /// The first variant, or the only one.
    pub(super) fn first(&self) -> Option<View<'a>> {
        let (_, graph, run) = self.runs.first()?;
        Some(View { graph, run })
    }

    /// The variant called `name`.
    pub(super) fn variant(&self, name: &str) -> Option<View<'a>> {
        let (_, graph, run) = self.runs.iter().find(|(other, ..)| other == name)?;
        Some(View { graph, run })
    }
}

impl<'a> View<'a> {
    /// An end-to-end metric.
    pub(super) fn overall(&self, metric: &str) -> Option<f64> {
        let place = end_to_end().position(|it| it.name == metric)?;
        self.run.summary.get(place).copied().filter(|value| value.is_finite())
    }

    /// A metric of a node as a whole.
    pub(super) fn at(&self, node: &str, metric: &str) -> Option<f64> {
        value(self.reading(node, None, None)?, metric)
    }

    /// A metric of one replica, from 0.
    pub(super) fn replica(&self, node: &str, replica: u16, metric: &str) -> Option<f64> {
        value(self.reading(node, Some(replica), None)?, metric)
    }

    /// A metric of one class of priority at a node.
    pub(super) fn class(&self, node: &str, class: u8, metric: &str) -> Option<f64> {
        value(self.reading(node, None, Some(class))?, metric)
    }

    /// The share of time in which at least `n` are present at a node.
    pub(super) fn share_from(&self, node: &str, n: usize) -> Option<f64> {
        let shares = &self.reading(node, None, None)?.shares;
        Some(1.0 - shares.iter().take(n).sum::<f64>())
    }

    /// The share of time in which at least `n` are present at one replica, over all replicas.
    pub(super) fn replica_share_from(&self, node: &str, n: usize) -> Option<f64> {
        let shares = &self.reading(node, None, None)?.replica_shares;
        (!shares.is_empty()).then(|| 1.0 - shares.iter().take(n).sum::<f64>())
    }

    /// The mean latency of an endpoint: its parts add up to it.
    pub(super) fn endpoint_latency(&self, endpoint: &str) -> Option<f64> {
        let parts = self.run.parts.iter().find(|parts| {
            parts.endpoint.is_some_and(|id| self.graph.endpoint_name(id) == endpoint)
        });
        parts.map(|parts| parts.all.iter().sum())
    }

    /// The mean time that requests spend on something.
    pub(super) fn part(&self, part: Part) -> Option<f64> {
        let parts = self.run.parts.iter().find(|parts| parts.endpoint.is_none());
        parts.map(|parts| parts.all[part as usize])
    }

    /// What the probe called `name` saw at each of its moments.
    pub(super) fn probe(&self, name: &str) -> Option<&'a [Option<f64>]> {
        let place = self.graph.probes.iter().position(|probe| probe.name == name)?;
        self.run.probes.get(place).map(Vec::as_slice)
    }

    /// Single requests, if they were wanted.
    pub(super) fn requests(&self) -> &'a [RequestRow] {
        &self.run.requests
    }

    fn reading(
        &self,
        node: &str,
        replica: Option<u16>,
        class: Option<u8>,
    ) -> Option<&'a NodeReading> {
        let id = self.graph.node(node)?;
        self.run.nodes.iter().find(|reading| {
            reading.node == id && reading.replica == replica && reading.class == class
        })
    }
}

fn value(reading: &NodeReading, metric: &str) -> Option<f64> {
    let place = at_node().position(|it| it.name == metric)?;
    reading.values.get(place).copied().filter(|value| value.is_finite())
}
