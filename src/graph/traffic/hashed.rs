//! What falls to each backend of a balancer that hashes: each of its backends is a queue of its
//! own, and which share of the requests it gets depends on which keys are its own. Where the keys
//! are few enough and independent of one another, each is put to the algorithm once.

use std::fmt::Write;

use super::super::{Graph, Role};
use crate::balance::{Algorithm, Balancer, Query, Tried};
use crate::id::{EndpointId, NodeId, ObjectId};
use crate::net::private_address;
use crate::nodes::load_balancer::BalancePlan;
use crate::rng::{Key, mix};
use crate::time::Time;

/// Keys that are tried at most.
const MAX_KEYS: u64 = 200_000;

/// Whether a balancer chooses by a hash alone.
#[must_use]
pub fn is_hashed(plan: &BalancePlan) -> bool {
    matches!(
        plan.spec.algorithm,
        Algorithm::SourceHash | Algorithm::UriHash | Algorithm::RingHash | Algorithm::Maglev
    )
}

/// The bound on the loads of a balancer's backends, in per cent of the average, if it ever binds:
/// not where everybody may have all that is outstanding.
#[must_use]
pub fn bound_on_loads(plan: &BalancePlan) -> Option<u32> {
    let weights = || plan.backends.iter().map(|it| u64::from(it.weight)).filter(|it| *it > 0);
    let (least, all) = (weights().min().unwrap_or(0), weights().sum::<u64>());
    plan.spec.bound().filter(|percent| u64::from(*percent) * least < 100 * all)
}

/// The share of a balancer's requests for an endpoint that each of its backends gets while all are
/// up; none if neither a hash nor the order of the backends decides, if a bound on loads decides as
/// well, or if its keys are not known before the run: those of a trace, of sessions, of requests
/// that servers make, of objects that change places, or too many.
#[must_use]
pub fn shares_by_key(graph: &Graph, balancer: NodeId, endpoint: EndpointId) -> Option<Vec<f64>> {
    let Role::Balancer { plan, .. } = &graph.plans[balancer.index()].role else { return None };
    if plan.spec.algorithm == Algorithm::First {
        return first(plan);
    }
    let has_traces = graph.fixed.traces.iter().any(Option::is_some);
    let is_bounded = bound_on_loads(plan).is_some();
    if !is_hashed(plan) || is_bounded || plan.spec.reads_cookie() || has_traces {
        return None;
    }
    let mut sources = Vec::new();
    find_sources(graph, balancer, endpoint, graph.plans.len(), &mut sources)?;
    sources.sort_unstable();
    sources.dedup();
    let mut shares = vec![0.0; plan.backends.len()];
    let mut balancer = Balancer::new(&plan.spec, &plan.backends);
    let mut coin = Key(0).stream("check", "coin");
    let mut put = |query: &Query<'_>, share: f64| {
        let chosen = balancer.pick(query, &plan.backends, Tried::NONE, &mut coin)?;
        shares[chosen] += share;
        Some(())
    };
    let nothing = Query { source: 0, uri: 0, address: 0, path: "", now: Time::ZERO };
    if plan.spec.reads_uri() {
        for_each_target(graph, endpoint, |uri, path, share| {
            put(&Query { uri, path, ..nothing }, share)
        })?;
    } else {
        let [(first, count)] = sources[..] else { return None };
        if count > MAX_KEYS {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "a count below a million")]
        let share = 1.0 / count as f64;
        for number in 0..count {
            // What stands alone is an address already.
            let source = if count == 1 { first } else { mix(first ^ number) };
            put(&Query { source, address: private_address(source), ..nothing }, share)?;
        }
    }
    Some(shares)
}

/// The first backend gets everything, unless it can be full.
fn first(plan: &BalancePlan) -> Option<Vec<f64>> {
    if plan.treats.max_conns.is_some() {
        return None;
    }
    let mut shares = vec![0.0; plan.backends.len()];
    shares[plan.backends.iter().position(|backend| backend.weight > 0)?] = 1.0;
    Some(shares)
}

/// Hands each target of an endpoint over with its share: hash, text, and how often it is asked for.
fn for_each_target(
    graph: &Graph,
    endpoint: EndpointId,
    mut then: impl FnMut(u64, &str, f64) -> Option<()>,
) -> Option<()> {
    let asked = graph.fixed.endpoints.get(endpoint.index())?;
    let Some(objects) = &asked.objects else {
        return then(asked.uri_for(None), &asked.path, 1.0);
    };
    if asked.once.is_some() || u64::from(objects.count()) > MAX_KEYS {
        return None;
    }
    let mut path = String::new();
    for object in (0..objects.count()).map(ObjectId) {
        path.clear();
        write!(path, "{}/{}", asked.path, object.0).ok()?;
        then(asked.uri_for(Some(object)), &path, objects.probability(object)?)?;
    }
    Some(())
}

/// Whose addresses a node sees of requests for an endpoint, as the first part of their hash and
/// their number; none if some of them are no client's.
fn find_sources(
    graph: &Graph,
    node: NodeId,
    endpoint: EndpointId,
    depth: usize,
    found: &mut Vec<(u64, u64)>,
) -> Option<()> {
    let calls = &graph.served.calls;
    let calling = calls.iter().filter(|(_, to)| to.iter().any(|(to, _)| *to == (node, endpoint)));
    for ((from, asked), _) in calling {
        match &graph.plans[from.index()].role {
            _ if *asked != endpoint || depth == 0 => return None,
            Role::Client(client) => {
                let hash = client.name_hash;
                let count = client.addresses.max(1);
                found.push((if count == 1 { mix(hash) } else { hash }, count));
            }
            Role::Proxy { hides_callers: true, .. } => {
                found.push((graph.fixed.addresses[from.index()], 1));
            }
            Role::Proxy { .. } | Role::Balancer { .. } => {
                find_sources(graph, *from, endpoint, depth - 1, found)?;
            }
            Role::Answering(_) => return None,
        }
    }
    Some(())
}
