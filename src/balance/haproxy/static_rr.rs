//! `haproxy`, `static-round-robin`: HAProxy's `static-rr`.
//!
//! The slots of a map in turn. *Use it* for very many servers whose weights never change.
//! *Weakness*: the turns of heavy servers are less spread out than those of `roundrobin`, and
//! weights cannot change in operation. *Source*: `map_get_server_rr`.

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::map::Map;
use crate::rng::Stream;

/// HAProxy's round robin over a map.
#[derive(Debug, Clone)]
pub struct StaticRr {
    map: Map,
    next: usize,
}

impl Balance for StaticRr {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { map: Map::new(backends), next: 0 }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let count = self.map.slots.len();
        let first = if self.next < count { self.next } else { 0 };
        let slot = (first..count)
            .chain(0..first)
            .find(|slot| among.is_open(self.map.slots[*slot] as usize))?;
        self.next = slot + 1;
        Some(self.map.slots[slot] as usize)
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.map = Map::new(backends);
    }
}
