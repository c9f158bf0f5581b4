//! `envoy`, `ring-hash`: Envoy's `RING_HASH` with its default of 1,024 points for all hosts.
//!
//! Point k of a host stands at the hash of its address, an underscore and k; a host has points in
//! proportion to its weight, the lightest a whole number of them. The key is the hash of the
//! client's address as text, or of the path; it belongs to the first point at or after it. A host
//! that goes down takes its points along, and the others get more. *Use it* where hosts come and
//! go. *Weakness*: as other rings, uneven shares; they depend on the text of addresses. *Source*:
//! `RingHashLoadBalancer`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, HashOn, Query};
use super::bounded::Bounded;
use super::is_healthy;
use super::xxhash::xxhash64;
use crate::rng::Stream;

/// The least number of points of a ring.
const MIN_POINTS: f64 = 1_024.0;

/// The largest number of points of a ring.
const MAX_POINTS: f64 = 8_388_608.0;

/// Envoy's ring.
#[derive(Debug, Clone)]
pub struct RingHash {
    hash_on: HashOn,
    /// The points in order, with their owners.
    points: Vec<(u64, u32)>,
    bounded: Option<Bounded>,
}

impl Balance for RingHash {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let bounded = spec.bound().map(Bounded::new);
        Self { hash_on: spec.hash_on, points: points(backends), bounded }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.as_written()
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let hash = self.hash_on.with_text(query, xxhash64);
        let first = self.points.partition_point(|(place, _)| *place < hash);
        let onwards = self.points[first..].iter().chain(&self.points[..first]);
        let own = onwards.map(|(_, owner)| *owner as usize).find(|owner| among.is_open(*owner))?;
        Some(self.bounded.as_mut().map_or(own, |bounded| bounded.chosen(hash, own, among)))
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.points = points(backends);
    }
}

fn points(backends: &[Backend]) -> Vec<(u64, u32)> {
    let up = || (0..).zip(backends).filter(|(_, backend)| is_healthy(backend));
    let total: f64 = up().map(|(_, backend)| f64::from(backend.weight)).sum();
    let Some(lightest) = up().map(|(_, backend)| backend.weight).min() else { return Vec::new() };
    let lightest = f64::from(lightest) / total;
    let scale = ((lightest * MIN_POINTS).ceil() / lightest).min(MAX_POINTS);
    let (mut points, mut target, mut count) = (Vec::new(), 0.0, 0.0);
    for (owner, backend) in up() {
        target += scale * (f64::from(backend.weight) / total);
        let mut number = 0_u32;
        while count < target {
            let text = format!("{}_{number}", backend.address);
            points.push((xxhash64(text.as_bytes()), owner));
            number += 1;
            count += 1.0;
        }
    }
    points.sort_by_key(|(place, _)| *place);
    points
}
