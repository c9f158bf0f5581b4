//! `nginx`, `power-of-d` with two choices: nginx's `random two least_conn`.
//!
//! Two different peers are drawn by weight, and the one with fewer outstanding exchanges for its
//! weight is taken; the second one if they tie. After 20 draws that met no such pair round robin
//! decides. *Use it* as power of d choices. *Weakness*: that of power of d choices. *Source*:
//! `ngx_http_upstream_get_random2_peer`.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::MAX_TRIES;
use super::least_conn::crossed;
use super::peers::Peers;
use crate::rng::{Stream, below};

/// nginx's two random choices.
#[derive(Debug, Clone)]
pub struct RandomTwo {
    peers: Peers,
}

impl Balance for RandomTwo {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { peers: Peers::new(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        among.open().next()?;
        let total = self.peers.total().max(1);
        let mut first = None;
        let mut misses = 0;
        while misses <= MAX_TRIES && among.len() > 1 {
            let drawn = self.peers.owner(below(total, coin.next_u64()))?;
            let is_new = first != Some(drawn) && among.is_open(drawn);
            match first {
                Some(first) if is_new => {
                    let (one, other) = (&among.backends[first], &among.backends[drawn]);
                    let is_worse = crossed(other, one) > crossed(one, other);
                    return Some(if is_worse { first } else { drawn });
                }
                None if is_new => first = Some(drawn),
                None | Some(_) => misses += 1,
            }
        }
        self.peers.turn(among, |_| true)
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}
