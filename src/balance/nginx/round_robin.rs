//! `nginx`, `round-robin` and `smooth-weighted-round-robin`: nginx's default.
//!
//! Smooth weighted round robin over effective weights ([`Peers`]). *Use it* to see what failures
//! do to shares: a peer that failed comes back step by step. *Weakness*: that of round robin; and
//! each worker process without a `zone` has turns of its own, which is not shown here. *Source*:
//! `ngx_http_upstream_get_peer`.

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::peers::Peers;
use crate::rng::Stream;

/// nginx's round robin.
#[derive(Debug, Clone)]
pub struct RoundRobin {
    peers: Peers,
}

impl Balance for RoundRobin {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { peers: Peers::new(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        self.peers.turn(among, |_| true)
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        self.peers.on_change(backend, backends);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::stated::{coin, query, weighted};
    use super::super::super::{BalanceSpec, Balancer, Profile, Tried};

    #[test]
    fn a_failure_lowers_the_share_and_turns_give_it_back_one_by_one() {
        let backends = weighted(&[4, 4]);
        let spec = BalanceSpec { profile: Some(Profile::Nginx), ..BalanceSpec::default() };
        let mut balancer = Balancer::new(&spec, &backends);
        balancer.on_failed(0, 1);
        let picks: Vec<usize> = (0..6)
            .filter_map(|n| balancer.pick(&query(n), &backends, Tried::NONE, &mut coin()))
            .collect();
        // Effective weights of the first: 0, 1, 2, 3, 4, 4. Its gains by hand: 0, 1, 3, 6 - 7 ...
        assert_eq!(picks, [1, 1, 0, 1, 0, 1]);
    }
}
