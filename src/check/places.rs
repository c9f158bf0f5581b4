//! What bounds a queue by rule, so that it forgets however much comes: places, patience, shedding,
//! and callers who take their work with them when they give up.

#![allow(clippy::cast_precision_loss, reason = "counts and times are far below 2^53")]

use super::amplified::attempts_of;
use super::resources::Queue;
use super::room::room;
use super::slots::slots_of;
use crate::arrivals::{Arrivals, RateProfile};
use crate::graph::{Graph, Role, Traffic};
use crate::id::NodeId;
use crate::nodes::client::{ClientPlan, Demand};
use crate::nodes::timeouts::Late;

/// A queue that is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// How many of it a replica can hold at most, those in service among them.
    pub count: u64,
    /// Whether it settles where more is offered than can be done, so that it stays near its bound
    /// and forgets as a queue at the inverse load does.
    pub settles: bool,
}

/// What bounds the queue at a node, or before it: at its station, which is offered so much of what
/// it can do, or on the way to it. None if nothing does.
///
/// A queue in which nobody waits longer than D moves on by as many as are served in that time, and
/// as many as come are in it. Where somebody asks again after a failure only places count: what
/// comes then hangs on what failed before.
#[must_use]
pub fn places(
    graph: &Graph,
    traffic: &Traffic,
    (node, queue): (NodeId, Queue),
    load: f64,
) -> Option<Places> {
    let plan = &graph.plans[node.index()];
    let is_station = queue == Queue::Station;
    let shape = plan.shape.as_ref().filter(|_| is_station);
    let balancer = match &plan.role {
        Role::Balancer { plan, .. } if queue == Queue::Balancer => Some(&**plan),
        Role::Balancer { .. } | Role::Client(_) | Role::Proxy { .. } | Role::Answering(_) => None,
    };
    let slots = match (shape, balancer) {
        (Some(shape), _) if shape.workers != u32::MAX => f64::from(shape.workers),
        (Some(shape), _) => {
            let cores = shape.machines.iter().map(|machine| machine.cores).max();
            f64::from(cores.unwrap_or(0).max(1))
        }
        (None, Some(balancer)) => slots_of(balancer),
        (None, None) => 1.0,
    };
    let by_room = shape.and_then(|_| room(graph, node)).map(|places| places as f64);
    // Without a `backend_queue` nobody waits at a balancer.
    let by_room = by_room.or_else(|| balancer.filter(|it| it.patience.is_none()).map(|_| slots));
    let asks_again = (0..).map(NodeId).zip(&graph.plans).any(|(id, _)| attempts_of(graph, id) > 1);
    // How many come, or are served if those are more, in a second at the busiest replica.
    let own = &traffic.nodes[node.index()];
    let share = own.replicas.iter().map(|replica| replica.share).fold(0.0, f64::max);
    let comes = own.exchanges() * if is_station { share } else { 1.0 };
    let moves = if load > 0.0 { comes / load.min(1.0) } else { comes };
    let within = |nanos: f64| slots + moves * nanos / 1e9;
    let shed = shape.and_then(|it| it.shed.as_ref());
    let by_rules = [
        shape.and_then(|it| it.patience.as_ref()).map(|(law, _)| within(law.mean())),
        balancer.and_then(|it| it.patience.as_ref()).map(|(law, _)| within(law.mean())),
        shed.and_then(|it| it.in_flight).map(f64::from),
        // It stands for an interval before that is seen.
        shed.and_then(|it| Some(within((it.queue_delay?.0 + it.interval.0) as f64))),
        patience(graph).map(within),
    ];
    let by_rules = by_rules.into_iter().flatten().filter(|_| !asks_again);
    let count = by_room.into_iter().chain(by_rules).reduce(f64::min)?;
    let swings = shed.is_some_and(|it| it.queue_delay.is_some());
    Some(Places {
        // What is met exactly may come out of floats as a little more.
        count: (count - 1e-6).ceil() as u64,
        settles: !asks_again && !swings && is_steady(graph, node),
    })
}

/// How long everybody waits at most on average, in nanoseconds, before their work is taken back;
/// none if somebody waits for ever, or leaves work behind.
fn patience(graph: &Graph) -> Option<f64> {
    let mut longest = None;
    for plan in &graph.plans {
        let Role::Client(client) = &plan.role else { continue };
        let (law, late) = client.timeout.as_ref()?;
        match late {
            Late::Abandon => return None,
            Late::Drop | Late::Cancel => {
                longest = Some(law.mean().max(longest.unwrap_or(0.0)));
            }
        }
    }
    longest
}

/// Whether the same load comes to a node all the time, and all of it to its queue.
fn is_steady(graph: &Graph, node: NodeId) -> bool {
    let plan = &graph.plans[node.index()];
    let is_constant = |rate: &RateProfile| matches!(rate, RateProfile::Constant(_));
    let is_even = |client: &ClientPlan| match &client.demand {
        Demand::Open(arrivals) => match &**arrivals {
            Arrivals::Poisson { poisson: rate, .. } | Arrivals::Regular { regular: rate } => {
                is_constant(rate)
            }
            Arrivals::Interval { .. } => true,
            Arrivals::Mmpp { .. } | Arrivals::Visits { .. } | Arrivals::Trace { .. } => false,
        },
        Demand::Renewal(_) => true,
        Demand::Visits(_) | Demand::Replayed(_) | Demand::Closed(..) | Demand::ClosedTrace(_) => {
            false
        }
    };
    let mut askers = graph.plans.iter().filter_map(|plan| match &plan.role {
        Role::Client(client) => Some(&**client),
        Role::Proxy { .. } | Role::Balancer { .. } | Role::Answering(_) => None,
    });
    let is_whole = plan.limit.is_none() && plan.screen.is_none();
    is_whole && graph.faults.is_empty() && graph.scalings.is_empty() && askers.all(is_even)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::checked;

    /// What bounds the queue of a server that 200 a second of 10 ms come to.
    fn bounds(client: &str, app: &str) -> Option<Places> {
        let (graph, checked, _) = checked(&format!(
            "[endpoint.p]\nwork = [{{ cpu = {{ exp = '10ms' }} }}]\n[node.u]\nkind = 'client'\n\
             mix = {{ p = 1 }}\n{client}\n[node.app]\nkind = 'server'\ncores = 1\n{app}\n\
             [link.u.app]\n"
        ));
        let node = graph.node("app").expect("a node");
        places(&graph, &checked.traffic, (node, Queue::Station), 2.0)
    }

    const POISSON: &str = "arrivals = { poisson = '200/s' }";

    #[test]
    fn rules_bound_a_queue_by_what_comes_in_the_time_that_they_give() {
        for (client, app, count, settles) in [
            ("", "queue_timeout = '50ms'", 11, true),
            ("", "workers = 1\nqueue = 5", 6, true),
            ("", "shed = { in_flight = 6 }", 6, true),
            // Such a queue swings: it is let grow, seen to stand, and let empty.
            ("", "shed = { queue_delay = '50ms' }", 31, false),
            ("timeout = { total = '100ms', late = 'cancel' }", "", 21, true),
            ("timeout = { total = '100ms', late = 'drop' }", "", 21, true),
            ("", "queue_timeout = '50ms'\nrate_limit = { rate = '95/s', burst = 5 }", 11, false),
        ] {
            let found = bounds(&format!("{POISSON}\n{client}"), app);
            assert_eq!(found, Some(Places { count, settles }), "{client} {app}");
        }
        let swings = "arrivals = { poisson = { sine = { mean = '200/s', amplitude = 0.5, \
                      period = '6s' } } }";
        let found = bounds(swings, "queue_timeout = '50ms'");
        assert_eq!(found, Some(Places { count: 11, settles: false }));
    }

    #[test]
    fn a_balancer_holds_as_many_as_come_while_it_lets_them_wait() {
        let bounds = |balancer: &str| {
            let (graph, checked, _) = checked(&format!(
                "[endpoint.p]\nwork = [{{ cpu = '20ms' }}]\n[node.u]\nkind = 'client'\n\
                 mix = {{ p = 1 }}\n{POISSON}\n[node.lb]\nkind = 'load-balancer'\n{balancer}\n\
                 [node.app]\nkind = 'server'\ncores = 4\nreplicas = 2\n[link.u.lb]\n\
                 [link.lb.app]\n"
            ));
            let node = graph.node("lb").expect("a node");
            places(&graph, &checked.traffic, (node, Queue::Balancer), 2.0).map(|it| it.count)
        };
        assert_eq!(bounds("max_conns = 1\nbackend_queue = '1s'"), Some(202));
        assert_eq!(bounds("max_conns = 1"), Some(2));
    }

    #[test]
    fn work_that_is_left_behind_or_asked_for_again_is_not_bounded() {
        for client in ["", "timeout = { total = '100ms' }"] {
            assert_eq!(bounds(&format!("{POISSON}\n{client}"), ""), None, "{client}");
        }
        let again = format!("{POISSON}\nretry = {{ attempts = 3 }}");
        assert_eq!(bounds(&again, "queue_timeout = '50ms'"), None);
        let room = bounds(&again, "workers = 1\nqueue = 5");
        assert_eq!(room, Some(Places { count: 6, settles: false }));
    }
}
