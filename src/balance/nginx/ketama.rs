//! `nginx`, `ring-hash`: nginx's `hash ... consistent`, a ring as that of the library ketama.
//!
//! A peer has 160 points a unit of weight; each is the checksum of host, a zero byte, port and the
//! point before. A key belongs to the first point at or after its checksum; if that point's peer
//! is not open the key goes on, up to 20 points, then round robin decides. *Use it* where peers
//! come and go. *Weakness*: where the points are depends on the text of the addresses, so shares
//! differ from one port to the next, by a third and more for few peers. *Source*:
//! `ngx_http_upstream_init_chash` and `ngx_http_upstream_get_chash_peer`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, HashOn, Query};
use super::MAX_TRIES;
use super::crc32::Crc32;
use super::peers::Peers;
use crate::rng::Stream;

/// Points of a peer for each unit of its weight.
const POINTS: u32 = 160;

/// nginx's consistent hash.
#[derive(Debug, Clone)]
pub struct Ketama {
    hash_on: HashOn,
    /// The points of all peers that may exist, in order, with their owners.
    all: Vec<(u32, u32)>,
    /// Those of peers that exist, each place once.
    points: Vec<(u32, u32)>,
    exist: Vec<bool>,
    /// Whether a peer has come or gone since the points were placed.
    is_stale: bool,
    peers: Peers,
}

impl Balance for Ketama {
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
        let all = points(backends);
        let exist = backends.iter().map(|it| it.exists).collect();
        let (points, peers) = (Vec::new(), Peers::new(backends));
        Self { hash_on: spec.hash_on, all, points, exist, is_stale: true, peers }
    }

    fn reads(spec: &BalanceSpec) -> Reads {
        spec.hash_on.as_written()
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        among.open().next()?;
        if std::mem::take(&mut self.is_stale) {
            self.place();
        }
        let hash = self.hash_on.with_text(query, |key| Crc32::NEW.with(key).end());
        let first = self.points.partition_point(|(place, _)| *place < hash);
        let onwards = self.points.iter().cycle().skip(first).take(MAX_TRIES as usize + 1);
        let mut owners = onwards.map(|(_, owner)| *owner as usize);
        match owners.find(|owner| among.is_open(*owner)) {
            Some(owner) => Some(owner),
            None => self.peers.turn(among, |_| true),
        }
    }

    fn on_failed(&mut self, backend: usize, max_fails: u32) {
        self.peers.on_failed(backend, max_fails);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        let exists = backends[backend].exists;
        self.is_stale |= std::mem::replace(&mut self.exist[backend], exists) != exists;
        self.peers.on_change(backend, backends);
    }
}

impl Ketama {
    /// Places the points of the peers that exist. Of equal places the first in the order of
    /// configuration stays.
    #[cold]
    fn place(&mut self) {
        let there = self.all.iter().filter(|(_, owner)| self.exist[*owner as usize]);
        self.points = there.copied().collect();
        self.points.dedup_by_key(|(place, _)| *place);
    }
}

fn points(backends: &[Backend]) -> Vec<(u32, u32)> {
    let mut points = Vec::new();
    for (owner, backend) in (0..).zip(backends) {
        let (host, port) = backend.address.rsplit_once(':').unwrap_or((&backend.address, ""));
        let base = Crc32::NEW.with(host.as_bytes()).with(&[0]).with(port.as_bytes());
        let mut before = 0_u32;
        for _ in 0..POINTS * backend.weight {
            before = base.with(&before.to_le_bytes()).end();
            points.push((before, owner));
        }
    }
    points.sort_by_key(|(place, _)| *place);
    points
}
