//! What a client does about its arrivals, its users and its time-outs.

use std::sync::Arc;

use super::Node;
use super::bench::{Bench, TO_2, ms};
use super::client::{Client, ClientPlan, Demand};
use super::timeouts::Late;
use crate::id::{EndpointId, NodeId};
use crate::net::{OriginId, Part};
use crate::outcome::{Answer, Reason};
use crate::rng::Key;

fn client(demand: Demand, timeout: Option<(u64, Late)>) -> Bench {
    let plan = ClientPlan {
        node: super::bench::NODE,
        name_hash: 5,
        routes: vec![Some(TO_2)],
        mix: vec![(1.0, EndpointId(0))],
        demand,
        addresses: 1,
        timeout: timeout.map(|(span, late)| (ms(span), late)),
        retry: None,
        class: 0,
        browser: None,
        pages: Vec::new(),
        from: OriginId::NONE,
        preflights: None,
    };
    let node = Client::new(&Arc::new(plan), Key(7), Key(7).stream("node", "arrivals"));
    Bench::of(Node::Client(Box::new(node)), &[&[]])
}

/// Requests every 10 ms.
fn open(timeout: Option<(u64, Late)>) -> Bench {
    let arrivals = toml::from_str("regular = \"100/s\"").expect("sound arrivals");
    client(Demand::Open(Box::new(arrivals)), timeout)
}

fn ends(bench: &Bench) -> Vec<(u64, u64, u16)> {
    bench.core.observer.finished.iter().map(|(n, at, status, _)| (*n, *at, *status)).collect()
}

#[test]
fn an_open_loop_asks_when_its_arrivals_say_whatever_becomes_of_them() {
    let mut bench = open(None);
    bench.run(35);
    assert_eq!(bench.calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [10, 20, 30]);
    assert_eq!(bench.calls[0].0.node, NodeId(2));
}

#[test]
fn a_closed_loop_thinks_asks_and_waits_for_the_outcome() {
    let mut bench = client(Demand::Closed(1, ms(10)), None);
    bench.run(12);
    bench.reply(0, Answer::OK, 15);
    bench.run(100);
    assert_eq!(bench.calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [10, 25]);
}

#[test]
fn at_its_total_time_out_the_user_has_an_outcome() {
    let mut bench = open(Some((25, Late::Abandon)));
    bench.run(36);
    assert_eq!(ends(&bench), [(0, 35, 0)]);
    assert_eq!(bench.taken_back.len(), 0);
    let (_, _, _, parts) = bench.core.observer.finished[0];
    assert_eq!(parts.0.iter().sum::<u64>(), 25_000_000);
}

#[test]
fn an_answer_in_time_stops_the_time_out() {
    let mut bench = open(Some((25, Late::Abandon)));
    bench.run(12);
    bench.reply(0, Answer::OK, 12);
    bench.run(44);
    assert_eq!(ends(&bench), [(0, 12, 200)]);
}

#[test]
fn a_success_for_somebody_who_has_gone_is_late() {
    let mut bench = open(Some((5, Late::Abandon)));
    bench.run(10);
    bench.reply(0, Answer::OK, 18);
    assert_eq!(bench.core.observer.late, 1);
    bench.run(20);
    bench.reply(1, Answer::failed(Reason::QueueTimeout), 28);
    assert_eq!(bench.core.observer.late, 1, "a refusal is no work done for nobody");
}

#[test]
fn a_late_request_is_taken_back_where_the_client_says_so() {
    for (late, taken_back) in [(Late::Abandon, 0), (Late::Drop, 1), (Late::Cancel, 1)] {
        let mut bench = open(Some((5, late)));
        bench.run(18);
        assert_eq!(bench.taken_back.len(), taken_back, "{late:?}");
    }
}

#[test]
fn the_time_of_a_request_that_timed_out_on_its_way_is_the_networks() {
    let mut bench = open(Some((5, Late::Cancel))).slow_link(TO_2, 9);
    bench.run(18);
    let (_, _, _, parts) = bench.core.observer.finished[0];
    assert_eq!(parts.0[Part::Network as usize], 5_000_000);
}
