//! A toy with known truth for tests: waits in M/M/1 by Lindley's recursion.

use crate::rng::{Key, Purpose, open_unit};

/// The waits of the first `count` customers of an M/M/1 queue at load `rho` with unit service
/// mean that starts empty; replication `replication` under `seed`.
pub(super) fn waits(seed: u64, replication: u32, rho: f64, count: usize) -> Vec<f64> {
    let mut draws = Key::root(seed, replication).draws(Purpose::named("toy"));
    let mut exponential = || -libm::log(open_unit(draws.next_bits()));
    let mut wait = 0.0;
    (0..count)
        .map(|_| {
            let now = wait;
            wait = f64::max(wait + exponential() - exponential() / rho, 0.0);
            now
        })
        .collect()
}

/// The mean of the waits after the first tenth.
pub(super) fn mean_wait(seed: u64, replication: u32, rho: f64, count: usize) -> f64 {
    let waits = waits(seed, replication, rho, count);
    let kept = &waits[count / 10..];
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// The mean wait of each of `replications` replications.
pub(super) fn mean_waits(seed: u64, replications: u32, rho: f64, count: usize) -> Vec<f64> {
    (0..replications).map(|replication| mean_wait(seed, replication, rho, count)).collect()
}
