//! Backups: what rests until it is needed, and what never is.

use std::collections::BTreeSet;

use super::suspicion::Watch;
use crate::balance::Profile;
use crate::graph::Role;
use crate::id::NodeId;

impl Watch<'_> {
    /// The nodes that only backups lead to: nothing comes there as long as all is well.
    pub(super) fn in_reserve(&self) -> BTreeSet<NodeId> {
        let mut open: Vec<NodeId> = Vec::new();
        for plan in &self.graph.plans {
            let Role::Balancer { plan, .. } = &plan.role else { continue };
            let backups = plan.reserve.iter().flatten().filter(|backend| backend.weight > 0);
            open.extend(backups.map(|backend| backend.node));
        }
        let mut all = BTreeSet::new();
        while let Some(node) = open.pop() {
            if all.insert(node) {
                let calls = self.graph.served.calls.iter().filter(|((from, _), _)| *from == node);
                open.extend(calls.flat_map(|(_, calls)| calls).map(|((to, _), _)| *to));
            }
        }
        all
    }

    /// Backups that are never asked, since nothing tells their balancer that another is down.
    pub(super) fn backups(&mut self) {
        for (id, name, span) in self.nodes() {
            let Role::Balancer { plan, .. } = &self.graph.plans[id.index()].role else { continue };
            let treats = &plan.treats;
            let needs_health = matches!(plan.spec.profile, Some(Profile::Haproxy | Profile::Envoy));
            let finds_out = treats.health.is_some()
                || !needs_health && (treats.next_upstream.is_some() || treats.max_conns.is_some());
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
