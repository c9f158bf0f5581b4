//! What a balancer does about its backends beyond choosing, with neighbours played by a bench.

use std::sync::Arc;

use super::super::Node;
use super::super::bench::{Bench, cores, host, ms};
use super::super::host::Running;
use super::{BackendsSpec, BalancePlan, LoadBalancer};
use crate::balance::{Backend, BalanceSpec};
use crate::endpoint::Op;
use crate::fact::Place;
use crate::id::{LinkId, NodeId, ReplicaId};
use crate::net::Unwanted;
use crate::outcome::{Answer, Reason};
use crate::rng::{Key, Purpose};

const REFUSED: Answer = Answer::failed(Reason::ConnectRefused);
/// The backends: node and replica.
const PLACES: [(u16, u16); 4] = [(2, 0), (3, 0), (3, 1), (3, 2)];

/// A balancer over four backends, the last `backups` of which are backups. What waits for them
/// waits for 100 ms.
fn balancer(spec: &str, treats: &str, backups: usize) -> Bench {
    let spec: BalanceSpec = toml::from_str(spec).expect("a sound choice");
    let treats: BackendsSpec = toml::from_str(treats).expect("sound keys");
    let backend = |(n, (node, replica)): (u32, (u16, u16))| Backend {
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
    };
    let mut backends: Vec<Backend> = (0..).zip(PLACES).map(backend).collect();
    let mut reserve = backends.clone();
    let ordinary = backends.len() - backups;
    reserve[..ordinary].iter_mut().for_each(|it| it.weight = 0);
    backends[ordinary..].iter_mut().for_each(|it| it.weight = 0);
    let way =
        |(node, replica)| (Place { node: NodeId(node), replica }, LinkId(u32::from(node) - 1));
    let plan = BalancePlan {
        spec,
        backends,
        reserve: (backups > 0).then_some(reserve),
        ways: PLACES.map(way).to_vec(),
        patience: treats.max_conns.map(|_| (ms(100), Purpose::named("patience"))),
        treats,
        connect_timeout: None,
        is_told: false,
        phase: crate::time::Span::ZERO,
    };
    let host = host(&cores(1), Running::Own(0));
    let node = LoadBalancer::new(host, &Arc::new(plan), Key(7).stream("node", "coin"));
    Bench::of(Node::LoadBalancer(Box::new(node)), &[&[Op::Forward, Op::Return]])
}

/// Which backends have been asked, by number, in order.
fn asked(bench: &Bench) -> Vec<usize> {
    let number = |place: &Place| {
        PLACES.iter().position(|it| *it == (place.node.0, place.replica)).expect("a backend")
    };
    bench.calls.iter().map(|(place, _)| number(place)).collect()
}

#[test]
fn a_full_backend_is_not_asked_and_who_waits_is_served_in_order_by_whichever_has_room() {
    let mut bench = balancer("", "max_conns = 1", 0);
    (0..6).for_each(|_| bench.ask(0));
    bench.run(1);
    assert_eq!(asked(&bench), [0, 1, 2, 3]);
    bench.reply(2, Answer::OK, 10);
    bench.reply(0, Answer::OK, 20);
    bench.run(21);
    assert_eq!(asked(&bench), [0, 1, 2, 3, 2, 0]);
    (1..6).filter(|n| *n != 2).for_each(|n| bench.reply(n, Answer::OK, 30 + n as u64));
    bench.run(50);
    assert_eq!(bench.order(), [2, 0, 1, 3, 4, 5]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn who_waits_for_longer_than_it_may_is_answered_503_and_who_goes_leaves_the_queue() {
    let mut bench = balancer("", "max_conns = 1", 0);
    (0..7).for_each(|_| bench.ask(0));
    bench.give_up(4, Unwanted::Cancel, 5);
    bench.reply(0, Answer::OK, 10);
    bench.run(200);
    assert_eq!(asked(&bench), [0, 1, 2, 3, 0], "the second that waited, the first has gone");
    assert_eq!(bench.answers, [(0, 10, 200), (6, 100, 503)]);
}

#[test]
fn a_failed_attempt_goes_to_each_backend_once_and_then_the_failure_is_the_answer() {
    let mut bench = balancer("", "next_upstream = {}", 0);
    bench.ask(0);
    bench.ask(0);
    bench.run(1);
    bench.reply(0, REFUSED, 2);
    bench.run(3);
    assert_eq!(asked(&bench), [0, 1, 2], "the next in turn");
    bench.reply(2, Answer::OK, 4);
    bench.reply(1, REFUSED, 5);
    for (call, at) in [(3, 10), (4, 20), (5, 30)] {
        bench.reply(call, REFUSED, at);
    }
    bench.run(40);
    let second = &asked(&bench)[3..];
    assert_eq!(second, [3, 0, 2]);
    assert_eq!(bench.answers, [(0, 4, 200), (1, 30, 502)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn a_request_that_pauses_before_the_same_backend_counts_there() {
    let lb = "algorithm = 'least-connections'\nprofile = 'haproxy'";
    let mut bench = balancer(lb, "next_upstream = { profile = 'haproxy', retries = 1 }", 0);
    bench.ask(0);
    bench.run(1);
    bench.reply(0, REFUSED, 2);
    (0..3).for_each(|_| bench.ask(3));
    bench.run(4);
    assert_eq!(asked(&bench), [0, 1, 2, 3], "the first still has one");
    bench.run(1_100);
    assert_eq!(bench.calls[4], (Place { node: NodeId(2), replica: 0 }, 1_002));
    bench.reply(4, REFUSED, 1_101);
    bench.run(1_200);
    // HAProxy answers 503 where it gets no connection.
    assert_eq!(bench.answers, [(0, 1_101, 503)]);
}

#[test]
fn of_two_copies_the_first_success_is_the_answer_and_the_other_is_taken_back() {
    for (first, taken_back) in [(0, 1), (1, 0)] {
        let lb = "algorithm = 'least-connections'\nprofile = 'haproxy'";
        let mut bench = balancer(lb, "hedge = { after = '10ms' }", 0);
        bench.ask(0);
        bench.run(12);
        assert_eq!(asked(&bench), [0, 1]);
        assert_eq!(bench.calls[1].1, 10);
        bench.reply(first, Answer::OK, 15);
        bench.run(20);
        assert_eq!(bench.answers, [(0, 15, 200)]);
        bench.reply(taken_back, Answer::OK, 25);
        bench.run(30);
        assert_eq!((bench.answers.len(), bench.in_flight()), (1, (0, 0)));
        (0..4).for_each(|_| bench.ask(40));
        bench.run(41);
        let mut next = asked(&bench)[2..].to_vec();
        next.sort_unstable();
        assert_eq!(next, [0, 1, 2, 3], "nobody has one left");
    }
}

#[test]
fn a_copy_that_fails_says_nothing_while_another_is_out() {
    let mut bench = balancer("", "hedge = { after = '10ms' }", 0);
    bench.ask(0);
    bench.run(12);
    bench.reply(1, REFUSED, 13);
    bench.run(14);
    assert_eq!(bench.answers, []);
    bench.reply(0, REFUSED, 15);
    bench.run(16);
    assert_eq!(bench.answers, [(0, 15, 502)]);
}

#[test]
fn so_many_copies_are_sent_whether_others_are_still_out_or_have_failed() {
    let mut bench = balancer("", "hedge = { after = '10ms', max = 2 }", 0);
    bench.ask(0);
    bench.run(12);
    bench.reply(0, REFUSED, 13);
    bench.run(22);
    assert_eq!(asked(&bench), [0, 1, 2]);
    bench.reply(1, REFUSED, 25);
    bench.run(44);
    assert_eq!((asked(&bench).len(), bench.answers.len()), (3, 0), "no fourth");
    bench.reply(2, REFUSED, 45);
    bench.run(60);
    assert_eq!(bench.answers, [(0, 45, 502)]);
    assert_eq!(bench.in_flight(), (0, 0));
}

#[test]
fn attempts_after_copies_and_copies_after_attempts_go_to_backends_that_were_not_tried() {
    let mut bench = balancer("", "hedge = { after = '10ms' }\nnext_upstream = {}", 0);
    bench.ask(0);
    bench.run(12);
    bench.reply(0, REFUSED, 13);
    bench.reply(1, REFUSED, 14);
    bench.run(26);
    assert_eq!(asked(&bench), [0, 1, 2, 3]);
    bench.reply(3, REFUSED, 27);
    bench.reply(2, REFUSED, 28);
    bench.run(60);
    assert_eq!(asked(&bench).len(), 4, "nobody is left");
    assert_eq!(bench.answers, [(0, 28, 502)]);
}

#[test]
fn a_backend_that_failed_is_left_alone_and_comes_back_after_its_time() {
    let passive = "{ profile = 'consecutive', max_fails = 1, fail_timeout = '1s' }";
    let mut bench = balancer("", &format!("health = {{ passive = {passive} }}"), 0);
    bench.ask(0);
    bench.run(1);
    bench.reply(0, REFUSED, 2);
    (0..4).for_each(|_| bench.ask(3));
    (0..4).for_each(|_| bench.ask(1_010));
    bench.run(1_011);
    assert_eq!(asked(&bench)[1..5], [1, 2, 3, 1]);
    assert!(asked(&bench)[5..].contains(&0));
}

#[test]
fn backups_are_asked_last_and_in_turn_and_a_request_stays_with_them() {
    let mut bench = balancer("", "next_upstream = {}", 2);
    bench.ask(0);
    for n in 0..4 {
        bench.run(10 * n + 5);
        let call = usize::try_from(n).expect("a small number");
        bench.reply(call, REFUSED, 10 * n + 6);
    }
    bench.run(60);
    assert_eq!(asked(&bench), [0, 1, 2, 3]);
    assert_eq!(bench.answers, [(0, 36, 502)]);
    bench.ask(70);
    bench.run(71);
    assert_eq!(asked(&bench)[4..], [0], "the next one begins with an ordinary one again");
}

#[test]
fn full_ordinary_backends_leave_the_rest_to_backups_but_haproxy_waits_for_them() {
    let six = |profile: &str| {
        let mut bench = balancer(profile, "max_conns = 1", 2);
        (0..6).for_each(|_| bench.ask(0));
        bench.run(1);
        let begun = asked(&bench);
        bench.reply(0, Answer::OK, 10);
        bench.run(11);
        (begun, asked(&bench)[4.min(asked(&bench).len() - 1)..].to_vec())
    };
    assert_eq!(six(""), (vec![0, 1, 2, 3], vec![0]));
    let (begun, next) = six("profile = 'haproxy'");
    assert_eq!((begun, next), (vec![0, 1], vec![0]));
}
