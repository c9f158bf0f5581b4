//! Join idle queue: the backend that has been idle the longest; any one if none is idle.
//!
//! A backend that becomes idle enters a queue, and each choice takes the first of it. *Use it* for
//! very many backends: a choice costs nothing that grows with their number, and with spare
//! capacity nearly every exchange finds an idle backend. *Weakness*: near saturation no backend is
//! idle, and the choice is random. *Source*: Lu, Xie, Kliot, Geller, Larus and Greenberg,
//! "Join-Idle-Queue: a novel load balancing algorithm for dynamically scalable web services",
//! Performance Evaluation 68 (2011).
//!
//! Idle means that this balancer has nothing outstanding there.

use std::collections::VecDeque;

use rand::Rng;

use super::backend::Candidates;
use super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::Stream;
use crate::time::{Span, Time};

/// The algorithm `join-idle-queue`: it remembers who became idle, in order.
#[derive(Debug, Clone)]
pub struct JoinIdleQueue {
    idle: VecDeque<u32>,
    outstanding: Vec<u32>,
}

impl Balance for JoinIdleQueue {
    const LISTENS: bool = true;

    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        let outstanding = backends.iter().map(|backend| backend.outstanding).collect::<Vec<_>>();
        // Each backend is in the queue at most once, so it never grows.
        let mut idle = VecDeque::with_capacity(backends.len());
        idle.extend((0..).zip(&outstanding).filter(|(_, count)| **count == 0).map(|(i, _)| i));
        Self { idle, outstanding }
    }

    #[inline]
    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let mut idle = self.idle.iter().map(|backend| *backend as usize);
        idle.find(|backend| among.is_open(*backend)).or_else(|| among.any_open(coin.next_u64()))
    }

    fn on_sent(&mut self, backend: usize, _: Time) {
        self.outstanding[backend] += 1;
        if self.outstanding[backend] == 1
            && let Some(place) = self.idle.iter().position(|idle| *idle as usize == backend)
        {
            self.idle.remove(place);
        }
    }

    fn on_done(&mut self, backend: usize, _: Time, _: Span) {
        self.outstanding[backend] -= 1;
        if self.outstanding[backend] == 0 {
            self.idle.extend(u32::try_from(backend));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stated::{coin, equal, loaded, query, shares, usual};
    use super::super::{Algorithm, Balancer, Tried};
    use crate::time::{Span, Time};

    #[test]
    fn who_became_idle_first_is_taken_first() {
        let backends = equal(3);
        let mut balancer = Balancer::new(&usual(Algorithm::JoinIdleQueue), &backends);
        let pick = |balancer: &mut Balancer| {
            let picked = balancer.pick(&query(1), &backends, Tried::NONE, &mut coin());
            let picked = picked.unwrap();
            balancer.on_sent(picked, Time::ZERO);
            picked
        };
        assert_eq!([pick(&mut balancer), pick(&mut balancer), pick(&mut balancer)], [0, 1, 2]);
        for done in [2, 0, 1] {
            balancer.on_done(done, Time::ZERO, Span::ZERO);
        }
        assert_eq!([pick(&mut balancer), pick(&mut balancer), pick(&mut balancer)], [2, 0, 1]);
    }

    #[test]
    fn nobody_idle_is_a_random_choice() {
        let shares = shares(Algorithm::JoinIdleQueue, &loaded(&[9, 1, 1]), 60_000);
        for share in &shares {
            assert!((share - 1.0 / 3.0).abs() < 4.0 * 0.00193, "{shares:?}");
        }
    }
}
