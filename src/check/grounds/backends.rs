//! Backends of balancers: which are so often full that no formula is theirs, and what comes to
//! those that rest until others cannot.

use std::collections::BTreeSet;

use super::super::backups::behind_reserve;
use super::{Doubt, Effect, Finder, Reach};
use crate::id::NodeId;
use crate::limit::{LimitKey, RateLimitSpec};
use crate::nodes::load_balancer::BalancePlan;
use crate::nodes::station::Shape;

/// From this share on of requests that find a backend full its queue is not that of a formula that
/// knows no end: its last places are what many would wait in.
const OFTEN_FULL: f64 = 0.05;

impl Finder<'_> {
    /// Leaves nothing to say of waits at the backends of a balancer.
    pub(super) fn hide(&mut self, plan: &BalancePlan, why: &'static str) {
        let nodes: BTreeSet<NodeId> = plan.ways.iter().map(|(place, _)| place.node).collect();
        for node in nodes {
            self.add(node, Reach::Here, Effect::PATTERN.hidden(why));
        }
    }

    /// Whether the limit of connections is met often at the busiest replica of a node. In M/M/c
    /// with the load ρ at least m are there with a probability of at most ρ^(m - c + 1).
    pub(super) fn is_often_full(&self, id: NodeId, plan: &BalancePlan) -> bool {
        let instances = plan.treats.instances.unwrap_or(1);
        let places = plan.treats.max_conns.map_or(u32::MAX, |most| most.saturating_mul(instances));
        self.holds_often(id, places)
    }

    /// Whether a replica often has so many.
    fn holds_often(&self, id: NodeId, places: u32) -> bool {
        let machines = self.graph.plans[id.index()].shape.iter().flat_map(|it| &it.machines);
        let cores = machines.map(|machine| machine.cores).max().unwrap_or(0);
        let beyond = f64::from(places) - f64::from(cores) + 1.0;
        let busiest = self.traffic.nodes[id.index()].busiest().unwrap_or(0.0).min(1.0);
        beyond <= 0.0 || libm::pow(busiest, beyond) > OFTEN_FULL
    }

    /// Notes to whom less comes where a limit on all requests is below their rate.
    pub(super) fn limited(&mut self, id: NodeId, limit: Option<&RateLimitSpec>) {
        let Some(limit) = limit.filter(|limit| limit.key == LimitKey::All) else { return };
        let replicas = f64::from(self.graph.fixed.topology.nodes[id.index()].replicas);
        if limit.rate.0 * replicas < self.traffic.nodes[id.index()].rate {
            let behind = self.behind(id, true);
            self.found.shedding.extend(behind);
        }
    }

    /// Notes who sheds load often.
    pub(super) fn shedding(&mut self, id: NodeId, shape: &Shape) {
        let Some(shed) = &shape.shed else { return };
        if shed.queue_delay.is_some() || shed.in_flight.is_some_and(|it| self.holds_often(id, it)) {
            self.found.shedding.insert(id);
        }
    }

    /// What comes to backups now and then, and to whom they alone ask.
    pub(super) fn backups(&mut self, id: NodeId, plan: &BalancePlan) {
        let asked: BTreeSet<NodeId> = behind_reserve(self.graph, plan)
            .into_iter()
            .filter(|node| self.traffic.nodes[node.index()].rate <= 0.0)
            .collect();
        let names: Vec<String> =
            asked.iter().map(|node| format!("`{}`", self.graph.names[node.index()])).collect();
        if names.is_empty() {
            return;
        }
        let line = format!(
            "  {}: what its other backends cannot take comes to its backups, and how much that is \
             is not known before the run; arrivals, loads and waits at {} are at least this",
            self.graph.names[id.index()],
            names.join(", ")
        );
        self.found.doubts.push(Doubt { nodes: asked, effect: Effect::MORE });
        self.found.reasons.push(line);
    }
}
