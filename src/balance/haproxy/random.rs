//! `haproxy`, `random` and `power-of-d`: HAProxy's `random(1)` and `random(choices)`.
//!
//! Each draw is a place on a [`Ring`], not a server: a server is drawn as often as its arcs are
//! long. Of the draws the one with the fewest outstanding exchanges for its weight is taken, a
//! later one if they tie; a server may be drawn twice. (`balance random` without a number is
//! `random(2)`.) *Use it* as power of d choices. *Weakness*: four equal servers are drawn with
//! 29, 19, 24 and 28 %. *Source*: `get_server_rnd`.

use rand::Rng;

use super::super::backend::Candidates;
use super::super::{Algorithm, Backend, Balance, BalanceSpec, Query};
use super::ring::Ring;
use crate::rng::Stream;

/// HAProxy's random draws.
#[derive(Debug, Clone)]
pub struct Random {
    draws: u32,
    ring: Ring,
}

impl Balance for Random {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let draws = if spec.algorithm == Algorithm::PowerOfD { spec.choices } else { 1 };
        Self { draws, ring: Ring::new(backends) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        let mut best: Option<usize> = None;
        for _ in 0..self.draws {
            let drawn = self.ring.nearest(coin.next_u32(), among)?;
            let is_worse = best.is_some_and(|best| {
                let (before, now) = (&among.backends[best], &among.backends[drawn]);
                load(now, before) > load(before, now)
            });
            if !is_worse {
                best = Some(drawn);
            }
        }
        best
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.ring = Ring::new(backends);
    }
}

/// The outstanding exchanges of the one times the weight of the other.
const fn load(one: &Backend, other: &Backend) -> u64 {
    one.outstanding as u64 * other.weight as u64
}
