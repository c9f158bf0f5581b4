//! HAProxy's ring: sixteen points for a unit of weight, and the nearest point on either side.
//!
//! Point k of server i stands at the full hash of i times 4,096 plus k, whatever the address of
//! the server. *Source*: `chash_init_server_tree`, `chash_get_server_hash`.

use super::super::Backend;
use super::super::backend::Candidates;
use super::hashes::full_hash;
use super::{SCALE, is_usable};

/// Numbers of points that a server may have.
const POINTS_OF_A_SERVER: u32 = 4_096;

/// The points of the servers that are up, in order, with their owners.
#[derive(Debug, Clone)]
pub(super) struct Ring {
    points: Vec<(u32, u32)>,
}

impl Ring {
    pub(super) fn new(backends: &[Backend]) -> Self {
        let mut points: Vec<(u32, u32)> = (0..)
            .zip(backends)
            .filter(|(_, backend)| is_usable(backend))
            .flat_map(|(owner, backend)| {
                let first = backend.id.wrapping_mul(POINTS_OF_A_SERVER);
                (0..SCALE * backend.weight)
                    .map(move |number| (full_hash(first.wrapping_add(number)), owner))
            })
            .collect();
        points.sort_by_key(|(place, _)| *place);
        Self { points }
    }

    /// The owner of the point that is nearest to `hash`, the one before if both are as near, and
    /// those of the points that follow it round the ring.
    pub(super) fn from(&self, hash: u32) -> Option<impl Iterator<Item = usize> + Clone> {
        let count = self.points.len();
        let next = self.points.partition_point(|(place, _)| *place < hash);
        let next = if next < count { next } else { 0 };
        let before = next.checked_sub(1).or_else(|| count.checked_sub(1))?;
        let to_next = self.points[next].0.wrapping_sub(hash);
        let from_before = hash.wrapping_sub(self.points[before].0);
        let is_between = self.points[next].1 != self.points[before].1;
        let first = if is_between && from_before <= to_next { before } else { next };
        let onwards = self.points[first..].iter().chain(&self.points[..first]);
        Some(onwards.map(|(_, owner)| *owner as usize))
    }

    /// The first of these that is open.
    pub(super) fn nearest(&self, hash: u32, among: Candidates<'_>) -> Option<usize> {
        self.from(hash)?.find(|owner| among.is_open(*owner))
    }

    /// The part of all hashes that belongs to each of so many servers.
    #[cfg(test)]
    pub(super) fn shares(&self, servers: usize) -> Vec<f64> {
        let mut shares = vec![0.0; servers];
        let count = self.points.len();
        for (i, (place, owner)) in self.points.iter().enumerate() {
            let (next, next_owner) = self.points[(i + 1) % count];
            let half = f64::from(next.wrapping_sub(*place)) / 2.0 / 4_294_967_296.0;
            shares[*owner as usize] += half;
            shares[next_owner as usize] += half;
        }
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::stated::equal;
    use super::*;

    #[test]
    fn the_arcs_of_four_equal_servers_are_those_that_were_measured() {
        let shares = Ring::new(&equal(4)).shares(4);
        for (share, measured) in shares.iter().zip([0.2891, 0.1853, 0.2427, 0.2829]) {
            assert!((share - measured).abs() < 1e-4, "{shares:?}");
        }
    }
}
