//! `haproxy`, `least-connections` and `weighted-least-connections`: HAProxy's `leastconn`.
//!
//! Servers stand in a tree by the number of exchanges they would have with one more, for their
//! weight; an idle one stands at zero whatever its weight. Among equals the one that has stood
//! there longest is taken. *Use it* as least connections. *Weakness*: idle servers ignore
//! weights: 3 to 1 gives `abab` on an idle system, where nginx gives `aaba`. *Source*:
//! `src/lb_fwlc.c`.

use super::super::backend::Candidates;
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::is_usable;
use crate::rng::Stream;
use crate::time::{Span, Time};

/// HAProxy's least connections.
#[derive(Debug, Clone)]
pub struct Leastconn {
    servers: Vec<Server>,
    inserted: u64,
}

/// Where a server stands.
#[derive(Debug, Clone, Copy)]
struct Server {
    served: u64,
    weight: u64,
    usable: bool,
    key: u64,
    since: u64,
}

impl Balance for Leastconn {
    const LISTENS: bool = true;

    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        let server = |(number, backend): (u64, &Backend)| Server {
            served: 0,
            weight: backend.weight.into(),
            usable: is_usable(backend),
            key: 0,
            since: number,
        };
        let servers: Vec<Server> = (0..).zip(backends).map(server).collect();
        Self { inserted: servers.len() as u64, servers }
    }

    fn pick(&mut self, _: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        let open = among.open().map(|(server, _)| server);
        open.min_by_key(|server| {
            let it = &self.servers[*server];
            (it.key, it.since)
        })
    }

    fn on_sent(&mut self, backend: usize, _: Time) {
        self.servers[backend].served += 1;
        self.reposition(backend);
    }

    fn on_done(&mut self, backend: usize, _: Time, _: Span) {
        self.servers[backend].served -= 1;
        self.reposition(backend);
    }

    fn on_change(&mut self, backend: usize, backends: &[Backend]) {
        let usable = is_usable(&backends[backend]);
        let weight = u64::from(backends[backend].weight);
        let server = &mut self.servers[backend];
        let is_new = usable && (!server.usable || server.weight != weight);
        (server.usable, server.weight) = (usable, weight);
        if is_new {
            self.insert(backend);
        }
    }
}

impl Leastconn {
    /// Moves a server to where it belongs now; it stays where it is if that is the same place.
    fn reposition(&mut self, server: usize) {
        let it = &self.servers[server];
        if it.usable && it.key() != it.key {
            self.insert(server);
        }
    }

    /// Puts a server behind its equals.
    fn insert(&mut self, server: usize) {
        self.inserted += 1;
        let it = &mut self.servers[server];
        (it.key, it.since) = (it.key(), self.inserted);
    }
}

impl Server {
    const fn key(&self) -> u64 {
        match self.served {
            0 => 0,
            served => (served + 1) * 256 / self.weight,
        }
    }
}
