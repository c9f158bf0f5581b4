//! From the faults of a model to their plans.

use std::sync::Arc;

use super::build::Build;
use crate::dist::Law;
use crate::fact::Place;
use crate::fault::{FaultKind, FaultPlan, FaultSpec, Target, Timetable};
use crate::id::LinkId;
use crate::model::Named;
use crate::nodes::KindSpec;
use crate::nodes::station::Discipline;
use crate::scenario::Diagnostic;
use crate::time::Span;

/// Events name a fault's target by 25 bits, of which two tell beginnings from ends.
const MAX_TARGETS: usize = 4_000_000;

/// The faults that take part.
pub(super) fn faults(build: &mut Build<'_>) -> Vec<Arc<FaultPlan>> {
    let model = build.model;
    let mut plans = Vec::new();
    for (name, fault) in model.faults.iter().filter(|(_, fault)| fault.spec.enabled) {
        if let (Some(targets), Some(timetable)) =
            (targets(build, name, fault), timetable(build, name, fault))
        {
            let factor = checked_factor(build, fault);
            let loss = fault.spec.loss.map_or(0.0, |loss| loss.get());
            if fault.spec.kind == FaultKind::Lossy && !(0.0..=0.9).contains(&loss) {
                build.error(
                    &fault.at("loss"),
                    "a link that loses more than 0.9 is down: use `partition`",
                );
            }
            let (name, kind, lead) = (name.clone(), fault.spec.kind, Span::ZERO);
            let plan = FaultPlan { name, kind, targets, timetable, factor, loss, lead };
            let notice = super::notice::of(build, fault, &plan);
            plans.push(plan);
            plans.extend(notice);
        }
    }
    if plans.iter().map(|plan| plan.targets.len()).sum::<usize>() > MAX_TARGETS {
        let message = format!("faults have at most {MAX_TARGETS} targets together");
        build.diagnostics.push(Diagnostic::nowhere(message));
    }
    plans.into_iter().map(Arc::new).collect()
}

/// Whether some fault can let processes of the node called `name` stand still.
pub(super) fn can_hang(build: &Build<'_>, name: &str) -> bool {
    build.model.faults.values().any(|fault| {
        let node = fault.spec.node.as_ref().map(|node| node.get_ref().as_str());
        fault.spec.enabled && fault.spec.kind == FaultKind::Hang && node == Some(name)
    })
}

fn checked_factor(build: &mut Build<'_>, fault: &Named<FaultSpec>) -> f64 {
    match (fault.spec.kind, fault.spec.factor) {
        (FaultKind::Slow, Some(factor)) if factor > 0.0 && factor.is_finite() => factor,
        (FaultKind::Slow, given) => {
            match given {
                Some(_) => build.error(&fault.at("factor"), "`factor` is a number above 0"),
                None => {
                    let sentence = "`slow` needs a `factor`: how many times as long things take";
                    build.error(&fault.at("kind"), sentence);
                }
            }
            1.0
        }
        _ => 1.0,
    }
}

fn targets(build: &mut Build<'_>, name: &str, fault: &Named<FaultSpec>) -> Option<Vec<Target>> {
    let (spec, word) = (&fault.spec, fault.spec.kind.word());
    match (&spec.node, &spec.link) {
        (Some(node), None) => {
            if !spec.kind.is_for_nodes() {
                let error =
                    Diagnostic::error(fault.at("kind"), format!("`{word}` happens to links"));
                build.diagnostics.push(error.help("write `link = \"from.to\"` instead of `node`"));
                return None;
            }
            replicas(build, fault, node)
        }
        (None, Some(link)) => {
            if !spec.kind.is_for_links() {
                let error =
                    Diagnostic::error(fault.at("kind"), format!("`{word}` happens to nodes"));
                build.diagnostics.push(error.help("write `node = \"NAME\"` instead of `link`"));
                return None;
            }
            the_link(build, link).map(|link| vec![Target::Link(link)])
        }
        (None, None) | (Some(_), Some(_)) => {
            let message = format!("fault `{name}` happens to a `node` or to a `link`");
            build.error(&fault.place, message);
            None
        }
    }
}

fn replicas(
    build: &mut Build<'_>,
    fault: &Named<FaultSpec>,
    node: &toml::Spanned<String>,
) -> Option<Vec<Target>> {
    let id = build.node(node.get_ref(), &node.span())?;
    let spec = build.nodes[id.index()].1;
    if spec.kind.asks().is_some() {
        build.error(&node.span(), format!("`{}` is a client: it does not fail", node.get_ref()));
        return None;
    }
    if fault.spec.kind == FaultKind::CacheFlush && !has_cache(&spec.kind) {
        let sentence = format!("`{}` has no cache that could be emptied", node.get_ref());
        build.error(&node.span(), sentence);
        return None;
    }
    let station = spec.station();
    let has_cores = station.is_some_and(|it| it.machine.is_some() || it.cores.is_some());
    let shares = station.is_some_and(|it| it.discipline == Some(Discipline::Ps));
    if fault.spec.kind == FaultKind::Hang && (!has_cores || shares) {
        let sentence = if shares {
            "a node whose jobs share the cores cannot hang: use another `discipline`"
        } else {
            "only a node with `cores` or a `machine` can hang: use `black-hole`"
        };
        build.error(&fault.at("kind"), sentence);
        return None;
    }
    let count = build.topology.nodes[id.index()].replicas;
    let place = |replica| Target::Replica(Place { node: id, replica });
    match fault.spec.replica {
        None => Some((0..count).map(place).collect()),
        Some(number) if (1..=u32::from(count)).contains(&number) => {
            u16::try_from(number - 1).ok().map(|replica| vec![place(replica)])
        }
        Some(number) => {
            let message = format!(
                "`{}` has no replica {number}: they count from 1 to {count}",
                node.get_ref()
            );
            build.error(&fault.at("replica"), message);
            None
        }
    }
}

/// Whether a node keeps answers.
fn has_cache(kind: &KindSpec) -> bool {
    let caching = match kind {
        KindSpec::ForwardProxy(spec) => &spec.caching,
        KindSpec::ReverseProxy(spec) => &spec.caching,
        KindSpec::Cache(_) => return true,
        KindSpec::Client(_)
        | KindSpec::Attacker(_)
        | KindSpec::LoadBalancer(_)
        | KindSpec::Server(_)
        | KindSpec::Database(_)
        | KindSpec::SessionStore(_)
        | KindSpec::AuthServer(_) => return false,
    };
    caching.cache().is_some()
}

fn the_link(build: &mut Build<'_>, link: &toml::Spanned<String>) -> Option<LinkId> {
    let (text, span) = (link.get_ref(), link.span());
    let ends = text
        .split_once('.')
        .and_then(|(from, to)| Some((build.node(from, &span)?, build.node(to, &span)?)));
    let found = ends.and_then(|(from, to)| build.topology.link(from, to));
    if found.is_none() && !build.diagnostics.has_errors() {
        let back = ends.and_then(|(from, to)| build.topology.link(to, from));
        let turned = text.split_once('.').map(|(from, to)| format!("{to}.{from}"));
        let sentence = match turned.filter(|_| back.is_some()) {
            Some(turned) => format!("there is no link `{text}`, but one the other way: `{turned}`"),
            None => format!("there is no link `{text}`: write it as \"from.to\""),
        };
        build.error(&span, sentence);
    }
    found
}

fn timetable(build: &mut Build<'_>, name: &str, fault: &Named<FaultSpec>) -> Option<Timetable> {
    let spec = &fault.spec;
    if spec.kind == FaultKind::CacheFlush && spec.lasts.is_some() {
        build.error(&fault.at("for"), "a cache is emptied at once: `cache-flush` has no `for`");
    }
    let mut law = |key: &str, dist: &Option<crate::dist::Dist<Span>>| {
        dist.as_ref().map(|dist| build.law(dist, &fault.at(key)))
    };
    let (at, lasts) = (law("at", &spec.at), law("for", &spec.lasts));
    let (up, repair): (Option<Law>, Option<Law>) =
        (law("mtbf", &spec.mtbf), law("mttr", &spec.mttr));
    match (at, up, repair, lasts) {
        (Some(at), None, None, lasts) => Some(Timetable::Once(at, lasts)),
        (None, Some(up), Some(repair), None) => {
            if up.mean() <= 0.0 {
                build.error(&fault.at("mtbf"), "`mtbf` is longer than 0s");
            }
            if spec.crews == Some(0) {
                build.error(&fault.at("crews"), "`crews` is at least 1: nobody would repair");
            }
            Some(Timetable::Recurring { up, repair, crews: spec.crews.unwrap_or(u32::MAX) })
        }
        _ => {
            let has_both = spec.at.is_some() && (spec.mtbf.is_some() || spec.mttr.is_some());
            let message = if has_both {
                format!("fault `{name}` comes at a stated time or as it is drawn, not both")
            } else {
                format!("fault `{name}` needs `at`, or `mtbf` and `mttr`")
            };
            let error = Diagnostic::error(fault.place.clone(), message);
            let help =
                "write `at = \"20s\"` and perhaps `for = \"20s\"`, or both `mtbf` and `mttr`";
            build.diagnostics.push(error.help(help));
            None
        }
    }
}
