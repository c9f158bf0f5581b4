//! `caddy`, `least-connections`: Caddy's `least_conn`.
//!
//! The fewest outstanding exchanges, ties at random by one pass: the n-th that ties replaces what
//! was chosen with a probability of 1/n. *Use it* as least connections. *Weakness*: that of least
//! connections. *Source*: `LeastConnSelection`.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::{Stream, below};

/// Caddy's least connections.
#[derive(Debug, Clone)]
pub struct LeastConn;

impl Balance for LeastConn {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let (mut best, mut least, mut ties) = (None, u32::MAX, 0);
        for (i, backend) in among.open() {
            if best.is_none() || backend.outstanding < least {
                (least, ties) = (backend.outstanding, 0);
            }
            if backend.outstanding == least {
                ties += 1;
                if below(ties, coin.next_u64()) == 0 {
                    best = Some(i);
                }
            }
        }
        best
    }
}
