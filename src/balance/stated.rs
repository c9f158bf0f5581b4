//! Stated loads for the tests of the algorithms: backends made to measure, and what is picked.

use super::{Algorithm, Backend, BalanceSpec, Balancer, Query, Tried};
use crate::id::{NodeId, ReplicaId};
use crate::rng::{Key, Stream, mix};
use crate::time::Time;

/// Idle backends of weight 1.
pub(super) fn equal(count: u32) -> Vec<Backend> {
    let backend = |i: u32| Backend {
        node: NodeId(0),
        replica: ReplicaId(i),
        weight: 1,
        outstanding: 0,
        up: true,
        works: true,
        exists: true,
        name_hash: Backend::hash_of("app", i + 1),
        id: i + 1,
        address: format!("127.0.0.1:{}", 8_001 + i).into(),
    };
    (0..count).map(backend).collect()
}

/// Idle backends of these weights.
pub(super) fn weighted(weights: &[u32]) -> Vec<Backend> {
    let backends = equal(u32::try_from(weights.len()).unwrap()).into_iter();
    backends.zip(weights).map(|(b, weight)| Backend { weight: *weight, ..b }).collect()
}

/// Backends of weight 1 with so many exchanges outstanding.
pub(super) fn loaded(outstanding: &[u32]) -> Vec<Backend> {
    let backends = equal(u32::try_from(outstanding.len()).unwrap()).into_iter();
    backends.zip(outstanding).map(|(b, n)| Backend { outstanding: *n, ..b }).collect()
}

/// A coin that always falls in the same way.
pub(super) fn coin() -> Stream {
    Key::root(1, 0).stream("balancer", "coin")
}

/// Some request targets.
const PATHS: [&str; 7] = ["/", "/a", "/p/1", "/p/2", "/p/3?q=1", "/images/large.png", "/b/c/d/"];

/// The algorithm with the usual parameters.
pub(super) fn usual(algorithm: Algorithm) -> BalanceSpec {
    BalanceSpec { algorithm, ..BalanceSpec::default() }
}

/// The query number `n` of different sources for different things.
pub(super) fn query(n: u64) -> Query<'static> {
    let (source, uri) = (mix(n), mix(n + (1 << 40)));
    let path = PATHS[usize::try_from(uri % PATHS.len() as u64).unwrap()];
    let address = u32::try_from(source >> 32).unwrap();
    Query { source, uri, address, path, now: Time(n * 1_000) }
}

/// The indices picked for so many different queries; nothing is ever outstanding.
pub(super) fn owners_of_keys(
    spec: &BalanceSpec,
    backends: &[Backend],
    tried: Tried<'_>,
    count: u64,
) -> Vec<usize> {
    let mut balancer = Balancer::new(spec, backends);
    let mut coin = coin();
    (0..count).filter_map(|n| balancer.pick(&query(n), backends, tried, &mut coin)).collect()
}

/// The share of picks that each backend gets of so many different queries.
pub(super) fn shares_of(spec: &BalanceSpec, backends: &[Backend], count: u64) -> Vec<f64> {
    let picked = owners_of_keys(spec, backends, Tried::NONE, count);
    let share = |i| picked.iter().filter(|p| **p == i).count() as f64 / count as f64;
    (0..backends.len()).map(share).collect()
}

/// [`shares_of`] the algorithm with the usual parameters.
pub(super) fn shares(algorithm: Algorithm, backends: &[Backend], count: u64) -> Vec<f64> {
    shares_of(&usual(algorithm), backends, count)
}

/// The picks as letters, `a` for the first backend.
pub(super) fn picks(algorithm: Algorithm, backends: &[Backend], count: usize) -> String {
    let picked = owners_of_keys(&usual(algorithm), backends, Tried::NONE, count as u64);
    picked.into_iter().map(letter).collect()
}

/// The picks among so many equal backends for queries with these hashes of source and URI.
pub(super) fn picks_by(
    algorithm: Algorithm,
    backends: u32,
    hashes: impl Fn(u64) -> (u64, u64),
    count: u64,
) -> String {
    let backends = equal(backends);
    let mut balancer = Balancer::new(&usual(algorithm), &backends);
    let mut pick = |n| {
        let (source, uri) = hashes(n);
        let query = Query { source, uri, address: 0, path: "", now: Time::ZERO };
        balancer.pick(&query, &backends, Tried::NONE, &mut coin())
    };
    (0..count).filter_map(&mut pick).map(letter).collect()
}

fn letter(index: usize) -> char {
    char::from(b'a' + u8::try_from(index).unwrap())
}
