//! From what a scenario says of autoscaling to the plans.

use std::sync::Arc;

use super::NodePlan;
use super::build::Build;
use crate::id::NodeId;
use crate::nodes::KindSpec;
use crate::nodes::station::StationSpec;
use crate::scaling::{ScalingPlan, ScalingSpec};
use crate::scenario::Diagnostic;
use crate::time::Span;

/// The shortest time between two readings: below it, a run would do little else.
const SHORTEST: Span = Span::from_millis(1);

/// The autoscalers of all nodes.
pub(super) fn scalings(build: &mut Build<'_>, plans: &[NodePlan]) -> Vec<Arc<ScalingPlan>> {
    let mut all = Vec::new();
    for (id, plan) in (0..).map(NodeId).zip(plans) {
        let (name, node, _) = build.nodes[id.index()].clone();
        let Some(station) = node.station() else { continue };
        let Some(spec) = &station.autoscale else { continue };
        check_numbers(build, name, spec);
        check_company(build, id, name, station);
        let start = station.replicas.unwrap_or(spec.min);
        if !(spec.min..=spec.max).contains(&start) && spec.min <= spec.max {
            let at = build.at_node(name, "replicas");
            let (min, max) = (spec.min, spec.max);
            let sentence = format!("there are {start} replicas at first, not {min} to {max}");
            build.error(&at, sentence);
        }
        let boot = build.law(&spec.boot, &build.at_node(name, "autoscale.boot"));
        let machines = plan.shape.as_ref().map_or(&[][..], |shape| &shape.machines);
        let cores = machines.first().map_or(0, |machine| machine.cores);
        if cores == 0 {
            let error = Diagnostic::error(
                build.at_node(name, "autoscale"),
                "`autoscale` reads the utilisation of cores, and there are none",
            );
            build.diagnostics.push(error.help("give the node `cores` or a `machine`"));
        }
        let (name, spec) = (name.to_owned(), spec.clone());
        all.push(Arc::new(ScalingPlan { node: id, name, spec, start, cores, boot }));
    }
    all
}

/// Numbers that no autoscaler can work with.
fn check_numbers(build: &mut Build<'_>, name: &str, spec: &ScalingSpec) {
    let (target, reach) = (spec.target.get(), spec.target.get() * (1.0 + spec.tolerance.get()));
    let crossed = format!("`min`, {}, is above `max`, {}", spec.min, spec.max);
    let is_wrong = [
        ("min", spec.min == 0, "`min` is at least 1: who has no replica has no utilisation"),
        ("min", spec.min > spec.max, crossed.as_str()),
        ("target", target < 0.01, "`target` is from 0.01 to 1"),
        (
            "target",
            target >= 0.01 && reach >= 1.0 && spec.min < spec.max,
            "it would never grow: utilisation is at most 1, which is within the tolerance",
        ),
        ("every", spec.every < SHORTEST, "`every` is at least 1ms"),
    ];
    for (key, _, sentence) in is_wrong.iter().filter(|(_, is_wrong, _)| *is_wrong) {
        let at = build.at_node(name, &format!("autoscale.{key}"));
        build.error(&at, *sentence);
    }
}

/// What does not go with replicas that come and go.
fn check_company(build: &mut Build<'_>, id: NodeId, name: &str, station: &StationSpec) {
    if station.setup.is_some() {
        let at = build.at_node(name, "setup");
        build.error(&at, "with `autoscale`, replicas are switched off by that: leave `setup` out");
    }
    if !station.replica.is_empty() {
        let at = build.at_node(name, "replica");
        build.error(&at, "replicas that come and go are alike: leave `replica` out");
    }
    let callers = build.topology.links.iter().filter(|link| link.to == id).map(|link| link.from);
    let is_balancer =
        |it: &NodeId| matches!(build.nodes[it.index()].1.kind, KindSpec::LoadBalancer(_));
    let others: Vec<NodeId> = callers.filter(|from| !is_balancer(from)).collect();
    for from in others {
        let (caller, at) = (build.nodes[from.index()].0, build.at_node(name, "autoscale"));
        let sentence = format!("`{caller}` calls `{name}` without knowing which replicas are on");
        let error = Diagnostic::error(at, sentence);
        let help = "only a load-balancer is told who comes and goes: put one between them";
        build.diagnostics.push(error.help(help));
    }
}
