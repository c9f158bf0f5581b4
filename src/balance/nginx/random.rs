//! `nginx`, `random` and `weighted-random`: nginx's `random`.
//!
//! Any peer by weight; one that is not open is drawn again, up to 20 times, then round robin
//! decides. *Use it* as weighted random. *Weakness*: that of random. *Source*:
//! `ngx_http_upstream_get_random_peer`.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::peers::Peers;
use crate::rng::{Stream, below};

/// nginx's random.
#[derive(Debug, Clone)]
pub struct Random {
    peers: Peers,
}

impl Balance for Random {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { peers: Peers::new(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let total = self.peers.total().max(1);
        self.peers.owner_or_turn(among, || below(total, coin.next_u64()))
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}
