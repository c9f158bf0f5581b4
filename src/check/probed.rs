//! Probes of health that cannot succeed, since the way there and back takes longer than they may,
//! or that hold up one another.

use super::ineffective::warning;
use crate::graph::{Graph, Role};
use crate::model::Model;
use crate::scenario::Diagnostics;
use crate::time::Span;

/// Adds the warnings.
pub(super) fn probed(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    for (name, plan) in graph.names.iter().zip(&graph.plans) {
        let (Role::Balancer { plan, .. }, Some(node)) = (&plan.role, model.nodes.get(name)) else {
            continue;
        };
        let health = plan.treats.health.as_ref();
        let Some(probe) = health.and_then(|health| health.active.as_ref()) else { continue };
        let patience = probe.timeout.unwrap_or(probe.interval);
        if patience > probe.interval {
            let message = format!(
                "probes by `{name}` may take {patience}, and are to come every {}: of a backend \
                 that does not answer, the next one waits for the end of the last",
                probe.interval
            );
            let help = "give `health.active` a `timeout` that is not above its `interval`";
            diagnostics.push(warning(node.at("health.active.timeout"), message, help));
        }
        let mut told = Vec::new();
        for (place, link) in &plan.ways {
            let Some(way) = graph.links[link.index()].latency.is_constant() else { continue };
            let round = Span::from_nanos_rounded(2.0 * way);
            if round <= patience || told.contains(&place.node) {
                continue;
            }
            told.push(place.node);
            let message = format!(
                "probes of `{}` by `{name}` never succeed: they may take {patience}, and the way \
                 there and back takes {round}",
                graph.names[place.node.index()]
            );
            let help = "give `health.active` a longer `timeout`: healthy backends are out as it is";
            diagnostics.push(warning(node.at("health.active"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;

    fn warnings(active: &str) -> String {
        checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = '1ms' }}]\n[node.u]\nkind = 'client'\n\
             arrivals = {{ poisson = '5/s' }}\nmix = {{ p = 1 }}\n[node.lb]\n\
             kind = 'load-balancer'\nhealth = {{ active = {{ {active} }} }}\n[node.app]\n\
             kind = 'server'\ncores = 1\nreplicas = 2\n[link.u.lb]\n[link.lb.app]\n\
             latency = '600ms'\n"
        ))
        .2
    }

    #[test]
    fn probes_that_end_before_an_answer_can_come_are_told() {
        let found = warnings("interval = '1s'");
        let said = "probes of `app` by `lb` never succeed: they may take 1s, and the way there and \
                    back takes 1200ms";
        assert!(found.replace("1.2s", "1200ms").contains(said), "{found}");
        assert!(warnings("interval = '2s', timeout = '300ms'").contains("never succeed"));
        assert_eq!(warnings("interval = '2s'"), "");
        assert_eq!(warnings("interval = '2s', timeout = '1300ms'"), "");
    }

    #[test]
    fn probes_that_may_take_longer_than_their_interval_are_told() {
        let found = warnings("interval = '2s', timeout = '5s'");
        assert!(found.contains("probes by `lb` may take 5s, and are to come every 2s"), "{found}");
        assert_eq!(warnings("interval = '5s', timeout = '5s'"), "");
    }
}
