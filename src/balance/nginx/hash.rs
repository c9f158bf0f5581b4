//! `nginx`, `uri-hash`: nginx's `hash $request_uri` (`hash_on = "source"`: `hash $remote_addr`).
//!
//! Fifteen bits of the checksum of the key, modulo the sum of weights, name the peer. If it is
//! not open, the checksum of the number of the attempt and the key is added, up to 20 times, then
//! round robin decides. *Use it* to keep an object on a peer. *Weakness*: one more peer moves
//! nearly every key. *Source*: `ngx_http_upstream_get_hash_peer`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, HashOn, Query};
use super::crc32::Crc32;
use super::peers::Peers;
use crate::rng::Stream;

/// nginx's hash of a key.
#[derive(Debug, Clone)]
pub struct Hash {
    hash_on: HashOn,
    peers: Peers,
}

impl Balance for Hash {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { hash_on: spec.hash_on, peers: Peers::new(backends) }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.as_written()
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        self.hash_on.with_text(query, |key| {
            let (mut sum, mut attempt) = (0, 0);
            self.peers.owner_or_turn(among, || {
                sum += u64::from((prefix(attempt).with(key).end() >> 16) & 0x7fff);
                attempt += 1;
                sum
            })
        })
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}

/// The checksum of the number of an attempt in decimal, of nothing for the first.
fn prefix(attempt: u8) -> Crc32 {
    let (tens, ones) = (b'0' + attempt / 10, b'0' + attempt % 10);
    match attempt {
        0 => Crc32::NEW,
        1..10 => Crc32::NEW.with(&[ones]),
        10.. => Crc32::NEW.with(&[tens, ones]),
    }
}
