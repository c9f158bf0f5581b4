//! `nginx`, `least-connections` and `weighted-least-connections`: nginx's `least_conn`.
//!
//! The fewest outstanding exchanges for the weight; among those that tie, the one whose turn it
//! is by round robin over effective weights. *Use it* as least connections. *Weakness*: that of
//! least connections. *Source*: `ngx_http_upstream_get_least_conn_peer`.

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::peers::Peers;
use crate::rng::Stream;

/// nginx's least connections.
#[derive(Debug, Clone)]
pub struct LeastConn {
    peers: Peers,
}

impl Balance for LeastConn {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { peers: Peers::new(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let (mut best, mut least) = among.open().next()?;
        let mut tied = false;
        for (i, backend) in among.open().skip(1) {
            match crossed(backend, least).cmp(&crossed(least, backend)) {
                std::cmp::Ordering::Less => (best, least, tied) = (i, backend, false),
                std::cmp::Ordering::Equal => tied = true,
                std::cmp::Ordering::Greater => {}
            }
        }
        if !tied {
            return Some(best);
        }
        self.peers.turn(among, |backend| crossed(backend, least) == crossed(least, backend))
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}

/// The outstanding exchanges of the one times the weight of the other, which compares loads
/// without dividing.
pub(super) const fn crossed(one: &Backend, other: &Backend) -> u64 {
    one.outstanding as u64 * other.weight as u64
}
