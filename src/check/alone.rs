//! What is for several backends, where there is one.

use super::ineffective::warning;
use crate::graph::{Graph, Role};
use crate::model::Model;
use crate::net::Mode;
use crate::nodes::load_balancer::BalancePlan;
use crate::resilience::UpstreamProfile;
use crate::scenario::Diagnostic;

/// Whether a balancer has one backend and no backup.
pub(super) fn is_alone(plan: &BalancePlan) -> bool {
    plan.ways.len() == 1
}

/// Adds the warnings.
pub(super) fn alone(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, plan) in graph.names.iter().zip(&graph.plans) {
        let (Role::Balancer { plan, .. }, Some(node)) = (&plan.role, model.nodes.get(name)) else {
            continue;
        };
        if !is_alone(plan) {
            continue;
        }
        let help = "give it another backend: more `replicas`, or a link to one more node";
        if plan.treats.hedge.is_some() {
            let message =
                format!("`hedge` of `{name}` does nothing: a copy goes to another backend");
            found.push(warning(node.at("hedge"), message, help));
        }
        // What breaks on a connection that is kept nginx tries again, and HAProxy everything.
        let mut links = plan.ways.iter().map(|(_, link)| &graph.links[link.index()]);
        let is_kept = links.any(|link| {
            link.transport
                .as_ref()
                .is_some_and(|it| matches!(it.mode, Mode::Pool | Mode::PerSession))
        });
        let next = plan.treats.next_upstream.as_ref();
        if next.is_some_and(|it| it.profile == UpstreamProfile::Nginx) && !is_kept {
            let message =
                format!("`next_upstream` of `{name}` does nothing: there is no other backend");
            found.push(warning(node.at("next_upstream"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is told of a balancer of so many backends, and the warnings.
    fn told(balancer: &str, replicas: u32, link: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\n\
             cores = 1\nreplicas = {replicas}\n[link.u.lb]\n[link.lb.app]\n{link}\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn who_has_one_backend_sends_no_copy_and_tries_no_other() {
        let hedge = "hedge = { after = '5ms' }";
        let (said, warnings) = told(hedge, 1, "");
        assert!(warnings.contains("`hedge` of `lb` does nothing"), "{warnings}");
        assert!(!said.contains("its hedges are copies"), "{said}");
        let (said, warnings) = told(hedge, 2, "");
        assert!(warnings.is_empty() && said.contains("its hedges are copies"), "{warnings}{said}");
        let (_, warnings) = told("next_upstream = {}", 1, "");
        assert!(warnings.contains("`next_upstream` of `lb` does nothing"), "{warnings}");
        let haproxy = "next_upstream = { profile = 'haproxy' }";
        for (balancer, replicas, link) in [
            ("next_upstream = {}", 2, ""),
            ("next_upstream = {}", 1, "connection = { mode = 'pool' }"),
            (haproxy, 1, ""),
        ] {
            assert_eq!(told(balancer, replicas, link).1, "", "{balancer} {replicas} {link}");
        }
    }
}
