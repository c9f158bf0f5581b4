//! What keeps it from being known before a run how much a cache answers.

use std::collections::BTreeSet;

use super::cached::keeping_at;
use super::{Graph, Pair, programs};
use crate::endpoint::Op;
use crate::fault::{FaultKind, Target};
use crate::http::{Control, Vary, Wall};
use crate::id::{EndpointId, NodeId};
use crate::nodes::caching::CachePlan;

/// Whether a cache forgets now and then what it has, or is taken away with it.
pub(super) fn forgets(graph: &Graph, id: NodeId) -> bool {
    let of = |target: &Target| matches!(target, Target::Replica(at) if at.node == id);
    let empties = |kind| matches!(kind, FaultKind::Crash | FaultKind::CacheFlush);
    let is_struck = graph.faults.iter().any(|it| empties(it.kind) && it.targets.iter().any(of));
    is_struck || graph.scaling(id).is_some()
}

/// Whether a cache never looks for what this endpoint asks, or never gives it as it is: by what
/// its requests say.
#[must_use]
pub fn is_never_given(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> bool {
    let http = graph.fixed.http.as_deref();
    let Some(question) = http.and_then(|http| http.questions.get(endpoint.index())) else {
        return false;
    };
    let (obeys, control) = (plan.profile.reads_requests, question.control);
    plan.lets_pass(question)
        || plan.is_bypassed(question)
        || (obeys && (control.no_cache || control.max_age == Some(0)))
}

/// Whether more than how often an endpoint is asked for, and for how long its answers are fresh,
/// decides what a cache answers of it.
pub(super) fn is_doubtful(graph: &Graph, plan: &CachePlan, pair: Pair) -> bool {
    depends_on_requests(graph, plan, pair.1)
        || depends_on_time(graph, plan, pair.1)
        || shares_entries(graph, pair)
        || may_fail(graph, pair)
}

/// Whether requests want more or less than what is fresh, or who asks has an answer of their own.
fn depends_on_requests(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> bool {
    let Some(http) = graph.fixed.http.as_deref() else { return false };
    let Some(question) = http.questions.get(endpoint.index()) else { return false };
    let wants = Control { no_store: false, ..question.control } != Control::default();
    let is_own = http.vary.get(endpoint.index()).is_some_and(|vary| {
        let is_shown = (question.has_cookie && vary.is_on("cookie"))
            || (question.has_authorization && vary.is_on("authorization"));
        (is_shown && graph.fixed.auth.is_some()) || Vary::is_on_origin(vary)
    });
    (plan.profile.reads_requests && wants) || is_own
}

/// Whether an answer is fresh for longer or shorter, depending on when it is made: by a date of
/// its end, or by how long ago it was changed. What is fresh to the end of the run is so whenever
/// it is made; and answers may change in turn.
fn depends_on_time(graph: &Graph, plan: &CachePlan, endpoint: EndpointId) -> bool {
    let http = graph.fixed.http.as_deref();
    let replies = http.and_then(|http| http.replies.get(endpoint.index()));
    if replies.is_some_and(|replies| replies.len() > 1) {
        return true;
    }
    let run = Wall(i64::try_from(graph.run.duration.0).unwrap_or(i64::MAX));
    let left = |at: Wall| {
        let left = keeping_at(graph, plan, endpoint, at).map(|it| it.left(at));
        left.map(|left| if left >= run.since(at) { i64::MAX } else { left })
    };
    // A clock of whole seconds keeps things longer or shorter within a second: that is no change.
    let mut later = [Wall(run.0 / 2).second(), run.second()].into_iter();
    later.any(|at| left(at) != left(Wall(0)) && left(at) != Some(i64::MAX))
}

/// Whether another endpoint asks for the same path: for what the same entries hold, or to change
/// it.
fn shares_entries(graph: &Graph, (node, endpoint): Pair) -> bool {
    let uri = |endpoint: EndpointId| graph.fixed.endpoints.get(endpoint.index()).map(|it| it.uri);
    let mut here = graph.served.calls.keys().filter(|(other, _)| *other == node);
    here.any(|(_, other)| *other != endpoint && uri(*other) == uri(endpoint))
}

/// Whether somebody behind the cache fails now and then, and so gives nothing that is kept.
fn may_fail(graph: &Graph, pair: Pair) -> bool {
    let fails = |op: &Op| matches!(op, Op::Fail(often, ..) if often.get() > 0.0);
    let (mut open, mut seen) = (vec![pair], BTreeSet::new());
    while let Some(pair) = open.pop() {
        if !seen.insert(pair) {
            continue;
        }
        let mut numbers = programs(graph, pair).into_iter();
        if numbers.any(|it| graph.fixed.programs[usize::from(it)].ops.iter().any(fails)) {
            return true;
        }
        let calls = graph.served.calls.get(&pair).into_iter().flatten();
        open.extend(calls.filter(|(_, often)| *often > 0.0).map(|(to, _)| *to));
    }
    false
}
