//! What identity asks of nodes, as far as it is known before a run: the calls of checks, log-ins,
//! renewals and log-outs, and how often visitors run such errands.
//!
//! Nobody is taken to be refused: log-ins that are forced come on top.

use super::reach::{Pair, Served};
use super::{Graph, Role};
use crate::auth::AuthPlan;
use crate::endpoint::{Op, Rule};
use crate::id::{EndpointId, NodeId};
use crate::nodes::client::{ClientPlan, Demand};

/// Adds the calls that identity makes to those that work makes.
pub(super) fn identify(graph: &mut Graph) {
    let Some(plan) = graph.fixed.auth.clone() else { return };
    let written = written_share(graph, &plan);
    let pairs: Vec<Pair> = graph.served.calls.keys().copied().collect();
    for pair in pairs {
        let (node, endpoint) = pair;
        // Where a log-in settles, it makes the calls of its own work and no others.
        let program = plan.program(node, endpoint, false);
        let Some(program) = program.filter(|it| Some(*it) != plan.programs.settle) else {
            continue;
        };
        let calls = calls(graph, &plan, program, written);
        let own = graph.served.calls.entry(pair).or_default();
        // A check comes before the work, a log-in instead of it.
        if program != plan.programs.check {
            own.clear();
        }
        own.extend(calls);
        reach(&mut graph.served, pair);
    }
    let password = (plan.issuer, EndpointId::PASSWORD);
    if graph.served.calls.contains_key(&password) {
        let calls = calls(graph, &plan, plan.programs.password, 0.0);
        graph.served.calls.insert(password, calls);
        reach(&mut graph.served, password);
    }
}

/// Whom a pair asks is reached as well.
fn reach(served: &mut Served, pair: Pair) {
    let asked: Vec<Pair> = served.calls[&pair].iter().map(|(to, _)| *to).collect();
    for to in asked {
        served.calls.entry(to).or_default();
    }
}

/// Whom a program of identity asks, and how often.
fn calls(graph: &Graph, plan: &AuthPlan, program: u16, written: f64) -> Vec<(Pair, f64)> {
    let checks = program == plan.programs.check;
    let call = |op: &Op| match op {
        Op::Rule(Rule::Ask(store, writes)) => {
            let often = if checks && *writes { written } else { 1.0 };
            Some(((*store, EndpointId::NONE), often))
        }
        Op::Rule(Rule::Password(issuer)) => Some(((*issuer, EndpointId::PASSWORD), 1.0)),
        // Keys are fetched now and then: that is next to nothing, but it is something.
        Op::Rule(Rule::Keys(issuer)) => Some(((*issuer, EndpointId::NONE), f64::EPSILON)),
        Op::Call { to, endpoint, times, .. } => Some(((*to, *endpoint), times.mean())),
        Op::Cpu(..)
        | Op::CpuPerByte(_)
        | Op::Wait(..)
        | Op::Unless(..)
        | Op::Fork(..)
        | Op::Join
        | Op::Fail(..)
        | Op::Rule(_)
        | Op::Keep(_)
        | Op::Screen(_)
        | Op::Forward
        | Op::Return => None,
    };
    let ops = &graph.fixed.programs[usize::from(program)].ops;
    ops.iter().filter_map(call).filter(|(_, often)| *often > 0.0).collect()
}

/// The share of checks that write the time of a session anew: of somebody who asks at random
/// moments the first after the last write and `write_every`.
fn written_share(graph: &Graph, plan: &AuthPlan) -> f64 {
    if plan.sessions.write_every.is_zero() {
        return 1.0;
    }
    let every = plan.sessions.write_every.as_secs_f64() * 1e9;
    let think = graph.plans.iter().filter_map(|node| match &node.role {
        Role::Client(client) => match &client.demand {
            Demand::Visits(visit) => Some(visit.think.mean()),
            Demand::Closed(_, think) => Some(think.mean()),
            Demand::Open(_) | Demand::Renewal(_) | Demand::Replayed(_) | Demand::ClosedTrace(_) => {
                None
            }
        },
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
    });
    // Somebody of a crowd has just been there.
    think.map(|think| think / (think + every)).fold(0.0, f64::max)
}

/// What a client's visitors ask for beside pages, each as a share of these.
#[must_use]
pub(super) fn errands(graph: &Graph, client: &ClientPlan) -> Vec<(EndpointId, f64)> {
    let plan = graph.fixed.auth.as_ref().filter(|plan| plan.has_logins());
    let Some(plan) = plan else { return Vec::new() };
    let visit = match &client.demand {
        Demand::Visits(visit) => visit,
        Demand::Closed(..) | Demand::ClosedTrace(_) => return now_and_then(plan),
        Demand::Open(_) | Demand::Renewal(_) | Demand::Replayed(_) => return Vec::new(),
    };
    let pages = visit.mean_pages().max(1.0);
    let logs_in = visit.login.get();
    let stay = match &visit.stay {
        Some(stay) => stay.mean() / 1e9,
        None => pages * visit.think.mean() / 1e9,
    };
    let renewals = plan.tokens.renewal.map(|renewal| {
        // The jitter is drawn from nothing to all of it alike.
        let early = renewal.margin.as_secs_f64() + renewal.jitter.as_secs_f64() / 2.0;
        let is_constant = visit.stay.as_ref().is_some_and(|it| it.is_constant().is_some());
        renewals(stay, (plan.tokens.lifetime.as_secs_f64() - early).max(1e-9), is_constant)
    });
    let all = [
        (plan.login, logs_in),
        (plan.refresh, logs_in * renewals.unwrap_or(0.0)),
        (plan.logout, logs_in * visit.logout.get()),
    ];
    let asked = all.into_iter().filter(|(_, often)| *often > 0.0);
    asked.filter_map(|(endpoint, often)| Some((endpoint?, often / pages))).collect()
}

/// What users of a closed loop run for: they log in when they have nothing, or what they had has
/// lapsed. How often that is, is not worked out; but it is something.
fn now_and_then(plan: &AuthPlan) -> Vec<(EndpointId, f64)> {
    let renewed = plan.tokens.renewal.and(plan.refresh);
    plan.login.into_iter().chain(renewed).map(|endpoint| (endpoint, f64::EPSILON)).collect()
}

/// How often somebody who stays so long on average renews what lasts `life`: once for each whole
/// life that fits into the stay. Of a time that is always the same so many fit; an exponential one
/// of mean m lasts k lives with probability e^(-k life / m), which sums to 1 / (e^(life / m) - 1).
/// Visits whose number of pages is geometric are of this kind, and others are taken for it.
fn renewals(stay: f64, life: f64, is_constant: bool) -> f64 {
    if stay <= 0.0 {
        return 0.0;
    }
    if is_constant { libm::floor(stay / life) } else { 1.0 / libm::expm1(life / stay) }
}

/// Whether a node is asked as a store that is split into shards, one for each replica.
#[must_use]
pub fn is_sharded(graph: &Graph, node: NodeId) -> bool {
    let ask = |op: &Op| matches!(op, Op::Rule(Rule::Ask(store, _)) if *store == node);
    graph.fixed.programs.iter().any(|program| program.ops.iter().any(ask))
}

#[cfg(test)]
mod tests {
    use super::renewals;

    #[test]
    fn only_who_stays_for_a_whole_life_renews() {
        // Visits of 180 s and tokens of 900 s: 1 / (e^5 - 1), and not a fifth.
        assert!((renewals(180.0, 900.0, false) - 0.006_783_655).abs() < 1e-8);
        assert!((renewals(180.0, 120.0, false) - 1.055_148_3).abs() < 1e-6);
        // With lives much shorter than the stay it is the fluid limit, less half a life.
        assert!((renewals(1e6, 1.0, false) - 999_999.5).abs() < 1e-3);
        assert!((renewals(180.0, 120.0, true) - 1.0).abs() < 1e-12);
        assert!(renewals(180.0, 200.0, true).abs() < 1e-12);
    }
}
