//! Parameters of a balancer that its algorithm does not look at, and care for backends that come
//! back where none is ever out.

use super::idle::takes_out;
use super::ineffective::warning;
use crate::balance::{Algorithm, BalanceSpec};
use crate::graph::{Graph, Role};
use crate::model::{Model, Named, NodeSpec};
use crate::nodes::KindSpec;
use crate::nodes::load_balancer::BackendsSpec;
use crate::scenario::Diagnostic;
use crate::unit::Probability;

/// Adds the warnings.
pub(super) fn parameters(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, node) in &model.nodes {
        if let KindSpec::LoadBalancer(balancer) = &node.spec.kind {
            of_algorithm(name, node, &balancer.balance, found);
            let plan = graph.node(name).map(|id| &graph.plans[id.index()].role);
            if !matches!(plan, Some(Role::Balancer { plan, .. }) if plan.is_told) {
                of_health(name, node, &balancer.backends, found);
            }
        }
    }
}

/// What another algorithm has: only values that are not the usual ones can be told from none.
fn of_algorithm(
    name: &str,
    node: &Named<NodeSpec>,
    spec: &BalanceSpec,
    found: &mut Vec<Diagnostic>,
) {
    let usual = BalanceSpec::default();
    for (key, is_written, owner) in [
        ("choices", spec.choices != usual.choices, Algorithm::PowerOfD),
        ("virtual_nodes", spec.virtual_nodes != usual.virtual_nodes, Algorithm::RingHash),
        ("table_size", spec.table_size != usual.table_size, Algorithm::Maglev),
        ("decay", spec.decay != usual.decay, Algorithm::LeastResponseTime),
    ] {
        if is_written && spec.algorithm != owner {
            let (own, owner) = (spec.algorithm.name(), owner.name());
            let message = format!("`{key}` of `{name}` does nothing: `{own}` does not look at it");
            let help = format!("it is for algorithm = \"{owner}\"");
            found.push(warning(node.at(key), message, &help));
        }
    }
}

/// What is for backends that come back, or that are out in great number, where nothing takes one
/// out.
fn of_health(name: &str, node: &Named<NodeSpec>, spec: &BackendsSpec, found: &mut Vec<Diagnostic>) {
    let Some(health) = &spec.health else { return };
    if takes_out(health) {
        return;
    }
    for (key, is_written) in [
        ("slow_start", health.slow_start.is_some()),
        ("panic_threshold", health.panic_threshold != Probability::NEVER),
    ] {
        if is_written {
            let message =
                format!("`{key}` of `{name}` does nothing: no rule ever takes a backend out");
            let help = "give `health` a rule: `passive`, `active` or `outlier`";
            found.push(warning(node.at(&format!("health.{key}")), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(balancer: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\n\
             cores = 1\nreplicas = 2\n[link.u.lb]\n[link.lb.app]\n"
        ))
        .2
    }

    #[test]
    fn parameters_of_another_algorithm_are_told_and_those_of_its_own_are_not() {
        for (key, value, owner) in [
            ("choices", "3", "power-of-d"),
            ("virtual_nodes", "7", "ring-hash"),
            ("table_size", "13", "maglev"),
            ("decay", "'2s'", "least-response-time"),
        ] {
            let found = warnings(&format!("algorithm = 'random'\n{key} = {value}"));
            let said = format!("`{key}` of `lb` does nothing: `random` does not look at it");
            assert!(found.contains(&said), "{found}");
            assert!(found.contains(&format!("algorithm = \"{owner}\"")), "{found}");
            let found = warnings(&format!("algorithm = '{owner}'\n{key} = {value}"));
            assert!(!found.contains("does nothing"), "{found}");
        }
    }

    #[test]
    fn care_for_backends_that_are_out_is_told_where_none_ever_is() {
        let of = |rules: &str| {
            warnings(&format!("algorithm = 'weighted-random'\nhealth = {{ {rules} }}"))
        };
        for (key, value) in [("slow_start", "{ window = '9s' }"), ("panic_threshold", "0.5")] {
            let found = of(&format!("{key} = {value}"));
            let said = format!("`{key}` of `lb` does nothing: no rule ever takes a backend out");
            assert!(found.contains(&said), "{found}");
            let found = of(&format!("{key} = {value}, passive = {{}}"));
            assert!(!found.contains("does nothing"), "{found}");
            let drain = "\n[fault.f]\nkind = 'drain'\nnode = 'app'\nat = '1s'";
            let found = warnings(&format!(
                "algorithm = 'weighted-random'\nhealth = {{ {key} = {value} }}{drain}"
            ));
            assert!(!found.contains("does nothing"), "{found}");
        }
    }
}
