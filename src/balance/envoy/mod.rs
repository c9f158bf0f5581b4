//! The profile `envoy`: what Envoy 1.40 does under each name.
//!
//! Hosts that are down leave all structures at once. *Source*: `source/extensions/
//! load_balancing_policies` and `source/common/upstream/edf_scheduler.h`, read and written anew.

mod bounded;
mod edf;
mod least_request;
mod mersenne;
mod ring_hash;
mod round_robin;
mod xxhash;

pub use least_request::LeastRequest;
pub use ring_hash::RingHash;
pub use round_robin::RoundRobin;

use super::Backend;
use super::backend::{Candidates, position};

/// Whether all hosts that are up have the same weight: then Envoy needs no scheduler.
fn is_equal(backends: &[Backend]) -> bool {
    let mut up = backends.iter().filter(|backend| is_healthy(backend));
    let first = up.next().map(|backend| backend.weight);
    up.all(|backend| Some(backend.weight) == first)
}

/// Whether a host takes part.
const fn is_healthy(backend: &Backend) -> bool {
    backend.up && backend.weight > 0
}

/// Host number `number` of those that are up, modulo their count.
fn healthy(among: Candidates<'_>, number: u64) -> Option<usize> {
    let up = || among.backends.iter().enumerate().filter(|(_, backend)| is_healthy(backend));
    let place = number.checked_rem(up().count() as u64)?;
    up().nth(position(place)).map(|(index, _)| index)
}
