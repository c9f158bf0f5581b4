//! Backups: what rests until it is needed, and what never is.

use std::collections::BTreeSet;

use super::grounds::can_fail;
use super::idle::takes_out;
use super::suspicion::Watch;
use crate::balance::Profile;
use crate::graph::{Graph, Role};
use crate::id::NodeId;
use crate::nodes::load_balancer::BalancePlan;

/// Whether a balancer asks its backups only when it believes that the others are down.
const fn needs_health(plan: &BalancePlan) -> bool {
    matches!(plan.spec.profile, Some(Profile::Haproxy | Profile::Envoy))
}

/// Whether a balancer asks its backups when the others are full.
pub(super) const fn goes_past_full(plan: &BalancePlan) -> bool {
    plan.reserve.is_some() && plan.treats.max_conns.is_some() && !needs_health(plan)
}

/// Whether anything comes to the backups of a balancer: since others are full, since they fail and
/// it finds out, or since it is told to leave them alone.
pub(super) fn is_reserve_asked(graph: &Graph, plan: &BalancePlan) -> bool {
    let tries = plan.treats.next_upstream.is_some() && !needs_health(plan);
    let finds_out = plan.treats.health.as_ref().is_some_and(takes_out) || tries;
    let is_down = plan.is_told || finds_out && can_fail(graph);
    plan.reserve.is_some() && (goes_past_full(plan) || is_down)
}

/// The backups of a balancer, and whatever they ask.
pub(super) fn behind_reserve(graph: &Graph, plan: &BalancePlan) -> BTreeSet<NodeId> {
    let backups = plan.reserve.iter().flatten().filter(|backend| backend.weight > 0);
    let mut open: Vec<NodeId> = backups.map(|backend| backend.node).collect();
    let mut all = BTreeSet::new();
    while let Some(node) = open.pop() {
        if all.insert(node) {
            let calls = graph.served.calls.iter().filter(|((from, _), _)| *from == node);
            open.extend(calls.flat_map(|(_, calls)| calls).map(|((to, _), _)| *to));
        }
    }
    all
}

impl Watch<'_> {
    /// The nodes that only backups lead to: nothing comes there as long as all is well.
    pub(super) fn in_reserve(&self) -> BTreeSet<NodeId> {
        let mut all = BTreeSet::new();
        for plan in &self.graph.plans {
            let Role::Balancer { plan, .. } = &plan.role else { continue };
            all.extend(behind_reserve(self.graph, plan));
        }
        all
    }

    /// Backups that are never asked, since nothing tells their balancer that another is down.
    pub(super) fn backups(&mut self) {
        for (id, name, span) in self.nodes() {
            let Role::Balancer { plan, .. } = &self.graph.plans[id.index()].role else { continue };
            let finds_out = plan.treats.health.as_ref().is_some_and(takes_out)
                || !needs_health(plan) && plan.treats.next_upstream.is_some()
                || goes_past_full(plan);
            if plan.reserve.is_some() && !finds_out {
                let message = format!("`{name}` never asks its backups: it believes in all others");
                let help = "give it `health`, so that it finds out who is down";
                self.warn(span, message, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    /// The warnings about a balancer with a backup that asks a database.
    fn warnings(balancer: &str) -> String {
        let text = format!(
            "[endpoint.page]\nwork = [{{ call = 'db' }}]\n[node.users]\nkind = 'client'\n\
             arrivals = {{ poisson = '10/s' }}\nmix = {{ page = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\nbackup = ['spare']\n{balancer}\n\
             [node.app]\nkind = 'server'\n[node.spare]\nkind = 'server'\n\
             [node.db]\nkind = 'database'\ncores = 1\nservice = '1ms'\n\
             [link.users.lb]\n[link.lb.app]\n[link.lb.spare]\n[link.app.db]\n[link.spare.db]\n"
        );
        checked(&text).2
    }

    #[test]
    fn a_backup_that_nobody_can_come_to_is_suspicious_and_one_that_rests_is_not() {
        for balancer in ["health = { passive = {} }", "next_upstream = {}", "max_conns = 9"] {
            assert_eq!(warnings(balancer), "", "{balancer}");
        }
        for balancer in ["", "profile = 'haproxy'\nnext_upstream = { profile = 'haproxy' }"] {
            let said = warnings(balancer);
            assert!(said.contains("`lb` never asks its backups"), "{said}");
        }
    }
}
