//! `haproxy`, `ring-hash`: HAProxy's `balance uri` or `balance source` with
//! `hash-type consistent`.
//!
//! The full hash of the path's hash, or of the address, on a [`Ring`]. *Use it* where servers come
//! and go. *Weakness*: sixteen points a unit of weight are few: with weight 1 shares differ by a
//! third and more; write larger weights. *Source*: `chash_get_server_hash`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, HashOn, Query};
use super::hashes::{full_hash, uri_hash};
use super::ring::Ring;
use crate::rng::Stream;

/// HAProxy's consistent hash.
#[derive(Debug, Clone)]
pub struct ByRing {
    hash_on: HashOn,
    ring: Ring,
}

impl Balance for ByRing {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { hash_on: spec.hash_on, ring: Ring::new(backends) }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.as_written()
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let key = match self.hash_on {
            HashOn::Source => query.address,
            HashOn::Uri | HashOn::Cookie => uri_hash(query.path),
        };
        self.ring.nearest(full_hash(key), among)
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.ring = Ring::new(backends);
    }
}
