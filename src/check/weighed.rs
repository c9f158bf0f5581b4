//! Weights where the choice of a backend looks at none.

use super::ineffective::warning;
use crate::balance::{Algorithm, Profile};
use crate::graph::{Graph, Role};
use crate::model::Model;
use crate::nodes::KindSpec;
use crate::scenario::Diagnostic;

/// Adds the warnings.
pub(super) fn weighed(model: &Model, graph: &Graph, found: &mut Vec<Diagnostic>) {
    for (name, plan) in graph.names.iter().zip(&graph.plans) {
        let (Role::Balancer { plan, .. }, Some(node)) = (&plan.role, model.nodes.get(name)) else {
            continue;
        };
        let KindSpec::LoadBalancer(balancer) = &node.spec.kind else { continue };
        let spec = &balancer.balance;
        // Caddy's have no weights at all, and those of the other products look at them.
        if spec.profile.is_some_and(|profile| profile != Profile::Caddy) {
            continue;
        }
        let (algorithm, help) = (
            spec.algorithm.name(),
            "such as algorithm = \
            \"smooth-weighted-round-robin\" or \"weighted-least-connections\", or a `profile`, \
            whose round robin and least connections look at weights",
        );
        let weights = || plan.backends.iter().map(|it| it.weight).filter(|weight| *weight > 0);
        if weights().max() != weights().min() && !looks_at_weights(spec.algorithm) {
            let message =
                format!("`{algorithm}` of `{name}` takes backends whatever their weights");
            found.push(warning(node.place.clone(), message, help));
        }
        let slow_start = plan.treats.health.as_ref().and_then(|health| health.slow_start.as_ref());
        if slow_start.is_some() && !follows_weights(spec.algorithm) {
            let message = format!(
                "`slow_start` of `{name}` does nothing: `{algorithm}` does not look at weights \
                 that change"
            );
            found.push(warning(node.at("health.slow_start"), message, help));
        }
    }
}

/// Whether a backend of twice the weight gets more.
fn looks_at_weights(algorithm: Algorithm) -> bool {
    algorithm.share_of(2) > algorithm.share_of(1)
}

/// Whether it goes by the weights of the moment, and not by a table or a ring that is made once.
const fn follows_weights(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::SmoothWeightedRoundRobin
            | Algorithm::WeightedRandom
            | Algorithm::WeightedLeastConnections
    )
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(balancer: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n{balancer}\n[node.app]\nkind = 'server'\n\
             cores = 1\nreplicas = 2\n[node.big]\nkind = 'server'\ncores = 1\n\
             [link.u.lb]\n[link.lb.app]\n[link.lb.big]\n"
        ))
        .2
    }

    const WEIGHTS: &str = "weights = { big = 5 }";
    const SLOWLY: &str = "health = { active = {}, slow_start = { window = '10s' } }";

    #[test]
    fn weights_that_nobody_looks_at_are_told() {
        for algorithm in ["round-robin", "least-connections", "random", "power-of-d"] {
            let found = warnings(&format!("algorithm = '{algorithm}'\n{WEIGHTS}"));
            let said = format!("`{algorithm}` of `lb` takes backends whatever their weights");
            assert!(found.contains(&said), "{found}");
            let found = warnings(&format!("algorithm = '{algorithm}'\n{SLOWLY}"));
            assert!(found.contains("`slow_start` of `lb` does nothing"), "{found}");
        }
        let found = warnings(&format!("algorithm = 'ring-hash'\n{SLOWLY}"));
        assert!(found.contains("`slow_start` of `lb` does nothing"), "{found}");
    }

    #[test]
    fn weights_that_somebody_looks_at_or_that_are_alike_are_not() {
        for balancer in [
            format!("algorithm = 'smooth-weighted-round-robin'\n{WEIGHTS}\n{SLOWLY}"),
            format!("profile = 'nginx'\nalgorithm = 'round-robin'\n{WEIGHTS}"),
            format!("algorithm = 'ring-hash'\n{WEIGHTS}"),
            "algorithm = 'round-robin'\nweights = { big = 1 }".to_owned(),
            "algorithm = 'round-robin'\nweights = { big = 0 }".to_owned(),
        ] {
            let found = warnings(&balancer);
            assert!(!found.contains("weight"), "{balancer}\n{found}");
        }
    }
}
