//! `haproxy`, `ring-hash`: HAProxy's `balance uri` or `balance source` with
//! `hash-type consistent`.
//!
//! The full hash of the path's hash, or of the address, on a [`Ring`]. *Use it* where servers come
//! and go. *Weakness*: sixteen points a unit of weight are few: with weight 1 shares differ by a
//! third and more; write larger weights. With `balance_factor`, a server takes part while it has
//! fewer requests than its slots: those of all servers, rounded up, are shared out by weight, and
//! what is left over goes by the order of configuration. *Source*: `chash_get_server_hash`,
//! `chash_server_is_eligible`.

use super::super::backend::{Candidates, Reads};
use super::super::bounded::{all_outstanding, first_with_room};
use super::super::{Backend, Balance, BalanceSpec, HashOn, Query};
use super::hashes::{full_hash, uri_hash};
use super::ring::Ring;
use super::{SCALE, is_usable};
use crate::rng::Stream;

/// HAProxy's consistent hash.
#[derive(Debug, Clone)]
pub struct ByRing {
    hash_on: HashOn,
    ring: Ring,
    /// `hash-balance-factor`.
    bound: Option<u32>,
}

impl Balance for ByRing {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { hash_on: spec.hash_on, ring: Ring::new(backends), bound: spec.bound() }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.as_written()
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let key = match self.hash_on {
            HashOn::Source => query.address,
            HashOn::Uri | HashOn::Cookie => uri_hash(query.path),
        };
        let onwards = self.ring.from(full_hash(key))?;
        first_with_room(onwards, among, |server| {
            self.bound.is_none_or(|percent| is_eligible(percent, server, among.backends))
        })
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.ring = Ring::new(backends);
    }
}

/// Whether a server has fewer requests than its slots.
fn is_eligible(percent: u32, server: usize, backends: &[Backend]) -> bool {
    let all = ((all_outstanding(backends) + 1) * u64::from(percent)).div_ceil(100);
    let weight = |backend: &Backend| {
        if is_usable(backend) { u64::from(backend.weight) * u64::from(SCALE) } else { 0 }
    };
    let total = backends.iter().map(weight).sum::<u64>().max(1);
    let before: u64 = backends[..server].iter().map(weight).sum();
    let own = weight(&backends[server]);
    let (each, rest) = (all / total, all % total);
    let slots = own * each + (before + own) * rest / total - before * rest / total;
    u64::from(backends[server].outstanding) < slots.max(1)
}
