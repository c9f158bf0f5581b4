//! What balancers let their backends have at once: `max_conns` of each.

#![allow(clippy::cast_precision_loss, reason = "counts of backends are far below 2^53")]

use std::collections::{BTreeMap, BTreeSet};

use super::expected::opening;
use super::resources::{Of, Resource, flows};
use crate::graph::{Graph, Pair, Role, Traffic};
use crate::id::NodeId;
use crate::nodes::load_balancer::BalancePlan;

/// The slots that a balancer has for requests, if it has only so many: one is taken from when a
/// backend is chosen until the answer is back, so Little's law says how many are in use, without a
/// queue anywhere. At layer 4 they are taken by connections, and how long those last is not known.
pub(super) fn slots(
    graph: &Graph,
    traffic: &Traffic,
    id: NodeId,
    stays: &BTreeMap<Pair, f64>,
) -> Option<Resource> {
    let Role::Balancer { plan, .. } = &graph.plans[id.index()].role else { return None };
    let treats = &plan.treats;
    treats.max_conns.filter(|_| treats.layer == 7)?;
    let links: BTreeSet<_> = plan.ways.iter().map(|(place, link)| (place.node, *link)).collect();
    let mut needed = 0.0;
    for (to, link) in links {
        let link = &graph.links[link.index()];
        let way = 2.0 * link.latency.mean() / 1e9 + opening(link);
        for (pair, rate) in flows(graph, traffic, id, to) {
            needed += rate * (way + stays.get(&pair).copied().unwrap_or(0.0));
        }
    }
    Some(Resource {
        of: Of::Slots(id),
        name: graph.names[id.index()].clone(),
        needed,
        there: slots_of(plan),
        unit: "slots of its `max_conns`",
    })
}

/// How many slots the backends of a balancer have, those in reserve among them, for all of its
/// processes.
pub(super) fn slots_of(plan: &BalancePlan) -> f64 {
    let backups = plan.reserve.iter().flatten();
    let open = plan.backends.iter().chain(backups).filter(|it| it.weight > 0).count();
    let each = plan.treats.max_conns.map_or(f64::INFINITY, f64::from);
    open as f64 * each * f64::from(plan.treats.instances.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::{fullest, text};

    /// So many requests of 20 ms a second for two backends of four cores, at a balancer.
    fn told(rate: u32, balancer: &str) -> (String, String, Option<String>) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '20ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '{rate}/s' }}\nmix = {{ p = 1 }}\n[node.lb]\n\
             kind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\ncores = 4\n\
             replicas = 2\n[link.u.lb]\n\
             connection = {{ mode = 'per-request' }}\n[link.lb.app]\nlatency = '5ms'\n"
        ));
        let fullest = fullest(&graph).map(|it| it.text);
        (text("base", &graph, &checked), warnings, fullest)
    }

    #[test]
    fn slots_of_backends_have_a_load_as_connections_of_a_pool_do() {
        // 100 a second of 20 ms and a way of 10 ms: 3 are with backends that have room for 2.
        for queue in ["", "\nbackend_queue = '1s'"] {
            let (said, warnings, fullest) = told(100, &format!("max_conns = 1{queue}"));
            let line = "lb: 3 of 2 slots of its `max_conns` are needed on average: a load of 1.5";
            assert!(said.contains(line) && !said.contains("1 % interval"), "{said}");
            assert!(warnings.contains("lb needs 3 slots of its `max_conns`"), "{warnings}");
            assert!(warnings.contains("at least 33.3 % of what comes fails"), "{warnings}");
            let text = "lb, where 3 of 2 slots of its `max_conns` are needed";
            assert_eq!(fullest.as_deref(), Some(text));
        }
        let (said, warnings, _) = told(50, "max_conns = 1");
        assert!(said.contains("a load of 0.75") && warnings.is_empty(), "{said}{warnings}");
        assert!(said.contains("1 % interval"), "{said}");
        // Each of several processes counts for itself.
        let (said, ..) = told(100, "max_conns = 1\ninstances = 3");
        assert!(said.contains("3 of 6 slots"), "{said}");
        let (said, ..) = told(100, "layer = 4\nmax_conns = 1");
        assert!(!said.contains("slots"), "{said}");
    }
}
