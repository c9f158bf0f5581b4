//! `haproxy`, `source-hash` and `uri-hash`: HAProxy's `balance source` and `balance uri` with
//! `hash-type map-based`, the default.
//!
//! The address as a number, or the hash of the path without its query, modulo the slots of a
//! [`Map`]. *Use it* to keep a client or an object on a server. *Weakness*: a server that goes up
//! or down moves nearly every key; and shares depend on the addresses: consecutive ones are spread
//! evenly, random ones are not. *Source*: `get_server_sh`, `get_server_uh`,
//! `map_get_server_hash`.

use super::super::backend::{Candidates, Reads};
use super::super::{Backend, Balance, BalanceSpec, Query};
use super::hashes::uri_hash;
use super::is_usable;
use super::map::Map;
use crate::rng::Stream;

/// HAProxy's hash of the address over a map.
#[derive(Debug, Clone)]
pub struct SourceByMap {
    map: Map,
}

/// HAProxy's hash of the path over a map.
#[derive(Debug, Clone)]
pub struct UriByMap {
    map: Map,
}

impl Balance for SourceByMap {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { map: Map::new(backends) }
    }

    fn reads(_: &BalanceSpec) -> Reads {
        Reads::Address
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        usable(self.map.owner(query.address)?, among)
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.map = Map::new(backends);
    }
}

impl Balance for UriByMap {
    fn new(_: &BalanceSpec, backends: &[Backend]) -> Self {
        Self { map: Map::new(backends) }
    }

    fn reads(_: &BalanceSpec) -> Reads {
        Reads::Path
    }

    fn pick(&mut self, query: &Query<'_>, among: Candidates<'_>, _: &mut Stream) -> Option<usize> {
        usable(self.map.owner(uri_hash(query.path))?, among)
    }

    fn on_change(&mut self, _: usize, backends: &[Backend]) {
        self.map = Map::new(backends);
    }
}

fn usable(owner: usize, among: Candidates<'_>) -> Option<usize> {
    is_usable(&among.backends[owner]).then_some(owner)
}
