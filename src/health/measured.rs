//! The attempts of nginx 1.22 with a backend that refuses, recorded, against ours.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Health, HealthSpec, PassiveSpec};
use crate::balance::{Algorithm, Backend, BalanceSpec, Balancer, Query, Tried};
use crate::id::{NodeId, ReplicaId};
use crate::rng::Key;
use crate::time::{Span, Time};

const RECORDED: &str = include_str!("../../tests/data/real/s5-attempt-sequences.json");

/// The backends that each request was sent to, in turn.
type Attempts = Vec<Vec<u32>>;

#[derive(Deserialize)]
struct Recorded {
    measured: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    attempts_per_request_200ms_apart: Attempts,
    other_runs: Vec<Attempts>,
}

/// A second has so many milliseconds; a request comes every 200.
const SECOND: u64 = 1_000;
const APART: u64 = 200;

/// Sixty requests to three backends, of which 1 refuses, on a clock with this phase.
fn attempts(spec: &HealthSpec, phase: u64) -> Attempts {
    let backend = |n: u32| Backend {
        node: NodeId(0),
        replica: ReplicaId(n),
        weight: 1,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: 0,
        id: n + 1,
        address: "".into(),
    };
    let mut backends = [0, 1, 2].map(backend);
    let algorithm = Algorithm::SmoothWeightedRoundRobin;
    let mut balancer =
        Balancer::new(&BalanceSpec { algorithm, ..BalanceSpec::default() }, &backends);
    let mut coin = Key::root(1, 0).stream("balancer", "coin");
    let mut health = Health::new(spec, &[1; 3], Span::from_millis(phase));
    let request = |n: u64| {
        let now = Time(n * APART * 1_000_000);
        let query = Query { source: 0, uri: 0, address: 0, path: "", now };
        let mut tried = Vec::new();
        loop {
            for (i, backend) in backends.iter_mut().enumerate() {
                backend.up = health.is_up(i, now);
                backend.weight = health.effective_weight(i).unwrap();
            }
            let picked = balancer.pick(&query, &backends, Tried(&tried), &mut coin).unwrap();
            for (i, backend) in backends.iter().enumerate() {
                if backend.up && !Tried(&tried).contains(i) {
                    health.on_considered(i);
                }
            }
            health.on_picked(picked, now);
            tried.push(u32::try_from(picked).unwrap());
            if picked != 1 {
                health.on_success(picked, now);
                return tried;
            }
            health.on_failure(picked, now);
        }
    };
    (0..60).map(request).collect()
}

#[test]
fn nginx_tries_as_recorded_at_one_phase_of_the_clock_in_each_run() {
    let cases: BTreeMap<&str, PassiveSpec> =
        [("defaults", 1, 10), ("max_fails=2 fail_timeout=2s", 2, 2), ("fail_timeout=3s", 1, 3)]
            .into_iter()
            .map(|(name, max_fails, seconds)| {
                let fail_timeout = Span::from_secs(seconds);
                (name, PassiveSpec { max_fails, fail_timeout, ..PassiveSpec::default() })
            })
            .collect();
    let recorded = serde_json::from_str::<Recorded>(RECORDED).unwrap().measured;
    for (name, passive) in cases {
        let spec = HealthSpec { passive: Some(passive), ..HealthSpec::default() };
        let case = &recorded[name];
        let first = &case.attempts_per_request_200ms_apart;
        for run in case.other_runs.iter().chain([first]) {
            let phases: Vec<u64> =
                (0..SECOND).step_by(20).filter(|phase| attempts(&spec, *phase) == *run).collect();
            // Requests 200 ms apart tell the phase of the clock to 200 ms.
            assert_eq!(phases.len(), 10, "{name}: {phases:?}");
            assert!(phases.windows(2).all(|pair| pair[1] - pair[0] == 20), "{name}: {phases:?}");
        }
    }
}
