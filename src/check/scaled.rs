//! Nodes whose replicas come and go with the load: how many that load needs.

use super::suspicion::Watch;
use super::text::number;
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;
use crate::scaling::ScalingPlan;
use crate::time::Span;

/// One line for each autoscaler.
pub(super) fn scaled(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let line = |plan: &ScalingPlan| {
        let (name, spec) = (&plan.name, &plan.spec);
        let needed = needed(traffic, plan.node) / spec.target.get();
        let many = if needed > f64::from(spec.max) {
            format!("more than all {}", spec.max)
        } else if needed < f64::from(spec.min) {
            format!("no more than the fewest, {},", spec.min)
        } else {
            format!("about {} of {} to {}", number(needed), spec.min, spec.max)
        };
        format!(
            "  {name}: on average this load keeps {many} replicas at the target of {}",
            spec.target.get(),
        )
    };
    graph.scalings.iter().map(|plan| line(plan)).collect()
}

/// How many replicas the load of a node would keep at work all the time.
fn needed(traffic: &Traffic, node: NodeId) -> f64 {
    traffic.nodes[node.index()].replicas.iter().map(|replica| replica.utilisation()).sum()
}

/// For how long an autoscaler has to wait, at least, from when more comes until more serve.
fn lag(plan: &ScalingPlan) -> Span {
    plan.spec.every + plan.spec.delay + Span::from_nanos_rounded(plan.boot.mean())
}

impl Watch<'_> {
    /// Autoscalers that cannot do what they are there for.
    pub(super) fn scaling(&mut self) {
        let duration = self.graph.run.duration;
        for plan in &self.graph.scalings {
            let (name, spec) = (&plan.name, &plan.spec);
            let at = |key: &str| self.model.nodes[name.as_str()].at(&format!("autoscale.{key}"));
            let used = needed(self.traffic, plan.node) / f64::from(spec.max);
            let mut said = Vec::new();
            if used > spec.target.get() && used < 1.0 {
                let message = format!(
                    "`{name}` is above its target even with all {} replicas: their cores are at \
                     work for {} of the time",
                    spec.max,
                    number(used)
                );
                said.push((at("max"), message, "raise `max`, or the target"));
            }
            if lag(plan) >= duration {
                let message = format!(
                    "the run ends before a replica that is switched on could serve: reading the \
                     load, acting on it and booting take {}",
                    lag(plan)
                );
                said.push((at("boot"), message, "run for longer"));
            } else if spec.cool_down >= duration && spec.min < spec.max {
                let message = format!("the run is over before the cool-down of {}", spec.cool_down);
                said.push((at("cool_down"), message, "no replica will go: run for longer"));
            }
            for (span, message, help) in said {
                self.warn(span, message, help);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::tests::checked;
    use crate::check::text;

    /// What is said, and warned of, for a load of two cores.
    fn told(autoscale: &str) -> (String, String) {
        let (graph, checked, warnings) = checked(&format!(
            "[endpoint.page]\nwork = [{{ cpu = {{ exp = '20ms' }} }}]\n[node.users]\n\
             kind = 'client'\narrivals = {{ poisson = '100/s' }}\nmix = {{ page = 1 }}\n\
             [node.lb]\nkind = 'load-balancer'\n[node.app]\nkind = 'server'\ncores = 1\n\
             replicas = 3\nautoscale = {{ boot = '10s', {autoscale} }}\n\
             [link.users.lb]\n[link.lb.app]\n"
        ));
        (text("base", &graph, &checked), warnings)
    }

    #[test]
    fn how_many_replicas_the_load_needs_is_said() {
        let (said, warnings) = told("target = 0.5, max = 10, cool_down = '20s'");
        let line =
            "app: on average this load keeps about 4 of 1 to 10 replicas at the target of 0.5";
        assert!(said.contains(line), "{said}");
        assert!(said.contains("no formula where replicas come and go"), "{said}");
        assert_eq!(warnings, "");
        let (said, _) = told("target = 0.9, max = 10, min = 3");
        assert!(said.contains("no more than the fewest, 3, replicas"), "{said}");
    }

    #[test]
    fn too_few_replicas_for_the_target_are_warned_of() {
        let (said, warnings) = told("target = 0.5, max = 3, cool_down = '20s'");
        assert!(said.contains("keeps more than all 3 replicas"), "{said}");
        assert!(warnings.contains("above its target even with all 3 replicas"), "{warnings}");
    }

    #[test]
    fn a_run_that_is_too_short_to_scale_is_warned_of() {
        let warnings = told("target = 0.5, max = 10, delay = '1h'").1;
        assert!(warnings.contains("the run ends before a replica"), "{warnings}");
        let warnings = told("target = 0.5, max = 10, every = '1s', cool_down = '2h'").1;
        assert!(warnings.contains("over before the cool-down of 7200s"), "{warnings}");
    }
}
