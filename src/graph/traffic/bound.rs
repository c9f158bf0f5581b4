//! How often the users of a closed loop ask at most.
//!
//! The asymptotic bounds (Lazowska and others, "Quantitative System Performance", 1984, chapter 5)
//! are users over the time of a round without queues, and what the busiest node can do. Both
//! suppose that every request takes its whole way. A user who gives up asks again while the work
//! goes on: nodes are no bound then, and a round is thinking and the shorter of patience T and
//! latency R. Of E[min(T, R)] no more is known than m, the mean, and s, the deviation, of R: it is
//! at least (m + T - √(s² + (m - T)²)) / 2 (Scarf, "A min-max solution of an inventory problem",
//! 1958), which is the smaller of both where R is constant.

use std::collections::BTreeMap;

use super::{ClientTraffic, NodeTraffic, Origin, Pair, delay, nodes};
use crate::endpoint::Op;
use crate::graph::cached::browsers_keep;
use crate::graph::demand::Visits;
use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::nodes::client::ClientPlan;

/// Users who neither think nor wait ask once a tick of the clock.
const MOST: f64 = 1e9;

/// The highest rate of so many users with this mean of thinking, in nanoseconds.
pub(super) fn bound(
    graph: &Graph,
    plan: &ClientPlan,
    (users, think): (u32, f64),
    visits: &BTreeMap<Pair, f64>,
) -> f64 {
    let alone =
        ClientTraffic { node: plan.node, rate: 1.0, origin: Origin::Given, visits: visits.clone() };
    let nodes = nodes(graph, std::slice::from_ref(&alone));
    let (ends_early, is_kept) = (may_end_early(graph), may_be_kept(graph, &alone));
    let is_whole = !ends_early && !is_kept && !has_forks(graph);
    let way = if is_whole { Way::whole(graph, &nodes, visits) } else { Way::own(graph, &alone) };
    let latency = match plan.timeout.as_ref().map(|(law, _)| law) {
        None => way.mean,
        Some(law) => law.is_constant().map_or(0.0, |patience| way.at_least(patience)),
    };
    let is_limited = |node: &NodeTraffic| node.busiest().unwrap_or(0.0);
    let busiest = match () {
        () if ends_early || plan.timeout.is_some() || browsers_keep(graph, &alone) => 0.0,
        () if is_kept => {
            first(graph, &alone).map(|id| is_limited(&nodes[id.index()])).fold(0.0, f64::max)
        }
        () => nodes.iter().map(is_limited).fold(0.0, f64::max),
    };
    let round = (think + latency) / 1e9;
    let by_users = if round > 0.0 { f64::from(users) / round } else { f64::INFINITY };
    let by_capacity = if busiest > 0.0 { 1.0 / busiest } else { f64::INFINITY };
    by_users.min(by_capacity).min(MOST)
}

/// How long a request is under way without queues, in nanoseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    /// On average.
    mean: f64,
    /// At most so much is the root of the mean of its square: that of a sum is at most the sum of
    /// those of its parts (Minkowski).
    root: f64,
}

impl Way {
    /// Through all nodes.
    fn whole(graph: &Graph, nodes: &[NodeTraffic], visits: &BTreeMap<Pair, f64>) -> Self {
        let mut way = Self { mean: delay(graph, visits), root: 0.0 };
        for (plan, node) in graph.plans.iter().zip(nodes) {
            let machines = plan.shape.iter().flat_map(|shape| &shape.machines);
            if machines.map(|it| it.cores).max().unwrap_or(0) > 0 && node.cpu.total > 0.0 {
                let work = 1e9 * node.load();
                way.mean += work;
                way.root += root(&node.cpu) * work / node.cpu.total;
            }
            way.root += root(&node.wait);
        }
        for (pair, often) in visits {
            for (to, calls) in graph.served.calls.get(pair).into_iter().flatten() {
                if let Some(link) = graph.fixed.topology.link(pair.0, to.0) {
                    let (law, often) = (&graph.links[link.index()].latency, often * calls);
                    let square = (1.0 + law.scv()) * often * often.max(1.0);
                    way.root += 2.0 * law.mean() * libm::sqrt(square);
                }
            }
        }
        way
    }

    /// Over the links of a client, if even that is certain.
    fn own(graph: &Graph, client: &ClientTraffic) -> Self {
        if !graph.faults.is_empty() || browsers_keep(graph, client) {
            return Self::default();
        }
        let links = first(graph, client).map(|to| graph.fixed.topology.link(client.node, to));
        let latency = links
            .flatten()
            .map(|link| graph.links[link.index()].latency.is_constant().unwrap_or(0.0));
        let mean = 2.0 * latency.reduce(f64::min).unwrap_or(0.0);
        Self { mean, root: mean }
    }

    /// The mean of the shorter of this and so much is at least this.
    fn at_least(self, patience: f64) -> f64 {
        let variance = (self.root * self.root - self.mean * self.mean).max(0.0);
        let apart = self.mean - patience;
        (self.mean + patience - libm::sqrt(variance + apart * apart)).max(0.0) / 2.0
    }
}

/// The root of the mean square of what is done in all for a request.
fn root(work: &Visits) -> f64 {
    libm::sqrt(work.squares * work.often.max(1.0))
}

/// Whom a client asks.
fn first<'a>(graph: &'a Graph, client: &'a ClientTraffic) -> impl Iterator<Item = NodeId> + 'a {
    let own = client.visits.keys().filter(|(node, _)| *node == client.node);
    own.flat_map(|pair| graph.served.calls.get(pair).into_iter().flatten()).map(|((to, _), _)| *to)
}

/// Whether a request may be answered before all is done that it asks for.
fn may_end_early(graph: &Graph) -> bool {
    let by_links = graph.links.iter().any(|link| link.waits.is_some() || link.breaker.is_some());
    let by_nodes = graph.plans.iter().any(|plan| {
        let is_limited = plan.shape.as_ref().is_some_and(|shape| {
            shape.queue != u32::MAX || shape.patience.is_some() || shape.shed.is_some()
        });
        let is_screened = plan.screen.as_ref().is_some_and(|screen| screen.is_any());
        let is_full = match &plan.role {
            Role::Balancer { plan, .. } => plan.treats.max_conns.is_some(),
            Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => false,
        };
        is_limited || is_screened || is_full || plan.limit.is_some()
    });
    by_links || by_nodes || !graph.faults.is_empty()
}

/// Whether something keeps answers, nobody knows how many, so that a request may not take its whole
/// way.
fn may_be_kept(graph: &Graph, client: &ClientTraffic) -> bool {
    let mut nodes = client.visits.keys().map(|(node, _)| *node);
    let is_known = |id| graph.caches.iter().any(|it| it.node == id && it.hit_ratio.is_some());
    browsers_keep(graph, client)
        || nodes.any(|id| id != client.node && graph.keeps(id) && !is_known(id))
}

/// Whether anything is done side by side, so that a request takes less than all of it.
fn has_forks(graph: &Graph) -> bool {
    let forks = |op: &Op| matches!(op, Op::Fork(..));
    graph.fixed.programs.iter().any(|program| program.ops.iter().any(forks))
}
