//! What balancers are told before somebody goes: plans that begin earlier than what they announce.

use super::build::Build;
use crate::dist::Law;
use crate::fault::{FaultKind, FaultPlan, FaultSpec, Target, Timetable};
use crate::id::NodeId;
use crate::model::{Named, NodeSpec};
use crate::nodes::KindSpec;
use crate::scenario::Diagnostic;
use crate::time::Span;

/// The plan by which balancers are told of a fault before it comes, if they are.
pub(super) fn of(
    build: &mut Build<'_>,
    fault: &Named<FaultSpec>,
    plan: &FaultPlan,
) -> Option<FaultPlan> {
    let told = match plan.targets.first() {
        Some(Target::Replica(at)) => has_balancer(build, at.node),
        Some(Target::Link(_)) | None => false,
    };
    let Some(notice) = fault.spec.notice else {
        if plan.kind == FaultKind::Drain && !told {
            let error = Diagnostic::error(fault.at("kind"), "no balancer is there to be told");
            build.diagnostics.push(error.help("`drain` is for backends of a load-balancer"));
        }
        return None;
    };
    let at = fault.at("notice");
    let takes_away = matches!(
        plan.kind,
        FaultKind::Crash | FaultKind::Hang | FaultKind::Refuse | FaultKind::BlackHole
    );
    let sentence = match &plan.timetable {
        _ if !takes_away => Some(format!(
            "`notice` is given of `crash`, `hang`, `refuse` and `black-hole`, not of `{}`",
            plan.kind.word()
        )),
        _ if !told => Some("no balancer is there to be told: leave `notice` out".to_owned()),
        Timetable::Recurring { .. } => {
            Some("nobody knows when a drawn failure comes: `notice` goes with `at`".to_owned())
        }
        Timetable::Once(when, _) => match constant(when) {
            None => Some("`notice` needs an `at` that is not drawn".to_owned()),
            Some(when) if notice > when => {
                Some(format!("a notice of {notice} begins before the run: `at` is {when}"))
            }
            Some(_) => None,
        },
    };
    if let Some(sentence) = sentence {
        build.error(&at, sentence);
        return None;
    }
    Some(FaultPlan { kind: FaultKind::Drain, lead: notice, factor: 1.0, ..plan.clone() })
}

fn constant(law: &Law) -> Option<Span> {
    law.is_constant().map(Span::from_nanos_rounded)
}

fn has_balancer(build: &Build<'_>, to: NodeId) -> bool {
    let mut into = build.topology.links.iter().filter(|link| link.to == to);
    into.any(|link| matches!(build.nodes[link.from.index()].1.kind, KindSpec::LoadBalancer(_)))
}

/// Whether a balancer may be told of one of its backends.
pub(super) fn is_told(build: &Build<'_>, balancer: NodeId) -> bool {
    let out = || build.topology.links.iter().filter(|link| link.from == balancer);
    let is_scaled = |(_, node, _): &(&str, &NodeSpec, _)| {
        node.station().is_some_and(|station| station.autoscale.is_some())
    };
    if out().any(|link| is_scaled(&build.nodes[link.to.index()])) {
        return true;
    }
    build.model.faults.values().any(|fault| {
        let spec = &fault.spec;
        let tells = spec.enabled && (spec.kind == FaultKind::Drain || spec.notice.is_some());
        let name = spec.node.as_ref().filter(|_| tells).map(|name| name.get_ref());
        out().any(|link| Some(build.nodes[link.to.index()].0) == name.map(String::as_str))
    })
}
