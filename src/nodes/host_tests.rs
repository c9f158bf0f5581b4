//! What a host does with programs: calls, branches, failures, and work that nobody wants.

use std::sync::Arc;

use super::bench::{Bench, TO_2, call, cores, cpu, host, wait};
use super::forwarding::Proxy;
use super::host::Running;
use super::load_balancer::{BackendsSpec, BalancePlan, LoadBalancer};
use super::station::Shape;
use super::{Node, bench};
use crate::balance::{Algorithm, BalanceSpec};
use crate::endpoint::Op;
use crate::fact::{Exit, Place};
use crate::id::{LinkId, NodeId, ReplicaId};
use crate::net::Unwanted;
use crate::outcome::{Answer, Reason};
use crate::rng::{Key, Purpose};
use crate::unit::Probability;

const REFUSED: Answer = Answer::failed(Reason::Refused);
const TO_3: LinkId = LinkId(2);

fn server(program: &[Op]) -> Bench {
    Bench::server(&cores(1), &[program])
}

/// Branches of one step each, and how many of them are waited for.
fn parallel(branches: &[Op], wait_for: u16) -> Vec<Op> {
    let starts: Vec<u16> = (0..).zip(branches).map(|(n, _)| 2 + 2 * n).collect();
    let after = 2 + 2 * u16::try_from(branches.len()).unwrap();
    let skip = Op::Unless(Probability::NEVER, Purpose::named("skip"), after);
    let mut ops = vec![Op::Fork(starts.into(), wait_for), skip];
    for branch in branches {
        ops.extend([branch.clone(), Op::Join]);
    }
    ops.push(Op::Return);
    ops
}

fn fail() -> Op {
    Op::Fail(Probability::ALWAYS, Purpose::named("fail"), 500)
}

fn proxy(hides: bool, program: &[Op]) -> Bench {
    let routes = vec![Some(TO_2), Some(TO_3)].into();
    let proxy = Proxy::new(host(&cores(1), Running::Own(0)), routes, hides.then_some(101));
    Bench::of(Node::Proxy(Box::new(proxy)), &[program])
}

/// A balancer by least connections over node 2 and the three replicas of node 3.
fn balancer(program: &[Op]) -> Bench {
    let spec = BalanceSpec { algorithm: Algorithm::LeastConnections, ..BalanceSpec::default() };
    let places = [(2, 0), (3, 0), (3, 1), (3, 2)];
    let backends = (0..).zip(places).map(|(n, (node, replica))| crate::balance::Backend {
        node: NodeId(node),
        replica: ReplicaId(n),
        weight: 1,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: u64::from(replica),
        id: n + 1,
        address: "".into(),
    });
    let way =
        |(node, replica)| (Place { node: NodeId(node), replica }, LinkId(u32::from(node) - 1));
    let ways = places.map(way).to_vec();
    let plan = BalancePlan {
        spec,
        backends: backends.collect(),
        reserve: None,
        ways,
        treats: BackendsSpec::default(),
        patience: None,
        connect_timeout: None,
        is_told: false,
        phase: crate::time::Span::ZERO,
    };
    let node = LoadBalancer::new(
        host(&cores(1), Running::Own(0)),
        &Arc::new(plan),
        Key(7).stream("node", "coin"),
    );
    Bench::of(Node::LoadBalancer(Box::new(node)), &[program])
}

/// Whether the four next requests of a balancer go to four different backends, as they do by
/// least connections if nothing is outstanding.
fn has_clean_books(bench: &mut Bench, at: u64) -> bool {
    let before = bench.calls.len();
    for _ in 0..4 {
        bench.ask(at);
    }
    bench.run(at + 50);
    let mut places: Vec<Place> = bench.calls[before..].iter().map(|(place, _)| *place).collect();
    places.sort_unstable();
    places.dedup();
    places.len() == 4
}

#[test]
fn a_repeated_call_is_made_one_after_the_other() {
    let mut bench = server(&[call(2, 3), Op::Return]);
    bench.ask(0);
    for n in 0..3 {
        bench.reply(n, Answer::OK, 10 * (n as u64 + 1));
    }
    bench.run(100);
    assert_eq!(bench.calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [0, 10, 20]);
    assert_eq!(bench.answers, [(0, 30, 200)]);
}

#[test]
fn a_call_made_no_times_is_none() {
    let mut bench = server(&[call(2, 0), cpu(1), Op::Return]);
    bench.ask(0);
    bench.run(9);
    assert_eq!((bench.calls.len(), bench.answers.as_slice()), (0, [(0, 1, 200)].as_slice()));
}

#[test]
fn calls_to_a_name_with_several_replicas_go_round() {
    let mut bench = server(&[call(3, 1), Op::Return]);
    for _ in 0..4 {
        bench.ask(0);
    }
    let replicas: Vec<u16> = bench.calls.iter().map(|(at, _)| at.replica).collect();
    assert_eq!(replicas, [0, 1, 2, 0]);
}

#[test]
fn a_write_goes_to_the_primary_and_takes_no_turn() {
    let to = NodeId(3);
    let purpose = Purpose::named("call");
    let once = crate::count::Count::Constant(1);
    let write = Op::Call { to, endpoint: crate::id::EndpointId(1), times: once, purpose };
    let mut bench =
        Bench::server(&cores(1), &[&[call(3, 1), Op::Return], &[], &[write, Op::Return]]);
    bench.fixed.endpoints[1].write = true;
    for endpoint in [0, 2, 2, 0] {
        bench.ask_for(endpoint, 0, 0);
    }
    let replicas: Vec<u16> = bench.calls.iter().map(|(at, _)| at.replica).collect();
    assert_eq!(replicas, [0, 0, 0, 1]);
}

#[test]
fn what_fails_below_makes_the_server_fail() {
    let mut bench = server(&[call(2, 2), cpu(5), Op::Return]);
    bench.ask(0);
    bench.reply(0, REFUSED, 3);
    bench.run(100);
    assert_eq!((bench.calls.len(), bench.answers.as_slice()), (1, [(0, 3, 500)].as_slice()));
}

#[test]
fn a_step_that_never_happens_is_skipped() {
    let skip = Op::Unless(Probability::NEVER, Purpose::named("skip"), 2);
    let mut bench = server(&[skip, cpu(50), cpu(1), Op::Return]);
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 1, 200)]);
}

#[test]
fn a_failure_ends_the_work_with_its_status() {
    let mut bench = server(&[cpu(2), fail(), cpu(50), Op::Return]);
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 2, 500)]);
}

#[test]
fn parallel_work_waits_for_all_branches() {
    let mut bench = server(&parallel(&[wait(5), wait(9), wait(2)], 3));
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 9, 200)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn parallel_work_can_wait_for_the_first_and_the_rest_is_done_all_the_same() {
    let mut bench = server(&parallel(&[wait(5), wait(9), wait(2)], 1));
    bench.ask(0);
    bench.run(4);
    assert_eq!(bench.answers, [(0, 2, 200)]);
    assert_eq!(bench.in_flight(), (2, 1), "two branches go on");
    bench.run(100);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn parallel_work_can_wait_for_a_number() {
    let mut bench = server(&parallel(&[wait(5), wait(9), wait(2)], 2));
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 5, 200)]);
}

#[test]
fn branches_that_need_a_core_queue_for_it() {
    let mut bench = server(&parallel(&[cpu(5), cpu(5), cpu(5)], 3));
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 15, 200)]);
}

#[test]
fn parallel_work_fails_as_soon_as_too_few_branches_are_left() {
    let mut bench = server(&parallel(&[wait(5), call(2, 1), call(2, 1)], 2));
    bench.ask(0);
    bench.reply(0, REFUSED, 1);
    assert!(bench.answers.is_empty());
    bench.reply(1, REFUSED, 3);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 3, 500)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn a_failing_branch_does_not_count_where_others_are_enough() {
    let mut bench = server(&parallel(&[wait(5), fail(), wait(7)], 2));
    bench.ask(0);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 7, 200)]);
}

#[test]
fn cancelled_while_waiting_for_a_worker_it_leaves_the_lobby() {
    let mut bench = Bench::server(&Shape { workers: 1, ..cores(1) }, &[&[cpu(10), Op::Return]]);
    for _ in 0..3 {
        bench.ask(0);
    }
    bench.give_up(1, Unwanted::Cancel, 5);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 10, 200), (2, 20, 200)]);
    assert_eq!(bench.core.observer.left[0], (1, 5, 5, Exit::Cancelled));
}

#[test]
fn cancelled_while_waiting_for_a_core_it_leaves_the_line_and_its_worker() {
    let mut bench = Bench::server(&Shape { workers: 2, ..cores(1) }, &[&[cpu(10), Op::Return]]);
    for _ in 0..3 {
        bench.ask(0);
    }
    bench.give_up(1, Unwanted::Cancel, 5);
    bench.run(100);
    assert_eq!(bench.answers, [(0, 10, 200), (2, 20, 200)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn cancelled_on_a_core_it_leaves_the_core_to_the_next() {
    let mut bench = server(&[cpu(10), Op::Return]);
    bench.ask(0);
    bench.ask(1);
    bench.give_up(0, Unwanted::Cancel, 5);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 15, 200)]);
    assert_eq!(bench.states(), "0 busy 1, 15 busy 0");
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn cancelled_in_a_wait_it_goes_no_further() {
    let mut bench = server(&[wait(10), cpu(10), Op::Return]);
    bench.ask(0);
    bench.give_up(0, Unwanted::Cancel, 5);
    bench.run(100);
    assert_eq!((bench.answers.len(), bench.states().as_str()), (0, ""));
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn cancelled_during_a_call_it_takes_the_call_back() {
    let mut bench = server(&[call(2, 1), cpu(10), Op::Return]);
    bench.ask(0);
    bench.give_up(0, Unwanted::Cancel, 5);
    bench.run(100);
    assert_eq!(bench.taken_back, [0]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn cancelled_with_branches_it_stops_all_that_still_run() {
    let branches = [call(2, 1), wait(50), call(2, 1), cpu(9), wait(2)];
    let mut bench = server(&parallel(&branches, 5));
    bench.ask(0);
    bench.run(3);
    // The place of the branch that has ended goes to somebody else.
    bench.ask(3);
    bench.give_up(0, Unwanted::Cancel, 5);
    assert_eq!(bench.taken_back.len(), 2);
    bench.give_up(1, Unwanted::Cancel, 6);
    bench.run(100);
    assert_eq!((bench.taken_back.len(), bench.in_flight()), (4, (0, 0)));
}

#[test]
fn cancelled_on_its_way_it_never_arrives() {
    let mut bench = server(&[cpu(10), Op::Return]).slow_link(LinkId(0), 8);
    bench.ask(0);
    bench.core.links[0] = bench::link(2);
    bench.give_up(0, Unwanted::Cancel, 1);
    bench.run(100);
    assert_eq!((bench.states().as_str(), bench.core.observer.left.len()), ("", 0));
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn dropped_work_is_dropped_only_where_it_waits_unserved() {
    let mut bench = server(&[cpu(10), Op::Return]);
    for _ in 0..2 {
        bench.ask(0);
    }
    bench.give_up(0, Unwanted::Drop, 5);
    bench.give_up(1, Unwanted::Drop, 5);
    bench.run(100);
    let left = &bench.core.observer.left;
    assert_eq!(left[..], [(1, 5, 5, Exit::Cancelled), (0, 10, 0, Exit::Answered)]);
}

#[test]
fn the_word_that_work_is_unwanted_travels_to_where_it_waits() {
    let mut bench = server(&[call(2, 1), Op::Return]).slow_link(TO_2, 3);
    bench.ask(0);
    bench.give_up(0, Unwanted::Cancel, 5);
    bench.run(7);
    assert!(bench.taken_back.is_empty());
    bench.run(8);
    assert_eq!(bench.taken_back, [0]);
}

#[test]
fn an_answer_to_somebody_who_has_gone_is_nobodys() {
    let mut bench = server(&[call(2, 1), Op::Return]).slow_link(TO_2, 20);
    bench.ask(0);
    bench.run(20);
    bench.reply(0, Answer::OK, 20);
    bench.give_up(0, Unwanted::Cancel, 25);
    // The next exchange takes the place of the one that has gone, and waits for a call too.
    bench.ask(26);
    bench.run(45);
    assert!(bench.answers.is_empty());
    bench.run(60);
    bench.reply(1, Answer::OK, 60);
    bench.run(100);
    assert_eq!(bench.answers, [(1, 80, 200)]);
}

#[test]
fn a_proxy_hands_on_by_endpoint_and_hands_the_answer_back() {
    let mut bench = proxy(false, &[Op::Forward, Op::Return]);
    bench.ask(0);
    bench.reply(0, REFUSED, 4);
    bench.run(9);
    assert_eq!(bench.calls[0].0.node, NodeId(2));
    assert_eq!(bench.answers, [(0, 4, 503)]);
}

#[test]
fn what_has_no_endpoint_leaves_a_proxy_by_its_last_route() {
    let mut bench = proxy(false, &[Op::Forward, Op::Return]);
    bench.ask_for(u16::MAX, 0, 0);
    assert_eq!(bench.calls[0].0.node, NodeId(3));
}

#[test]
fn a_proxy_without_a_route_answers_502() {
    let routes = vec![None, None].into();
    let node = Proxy::new(host(&cores(1), Running::Own(0)), routes, None);
    let mut bench = Bench::of(Node::Proxy(Box::new(node)), &[&[Op::Forward, Op::Return]]);
    bench.ask(0);
    bench.run(9);
    assert_eq!(bench.answers, [(0, 0, 502)]);
}

#[test]
fn a_proxy_works_before_and_after_the_answer() {
    let mut bench = proxy(false, &[cpu(2), Op::Forward, wait(3), Op::Return]);
    bench.ask(0);
    bench.reply(0, Answer::OK, 10);
    bench.run(50);
    assert_eq!((bench.calls[0].1, bench.answers.as_slice()), (2, [(0, 13, 200)].as_slice()));
}

#[test]
fn only_a_proxy_that_hides_its_callers_shows_its_own_address() {
    let source = |hides| {
        let mut bench = proxy(hides, &[Op::Forward, Op::Return]);
        bench.ask(0);
        bench.source_of(0)
    };
    assert_eq!((source(true), source(false)), (101, 7));
}

#[test]
fn a_balancer_counts_what_its_backends_have_and_forgets_it_with_the_answer() {
    let mut bench = balancer(&[Op::Forward, Op::Return]);
    assert!(has_clean_books(&mut bench, 0));
    for n in 0..4 {
        bench.reply(n, if n == 2 { REFUSED } else { Answer::OK }, 60);
    }
    bench.run(70);
    assert_eq!(bench.answers.len(), 4);
    assert!(has_clean_books(&mut bench, 70));
}

#[test]
fn a_balancer_sends_to_who_has_least() {
    let mut bench = balancer(&[Op::Forward, Op::Return]);
    assert!(has_clean_books(&mut bench, 0));
    bench.reply(2, Answer::OK, 60);
    bench.ask(61);
    assert_eq!(bench.calls[4].0, bench.calls[2].0);
}

#[test]
fn a_balancer_forgets_what_was_cancelled_below_it() {
    let mut bench = balancer(&[Op::Forward, Op::Return]);
    for ask in 0..3 {
        bench.ask(0);
        bench.give_up(ask, Unwanted::Cancel, 5);
    }
    bench.run(9);
    assert_eq!((bench.taken_back.len(), bench.in_flight()), (3, (0, 0)));
    assert!(has_clean_books(&mut bench, 10));
}

#[test]
fn a_balancer_forgets_what_was_cancelled_while_its_answer_was_on_the_way() {
    let mut bench = balancer(&[Op::Forward, Op::Return]).slow_link(TO_2, 4).slow_link(TO_3, 4);
    bench.ask(0);
    bench.reply(0, Answer::OK, 5);
    bench.give_up(0, Unwanted::Cancel, 7);
    bench.run(20);
    assert_eq!(bench.in_flight(), (0, 0));
    assert!(has_clean_books(&mut bench, 20));
}

#[test]
fn cancelled_before_it_was_handed_on_it_leaves_no_trace_in_the_books() {
    let mut bench = balancer(&[cpu(10), Op::Forward, Op::Return]);
    bench.ask(0);
    bench.ask(0);
    bench.give_up(0, Unwanted::Cancel, 5);
    bench.give_up(1, Unwanted::Cancel, 5);
    bench.run(20);
    assert_eq!((bench.calls.len(), bench.in_flight()), (0, (0, 0)));
    assert!(has_clean_books(&mut bench, 30));
}
