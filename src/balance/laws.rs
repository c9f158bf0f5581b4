//! Laws that hold for every algorithm of the list.

use super::stated::{coin, equal, owners_of_keys, query, shares, usual};
use super::{Algorithm, Backend, Balancer, Tried};
use crate::time::Span;

/// How far a share of eight equal backends may be from one eighth, as a part of it: by the
/// algorithm's promise, for 80,000 picks.
fn spread(algorithm: Algorithm) -> f64 {
    match algorithm {
        Algorithm::RoundRobin
        | Algorithm::SmoothWeightedRoundRobin
        | Algorithm::StaticRoundRobin => 1e-9,
        Algorithm::Random
        | Algorithm::WeightedRandom
        | Algorithm::PowerOfD
        | Algorithm::LeastConnections
        | Algorithm::WeightedLeastConnections
        | Algorithm::LeastResponseTime
        | Algorithm::SourceHash
        | Algorithm::UriHash
        | Algorithm::Maglev => 0.045,
        Algorithm::RingHash => 0.5,
        // Nothing is outstanding, so one backend may take it all.
        Algorithm::First | Algorithm::JoinIdleQueue => 7.0,
    }
}

#[test]
fn equal_backends_get_equal_shares_as_far_as_promised() {
    for algorithm in Algorithm::ALL {
        let shares = shares(*algorithm, &equal(8), 80_000);
        for share in &shares {
            let off = (share * 8.0 - 1.0).abs();
            assert!(off <= spread(*algorithm), "{}: {shares:?}", algorithm.name());
        }
    }
}

#[test]
fn a_backend_that_is_down_drained_or_tried_is_never_picked() {
    let mut backends = equal(6);
    backends[1].up = false;
    backends[2].weight = 0;
    for algorithm in Algorithm::ALL {
        let picked = owners_of_keys(&usual(*algorithm), &backends, Tried(&[4, 5]), 2_000);
        assert_eq!(picked.len(), 2_000, "{}", algorithm.name());
        assert!(picked.iter().all(|i| matches!(i, 0 | 3)), "{}", algorithm.name());
    }
}

#[test]
fn a_backend_that_came_back_is_picked_again() {
    for algorithm in Algorithm::ALL {
        let mut backends = equal(3);
        backends[1].up = false;
        let mut balancer = Balancer::new(&usual(*algorithm), &backends);
        let mut coin = coin();
        // What is sent stays outstanding, so that nobody stays idle.
        let mut sent = |backends: &[Backend], n| {
            let picked = balancer.pick(&query(n), backends, Tried::NONE, &mut coin).unwrap();
            balancer.on_sent(picked, query(n).now);
            picked
        };
        (0..100).for_each(|n| assert!(sent(&backends, n) != 1, "{}", algorithm.name()));
        backends[1].up = true;
        let returned = (100..200).any(|n| sent(&backends, n) == 1);
        // The first backend takes everything, and it was never away.
        assert_eq!(returned, *algorithm != Algorithm::First, "{}", algorithm.name());
    }
}

#[test]
fn nothing_is_picked_when_nothing_is_open() {
    for algorithm in Algorithm::ALL {
        let mut backends = equal(3);
        let tried = owners_of_keys(&usual(*algorithm), &backends, Tried(&[2, 0, 1]), 50);
        backends.iter_mut().for_each(|backend| backend.up = false);
        let down = owners_of_keys(&usual(*algorithm), &backends, Tried::NONE, 50);
        backends.iter_mut().for_each(|b| (b.up, b.weight) = (true, 0));
        let drained = owners_of_keys(&usual(*algorithm), &backends, Tried::NONE, 50);
        let absent = owners_of_keys(&usual(*algorithm), &[], Tried::NONE, 50);
        let picked = [tried, down, drained, absent].concat();
        assert!(picked.is_empty(), "{}: {picked:?}", algorithm.name());
    }
}

#[test]
fn retries_visit_each_backend_once() {
    for algorithm in Algorithm::ALL {
        let backends = equal(5);
        let mut balancer = Balancer::new(&usual(*algorithm), &backends);
        let mut coin = coin();
        let mut tried: Vec<u32> = Vec::new();
        while let Some(picked) = balancer.pick(&query(9), &backends, Tried(&tried), &mut coin) {
            tried.push(u32::try_from(picked).unwrap());
        }
        tried.sort_unstable();
        assert_eq!(tried, [0, 1, 2, 3, 4], "{}", algorithm.name());
    }
}

/// The picks of a small life: exchanges are sent, and every other one is answered.
fn life(algorithm: Algorithm, is_told: bool) -> Vec<usize> {
    let mut backends = equal(7);
    let mut balancer = Balancer::new(&usual(algorithm), &backends);
    let mut coin = coin();
    let mut picked = Vec::new();
    for n in 0..500 {
        let query = query(n);
        let i = balancer.pick(&query, &backends, Tried::NONE, &mut coin).unwrap();
        if is_told {
            balancer.on_sent(i, query.now);
        }
        backends[i].outstanding += 1;
        if n % 2 == 0 {
            if is_told {
                balancer.on_done(i, query.now, Span::from_millis(5 + n % 7));
            }
            backends[i].outstanding -= 1;
        }
        picked.push(i);
    }
    picked
}

#[test]
fn the_same_coin_gives_the_same_picks() {
    for algorithm in Algorithm::ALL {
        assert_eq!(life(*algorithm, true), life(*algorithm, true), "{}", algorithm.name());
    }
}

#[test]
fn who_does_not_listen_picks_the_same_without_being_told() {
    for algorithm in Algorithm::ALL {
        let listens = Balancer::new(&usual(*algorithm), &equal(7)).listens();
        let is_same = life(*algorithm, true) == life(*algorithm, false);
        assert_eq!(is_same, !listens, "{}", algorithm.name());
    }
}

#[test]
fn the_picks_of_a_small_life_are_pinned() {
    let digest = |algorithm: &Algorithm| {
        let picks = life(*algorithm, true).into_iter();
        picks.fold(0_u64, |hash, i| hash.wrapping_mul(0x0100_0000_01b3) ^ (i as u64 + 1))
    };
    let digests: Vec<String> = Algorithm::ALL
        .iter()
        .map(|algorithm| format!("{} {:016x}", algorithm.name(), digest(algorithm)))
        .collect();
    assert_eq!(digests, PINNED);
}

/// Any change of these changes the results of every scenario that uses the algorithm.
const PINNED: [&str; 15] = [
    "round-robin 9cabf2629d261370",
    "smooth-weighted-round-robin 9cabf2629d261370",
    "random 5d6865904ca6b2d8",
    "weighted-random 5d6865904ca6b2d8",
    "power-of-d a366574622257ae7",
    "least-connections 8429da9b6e0f6073",
    "weighted-least-connections 8429da9b6e0f6073",
    "least-response-time d8cd680c34044e9a",
    "source-hash fecf508080ab923d",
    "uri-hash 8ce3ade48c5f4526",
    "ring-hash 797fb8b43ef117c6",
    "maglev 785d31839109d77d",
    "static-round-robin 9cabf2629d261370",
    "first d05c96405bf0f9e4",
    "join-idle-queue 01efe82559c71d40",
];

#[test]
fn every_word_is_read_and_written_as_itself() {
    for algorithm in Algorithm::ALL {
        let word = serde_json::to_value(algorithm).unwrap();
        assert_eq!(word, algorithm.name());
        assert_eq!(serde_json::from_value::<Algorithm>(word).unwrap(), *algorithm);
    }
}
