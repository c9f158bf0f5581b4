//! `caddy`, `round-robin`: Caddy's `round_robin`, which starts at the second upstream.
//!
//! A counter is raised and taken modulo the upstreams; one that is not open is passed over. *Use
//! it* as round robin. *Weakness*: that of round robin; the upstream behind one that is down gets
//! twice its share. *Source*: `RoundRobinSelection`.

use super::super::backend::{Candidates, position};
use super::super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;

/// Caddy's round robin.
#[derive(Debug, Clone)]
pub struct RoundRobin {
    counter: u64,
}

impl Balance for RoundRobin {
    fn new(_: &BalanceSpec, _: &[Backend]) -> Self {
        Self { counter: 0 }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let count = among.len() as u64;
        (0..count).find_map(|_| {
            self.counter += 1;
            let upstream = position(self.counter % count);
            among.is_open(upstream).then_some(upstream)
        })
    }
}
