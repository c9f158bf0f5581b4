//! What was recorded of the products themselves, pick by pick, and what is picked here.
//!
//! `tests/data/real/picks.py` says how the three tables were made from recordings of nginx 1.22.1,
//! HAProxy 2.6.12, Envoy 1.40.0 and Caddy 2.6.2.

use serde::Deserialize;

use super::{Algorithm, Backend, BalanceSpec, Balancer, HashOn, Profile, Query, Tried};
use crate::id::{NodeId, ReplicaId};
use crate::rng::{Key, Stream};
use crate::time::{Span, Time};

const ORDERS: &str = include_str!("../../tests/data/real/orders.json");
const EXACT: &str = include_str!("../../tests/data/real/exact.json");
const HASHES: &str = include_str!("../../tests/data/real/hashes.json");

/// How many starts are tried where a product starts anywhere.
const STARTS: u32 = 200;

/// How many picks are the recorded ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What was compared.
    pub name: String,
    /// So many picks from the beginning, or in all where each stands for itself, are as recorded.
    pub same: usize,
    /// How many were recorded.
    pub of: usize,
}

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

/// Orders of picks on an idle system: of a product that starts anywhere, from the best of many
/// starts.
#[must_use]
pub fn orders() -> Vec<Compared> {
    let orders = read::<Order>(ORDERS).into_iter().map(|order| {
        let starts = if order.profile == Profile::Envoy { STARTS } else { 1 };
        let same = (0..starts).map(|start| same(&idle_picks(&order, start), &order.picks));
        Compared {
            name: name("s2-order", order.profile, order.algorithm, &order.weights),
            same: same.max().unwrap_or(0),
            of: order.picks.len(),
        }
    });
    orders.collect()
}

/// Picks under load, with arrivals and departures as recorded: the best of the recorded runs, for a
/// run that was disturbed differs from there on.
#[must_use]
pub fn exact() -> Vec<Compared> {
    let mut trace = Vec::new();
    let mut all = Vec::new();
    for record in read::<Exact>(EXACT) {
        match record {
            Exact::Trace { trace: rows } => trace = rows,
            Exact::Runs { profile, weights, picks } => {
                let replayed = replayed(profile, &weights, &trace);
                let same = picks.iter().map(|run| same(&replayed, run)).max().unwrap_or(0);
                let name = name("s1x-exact", profile, Algorithm::LeastConnections, &weights);
                all.push(Compared { name, same, of: trace.len() });
            }
        }
    }
    all
}

/// Picks by hashes, each for itself.
#[must_use]
pub fn hashes() -> Vec<Compared> {
    let mut all: Vec<Compared> = Vec::new();
    for recorded in read::<Hashed>(HASHES) {
        let backends = at_ports(recorded.port);
        let mut spec = spec(recorded.profile, recorded.algorithm);
        spec.hash_on = recorded.hash_on;
        let mut balancer = Balancer::new(&spec, &backends);
        let same = recorded.picks.iter().filter(|(address, path, backend)| {
            let address = address.parse().map_or(0, std::net::Ipv4Addr::to_bits);
            let query = Query { address, path, ..nothing(Time::ZERO) };
            balancer.pick(&query, &backends, Tried::NONE, &mut coin(0)) == Some(*backend)
        });
        let (name, same, of) = (
            name("hash-rules", recorded.profile, recorded.algorithm, &[]),
            same.count(),
            recorded.picks.len(),
        );
        // Several traces of one rule are one case.
        match all.iter_mut().find(|it| it.name == name) {
            Some(it) => (it.same, it.of) = (it.same + same, it.of + of),
            None => all.push(Compared { name, same, of }),
        }
    }
    all
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).expect("the tables in the program are well-formed")
}

fn name(group: &str, profile: Profile, algorithm: Algorithm, weights: &[u32]) -> String {
    let weights: String = weights.iter().map(|weight| format!("-{weight}")).collect();
    format!("{group}/{}-{}{weights}", profile.name(), algorithm.name())
}

fn spec(profile: Profile, algorithm: Algorithm) -> BalanceSpec {
    BalanceSpec { profile: Some(profile), algorithm, ..BalanceSpec::default() }
}

fn nothing(now: Time) -> Query<'static> {
    Query { source: 0, uri: 0, address: 0, path: "", now }
}

fn coin(replication: u32) -> Stream {
    Key::root(1, replication).stream("balancer", "coin")
}

/// Idle backends of these weights, at ports in a row.
fn backends(weights: &[u32], first_port: u16) -> Vec<Backend> {
    let backend = |(number, weight): (u32, &u32)| Backend {
        node: NodeId(0),
        replica: ReplicaId(number),
        weight: *weight,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: Backend::hash_of("app", number),
        id: number + 1,
        address: format!("127.0.0.1:{}", u32::from(first_port) + number).into(),
    };
    (0..).zip(weights).map(backend).collect()
}

fn at_ports(first: u16) -> Vec<Backend> {
    backends(&[1; 4], first)
}

/// How many picks from the beginning are alike.
fn same(picks: &str, recorded: &str) -> usize {
    picks.bytes().zip(recorded.bytes()).take_while(|(ours, theirs)| ours == theirs).count()
}

fn letter(index: usize) -> char {
    u8::try_from(index).map_or('?', |index| char::from(b'a' + index))
}

/// Picks one at a time, each answered before the next.
fn idle_picks(order: &Order, replication: u32) -> String {
    let mut backends = backends(&order.weights, 8_001);
    let mut balancer = Balancer::new(&spec(order.profile, order.algorithm), &backends);
    let mut coin = coin(replication);
    let pick = |_| {
        let query = nothing(Time::ZERO);
        let picked = balancer.pick(&query, &backends, Tried::NONE, &mut coin)?;
        backends[picked].outstanding += 1;
        balancer.on_sent(picked, Time::ZERO);
        backends[picked].outstanding -= 1;
        balancer.on_done(picked, Time::ZERO, Span::ZERO);
        Some(letter(picked))
    };
    (0..order.picks.len()).filter_map(pick).collect()
}

/// The picks while all requests of the trace arrive and depart when they did.
fn replayed(profile: Profile, weights: &[u32], trace: &[(u64, u64)]) -> String {
    let mut backends = backends(weights, 8_001);
    let mut balancer = Balancer::new(&spec(profile, Algorithm::LeastConnections), &backends);
    let mut coin = coin(0);
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    for (number, (arrival, service)) in trace.iter().enumerate() {
        events.push((*arrival, true, number));
        events.push((arrival + service, false, number));
    }
    // At equal times departures come first, but all events are 3 ms apart.
    events.sort_unstable();
    let mut taken = vec![None; trace.len()];
    for (at, arrives, number) in events {
        let now = Time(at * 1_000);
        if arrives {
            taken[number] = balancer.pick(&nothing(now), &backends, Tried::NONE, &mut coin);
        }
        let Some(backend) = taken[number] else { continue };
        if arrives {
            backends[backend].outstanding += 1;
            balancer.on_sent(backend, now);
        } else {
            backends[backend].outstanding -= 1;
            balancer.on_done(backend, now, Span::ZERO);
        }
    }
    taken.into_iter().flatten().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(all: &[Compared], cases: usize) {
        assert_eq!(all.len(), cases);
        for it in all {
            assert!(it.same == it.of && it.of >= 10, "{it:?}");
        }
    }

    #[test]
    fn every_order_of_picks_on_an_idle_system_is_the_recorded_one() {
        check(&orders(), 29);
    }

    #[test]
    fn six_hundred_picks_under_load_are_those_of_a_recorded_run() {
        check(&exact(), 6);
    }

    #[test]
    fn every_hash_names_the_recorded_backend_for_every_request() {
        check(&hashes(), 7);
    }

    #[test]
    fn envoy_keeps_to_the_weights_in_every_round_whatever_the_start() {
        let turns = read::<Order>(ORDERS).into_iter().filter(|it| it.profile == Profile::Envoy);
        for order in turns {
            let round = order.weights.iter().sum::<u32>() as usize;
            for start in 0..20 {
                let picks = idle_picks(&order, start);
                // The round in which it starts was begun by the choices that were made before.
                for turns in picks.as_bytes()[round..].chunks_exact(round) {
                    let count =
                        |backend: u8| turns.iter().filter(|it| **it == b'a' + backend).count();
                    let is_fair =
                        (0..).zip(&order.weights).all(|(i, weight)| count(i) == *weight as usize);
                    assert!(is_fair, "{order:?}: {picks}");
                }
            }
        }
    }
}
