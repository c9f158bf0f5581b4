//! `caddy`, `power-of-d`: Caddy's `random_choose`, with what is odd about it.
//!
//! Upstream i, counted from 0, draws a number up to i and takes that place of the sample if there
//! is one. So the first upstreams displace one another while places stay empty: of four, the first
//! is in the sample in one case of four, the others in one of two, and the sample may hold one
//! alone. Of the sample an idle one is taken; else one of those that were not worse than all
//! before them, at random, which need not be the best. *Use it* to see what that costs.
//! *Weakness*: a third slower than two honest choices, and the first upstream starves. *Source*:
//! `RandomChoiceSelection` and `leastRequests` of 2.6; later versions sample as they should.

use rand::Rng;

use super::super::backend::{Candidates, position};
use super::super::{Backend, Balance, BalanceSpec, Query};
use crate::rng::{Stream, below};

/// Caddy's random choices.
#[derive(Debug, Clone)]
pub struct RandomChoose {
    sample: Vec<Option<usize>>,
    best: Vec<usize>,
}

impl Balance for RandomChoose {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let choices = position(spec.choices.into()).min(backends.len());
        Self { sample: vec![None; choices], best: Vec::with_capacity(choices) }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, coin: &mut Stream) -> Option<usize> {
        self.sample.fill(None);
        for (i, _) in among.open() {
            let place = position(below(i as u64 + 1, coin.next_u64()));
            if let Some(place) = self.sample.get_mut(place) {
                *place = Some(i);
            }
        }
        self.best.clear();
        let mut least = u32::MAX;
        for upstream in self.sample.iter().flatten() {
            let load = among.backends[*upstream].outstanding;
            if load == 0 {
                return Some(*upstream);
            }
            if load <= least {
                least = load;
                self.best.push(*upstream);
            }
        }
        match self.best.len() {
            0 => None,
            count => Some(self.best[position(below(count as u64, coin.next_u64()))]),
        }
    }
}
