//! Nodes whose replicas come and go with the load: how many that load needs.

use super::suspicion::Watch;
use super::text::number;
use crate::graph::{Graph, Traffic};
use crate::id::NodeId;
use crate::model::Model;
use crate::scaling::{ScalingPlan, ScalingSpec};
use crate::scenario::{Diagnostic, Diagnostics};
use crate::time::Span;

/// One line for each autoscaler.
pub(super) fn scaled(graph: &Graph, traffic: &Traffic) -> Vec<String> {
    let line = |plan: &ScalingPlan| {
        let (name, spec) = (&plan.name, &plan.spec);
        if let Some(balancer) = shared_by(graph, plan.node) {
            return format!(
                "  {name}: `{balancer}` spreads its requests over other nodes as well: how many \
                 replicas they keep is not known before the run"
            );
        }
        let (fewest, most) = kept(needed(traffic, plan.node), spec);
        let many = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
        format!(
            "  {name}: if it stayed at its mean, this load would keep {many} replicas of {} to {} \
             at the target of {}; what varies keeps more, for as long as the cool-down",
            spec.min,
            spec.max,
            spec.target.get(),
        )
    };
    graph.scalings.iter().map(|plan| line(plan)).collect()
}

/// The balancer that calls this node and others besides, if there is one.
pub(super) fn shared_by(graph: &Graph, node: NodeId) -> Option<&str> {
    let links = &graph.fixed.topology.links;
    let callers = links.iter().filter(|link| link.to == node).map(|link| link.from);
    let shares = |from: &NodeId| links.iter().any(|link| link.from == *from && link.to != node);
    let found = callers.clone().find(shares)?;
    Some(graph.names[found.index()].as_str())
}

/// The fewest and the most replicas that a steady load of so many cores of one replica can stay
/// at: the tolerance keeps what is near the target, and replicas are whole.
fn kept(needed: f64, spec: &ScalingSpec) -> (u32, u32) {
    let (at_target, tolerance) = (needed / spec.target.get(), spec.tolerance.get());
    let whole = |replicas: f64| {
        let within = replicas.clamp(f64::from(spec.min), f64::from(spec.max));
        (spec.min..=spec.max).find(|count| f64::from(*count) >= within).unwrap_or(spec.max)
    };
    let fewest = whole((at_target / (1.0 + tolerance) - 1e-9).ceil());
    let most = (at_target - 1e-9).ceil().max((at_target / (1.0 - tolerance) + 1e-9).floor());
    (fewest, whole(most).max(fewest))
}

/// How many replicas the load of a node would keep at work all the time.
fn needed(traffic: &Traffic, node: NodeId) -> f64 {
    traffic.nodes[node.index()].replicas.iter().map(|replica| replica.utilisation()).sum()
}

/// For how long an autoscaler has to wait, at least, from when more comes until more serve.
fn lag(plan: &ScalingPlan) -> Span {
    plan.spec.every + plan.spec.delay + Span::from_nanos_rounded(plan.boot.mean())
}

/// Warns of runs that are over before an autoscaler could do what it is there for.
pub(super) fn too_short(model: &Model, graph: &Graph, diagnostics: &mut Diagnostics) {
    let duration = graph.run.duration;
    for plan in &graph.scalings {
        let (name, spec) = (&plan.name, &plan.spec);
        let (key, message, help) = if lag(plan) >= duration {
            let message = format!(
                "the run ends before a replica that is switched on could serve: reading the load, \
                 acting on it and booting take {}",
                lag(plan)
            );
            ("boot", message, "run for longer")
        } else if spec.cool_down >= duration && spec.min < spec.max {
            let message = format!("the run is over before the cool-down of {}", spec.cool_down);
            ("cool_down", message, "no replica will go: run for longer")
        } else {
            continue;
        };
        let at = model.nodes[name.as_str()].at(&format!("autoscale.{key}"));
        diagnostics.push(Diagnostic::warning(at, message).help(help));
    }
}

impl Watch<'_> {
    /// Autoscalers that have too few replicas to reach their targets.
    pub(super) fn scaling(&mut self) {
        for plan in &self.graph.scalings {
            let (name, spec) = (&plan.name, &plan.spec);
            let used = needed(self.traffic, plan.node) / f64::from(spec.max);
            if used > spec.target.get() && used < 1.0 {
                let message = format!(
                    "`{name}` is above its target even with all {} replicas: their cores are at \
                     work for {} of the time",
                    spec.max,
                    number(used)
                );
                let at = self.model.nodes[name.as_str()].at("autoscale.max");
                self.warn(at, message, "raise `max`, or the target");
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
        let line = "app: if it stayed at its mean, this load would keep 4 replicas of 1 to 10 at \
                    the target of 0.5";
        assert!(said.contains(line), "{said}");
        assert!(said.contains("no formula where replicas come and go"), "{said}");
        assert_eq!(warnings, "");
        let (said, _) = told("target = 0.9, max = 10, min = 3");
        assert!(said.contains("would keep 3 replicas of 3 to 10"), "{said}");
    }

    #[test]
    fn how_many_replicas_a_steady_load_keeps_is_whole_and_within_the_tolerance() {
        let spec = |text: &str| toml::from_str(&format!("boot = '1s'\n{text}")).expect("sound");
        let half = spec("max = 10\ntarget = 0.5");
        // 1.2, 2.4 and 5.2 at the target: one more than fits, unless a tenth more is borne.
        let seen = [0.6, 1.2, 2.6, 1.0, 0.1, 9.0].map(|cores| super::kept(cores, &half));
        assert_eq!(seen, [(2, 2), (3, 3), (5, 6), (2, 2), (1, 1), (10, 10)]);
        let many = spec("max = 100\ntarget = 0.5");
        assert_eq!(super::kept(20.0, &many), (37, 44));
    }

    #[test]
    fn what_a_balancer_shares_out_to_others_as_well_is_not_known() {
        let (graph, checked, _) = checked(
            "[endpoint.page]\nwork = [{ cpu = '10ms' }]\n[node.users]\nkind = 'client'\n\
             arrivals = { poisson = '150/s' }\nmix = { page = 1 }\n\
             [node.lb]\nkind = 'load-balancer'\n[node.app]\nkind = 'server'\ncores = 1\n\
             autoscale = { boot = '5s', target = 0.5, max = 10 }\n\
             [node.fixed]\nkind = 'server'\ncores = 8\n\
             [link.users.lb]\n[link.lb.app]\n[link.lb.fixed]\n",
        );
        let said = text("base", &graph, &checked);
        assert!(said.contains("they keep is not known before the run"), "{said}");
        // A share of one in eleven if all are on, and of nearly four if two are.
        let row = said.lines().find(|line| line.starts_with("  fixed ")).expect("a row");
        assert!(row.contains("about 13.64"), "{row}");
    }

    #[test]
    fn too_few_replicas_for_the_target_are_warned_of() {
        let (said, warnings) = told("target = 0.5, max = 3, cool_down = '20s'");
        assert!(said.contains("would keep 3 replicas of 1 to 3"), "{said}");
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
