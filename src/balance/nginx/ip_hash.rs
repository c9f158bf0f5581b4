//! `nginx`, `source-hash`: nginx's `ip_hash`.
//!
//! The first three octets of the client's address are folded into a number below 6,271, and that
//! modulo the sum of weights names the peer. If it is not open the number is folded again, up to
//! 20 times, then round robin decides. *Use it* to keep a client on a peer without cookies.
//! *Weakness*: all addresses of one /24 share a peer, and so do all clients behind one gateway.
//! *Source*: `ngx_http_upstream_ip_hash_module.c`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::peers::Peers;
use crate::rng::Stream;

/// nginx's hash of the client's address.
#[derive(Debug, Clone)]
pub struct IpHash {
    peers: Peers,
}

impl Balance for IpHash {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { peers: Peers::new(backends) }
    }

    fn reads(_: &BalanceSpec) -> Reads {
        Reads::Address
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let [first, second, third, _] = query.address.to_be_bytes();
        let mut hash = 89;
        self.peers.owner_or_turn(among, || {
            for octet in [first, second, third] {
                hash = (hash * 113 + u64::from(octet)) % 6_271;
            }
            hash
        })
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}
