//! What was recorded of the products themselves, pick by pick: `tests/data/real`.

use serde::Deserialize;

use super::stated::{coin, weighted};
use super::{Algorithm, Backend, BalanceSpec, Balancer, HashOn, Profile, Query, Tried};
use crate::rng::Key;
use crate::time::{Span, Time};

/// The order of picks on an idle system.
#[derive(Debug, Deserialize)]
struct Order {
    profile: Profile,
    algorithm: Algorithm,
    weights: Vec<u32>,
    picks: String,
}

/// The picks of some runs under load; the first record holds the trace instead.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Exact {
    Trace { trace: Vec<(u64, u64)> },
    Runs { profile: Profile, weights: Vec<u32>, picks: Vec<String> },
}

/// Which backend answered which client's request for which path.
#[derive(Debug, Deserialize)]
struct Hashed {
    profile: Profile,
    algorithm: Algorithm,
    hash_on: HashOn,
    port: u16,
    picks: Vec<(String, String, usize)>,
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/data/real/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

fn spec(profile: Profile, algorithm: Algorithm) -> BalanceSpec {
    BalanceSpec { profile: Some(profile), algorithm, ..BalanceSpec::default() }
}

fn nothing(now: Time) -> Query<'static> {
    Query { source: 0, uri: 0, address: 0, path: "", now }
}

fn letter(index: usize) -> char {
    char::from(b'a' + u8::try_from(index).unwrap())
}

/// Picks one at a time, each answered before the next.
fn idle_picks(order: &Order, replication: u32) -> String {
    let mut backends = weighted(&order.weights);
    let mut balancer = Balancer::new(&spec(order.profile, order.algorithm), &backends);
    let mut coin = Key::root(1, replication).stream("balancer", "coin");
    let pick = |_| {
        let query = nothing(Time::ZERO);
        let picked = balancer.pick(&query, &backends, Tried::NONE, &mut coin).unwrap();
        backends[picked].outstanding += 1;
        balancer.on_sent(picked, Time::ZERO);
        backends[picked].outstanding -= 1;
        balancer.on_done(picked, Time::ZERO, Span::ZERO);
        letter(picked)
    };
    (0..order.picks.len()).map(pick).collect()
}

#[test]
fn every_order_of_picks_on_an_idle_system_is_the_recorded_one() {
    for order in read::<Order>("orders.json") {
        // Envoy starts anywhere, so one of many starts is the recorded one.
        let starts = if order.profile == Profile::Envoy { 200 } else { 1 };
        let tried: Vec<String> = (0..starts).map(|start| idle_picks(&order, start)).collect();
        assert!(tried.contains(&order.picks), "{order:?}: {}", tried[0]);
    }
}

#[test]
fn envoy_keeps_to_the_weights_in_every_round_whatever_the_start() {
    let turns = read::<Order>("orders.json").into_iter().filter(|it| it.profile == Profile::Envoy);
    for order in turns {
        let round = order.weights.iter().sum::<u32>() as usize;
        for start in 0..20 {
            let picks = idle_picks(&order, start);
            // The round in which it starts was begun by the choices that were made before.
            for turns in picks.as_bytes()[round..].chunks_exact(round) {
                let count =
                    |backend: usize| turns.iter().filter(|it| **it == b'a' + backend as u8).count();
                let is_fair =
                    (0..).zip(&order.weights).all(|(i, weight)| count(i) == *weight as usize);
                assert!(is_fair, "{order:?}: {picks}");
            }
        }
    }
}

/// The picks while all requests of the trace arrive and depart when they did.
fn replayed(profile: Profile, weights: &[u32], trace: &[(u64, u64)]) -> String {
    let mut backends = weighted(weights);
    let mut balancer = Balancer::new(&spec(profile, Algorithm::LeastConnections), &backends);
    let mut coin = coin();
    // At equal times departures would come first, but all events are 3 ms apart.
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    for (number, (arrival, service)) in trace.iter().enumerate() {
        events.push((*arrival, true, number));
        events.push((arrival + service, false, number));
    }
    events.sort_unstable();
    let mut taken = vec![0; trace.len()];
    for (at, arrives, number) in events {
        let now = Time(at * 1_000);
        if arrives {
            let picked = balancer.pick(&nothing(now), &backends, Tried::NONE, &mut coin).unwrap();
            backends[picked].outstanding += 1;
            balancer.on_sent(picked, now);
            taken[number] = picked;
        } else {
            backends[taken[number]].outstanding -= 1;
            balancer.on_done(taken[number], now, Span::ZERO);
        }
    }
    taken.into_iter().map(letter).collect()
}

#[test]
fn six_hundred_picks_under_load_are_those_of_a_recorded_run() {
    let mut trace = Vec::new();
    let mut sets = 0;
    for record in read::<Exact>("exact.json") {
        match record {
            Exact::Trace { trace: rows } => trace = rows,
            Exact::Runs { profile, weights, picks } => {
                let replayed = replayed(profile, &weights, &trace);
                assert!(picks.contains(&replayed), "{profile:?} {weights:?}: {replayed}");
                sets += 1;
            }
        }
    }
    assert_eq!((trace.len(), sets), (600, 6));
}

/// Backends of weight 1 at ports in a row.
fn at_ports(first: u16) -> Vec<Backend> {
    let address = |port: u16| format!("127.0.0.1:{port}").into();
    let backends = weighted(&[1; 4]).into_iter().zip(first..);
    backends.map(|(it, port)| Backend { address: address(port), ..it }).collect()
}

#[test]
fn every_hash_names_the_recorded_backend_for_every_request() {
    for recorded in read::<Hashed>("hashes.json") {
        let backends = at_ports(recorded.port);
        let mut spec = spec(recorded.profile, recorded.algorithm);
        spec.hash_on = recorded.hash_on;
        assert!(spec.reads_address() != spec.reads_path());
        let mut balancer = Balancer::new(&spec, &backends);
        let same = recorded.picks.iter().filter(|(address, path, backend)| {
            let address = u32::from(address.parse::<std::net::Ipv4Addr>().unwrap());
            let query = Query { address, path, ..nothing(Time::ZERO) };
            balancer.pick(&query, &backends, Tried::NONE, &mut coin()) == Some(*backend)
        });
        let (same, of) = (same.count(), recorded.picks.len());
        assert_eq!(same, of, "{:?} {:?}", recorded.profile, recorded.algorithm);
        assert_eq!(of, 500);
    }
}
