//! What an exchange travels on: connections, and the pools that keep them.

use std::collections::{BTreeMap, VecDeque};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::slow_start::Window;
use crate::fact::Place;
use crate::id::{ConnectionId, ExchangeId, LinkId, NodeId};
use crate::slab::Slab;
use crate::time::Time;

/// How the exchanges of a link get their connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It exists already and costs nothing.
    #[default]
    Warm,
    /// Connections are kept alive and used again, the one used last first; there is a new one when
    /// all are in use. A client has a pool for each of its source addresses.
    Pool,
    /// A new one for each exchange.
    PerRequest,
    /// One for each session, whose requests wait for one another.
    PerSession,
}

/// A connection that somebody opened. Only links whose mode is not [`Mode::Warm`] have any; an
/// exchange on a warm link names none.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The link that it was opened on.
    pub link: LinkId,
    /// Where it ends, as its owner sees it: a layer-4 balancer carries it further.
    pub to: Place,
    /// Whose it is, among those who call over the link.
    pub owner: u64,
    /// How many exchanges travel on it now.
    pub streams: u32,
    /// Exchanges that name it, those that are carried further included: its place is theirs until
    /// the last of them has gone.
    holders: u32,
    /// Whether it has not been open yet.
    pub is_opening: bool,
    /// Whether it can carry exchanges: it is open, and neither side has closed it.
    pub is_open: bool,
    /// Whether its owner has closed it, so that nobody counts it any more.
    pub is_closed: bool,
    /// Whether its keys come from an earlier session.
    pub is_resumed: bool,
    /// Whether its first request is there before its keys are: what could do harm if it were sent
    /// again by somebody else must wait for these.
    pub is_early: bool,
    /// Whether the timer of its idle time is running.
    pub is_watched: bool,
    /// Which of those that had this place it is.
    pub generation: u16,
    /// How much the far end sends at once.
    pub window: Window,
    /// When the last response left its far end.
    pub answered: Time,
    /// When its owner last had it back.
    pub last_use: Time,
    /// Which backend each layer-4 balancer on its way has chosen for it.
    pub hops: Vec<Hop>,
    /// The replicas that count it among the connections that they have.
    seats: Vec<Place>,
}

/// What a layer-4 balancer has chosen for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// The balancer.
    pub node: NodeId,
    /// The number of the backend there.
    pub backend: u16,
    /// Where that is.
    pub to: Place,
    /// Whether the balancer has connected to it.
    pub is_open: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            link: LinkId(0),
            to: Place::default(),
            owner: 0,
            streams: 0,
            holders: 0,
            is_opening: true,
            is_open: false,
            is_closed: false,
            is_resumed: false,
            is_early: false,
            is_watched: false,
            generation: 0,
            window: Window::NEW,
            answered: Time::ZERO,
            last_use: Time::ZERO,
            hops: Vec::new(),
            seats: Vec::new(),
        }
    }
}

/// The connections of one owner over one link to one place.
#[derive(Debug, Default)]
pub struct Pool {
    /// Those that can take another exchange, the one used last behind.
    pub ready: Vec<ConnectionId>,
    /// How many there are.
    pub open: u32,
    /// How many of them are being opened.
    pub opening: u32,
    /// Exchanges that wait for one.
    pub waiting: VecDeque<ExchangeId>,
}

/// Whose pool it is: the link, where it leads, and who calls.
pub(super) type PoolKey = (LinkId, Place, u64);

/// All connections of a run. A scenario without any keeps two empty tables.
#[derive(Debug, Default)]
pub struct Connections {
    all: Slab<Connection>,
    pools: BTreeMap<PoolKey, Pool>,
    /// How many the replicas that take only so many have.
    seated: BTreeMap<Place, u32>,
}

impl Connections {
    /// A new connection, not open yet.
    pub fn insert(&mut self, link: LinkId, to: Place, owner: u64) -> ConnectionId {
        let (place, connection) = self.all.claim(Connection::default);
        let generation = connection.generation.wrapping_add(1);
        let mut hops = std::mem::take(&mut connection.hops);
        hops.clear();
        let seats = std::mem::take(&mut connection.seats);
        *connection =
            Connection { link, to, owner, generation, hops, seats, ..Connection::default() };
        let pool = self.pool(link, to, owner);
        (pool.open, pool.opening) = (pool.open + 1, pool.opening + 1);
        ConnectionId(place)
    }

    /// A connection is open now.
    pub fn opened(&mut self, id: ConnectionId) {
        let connection = &mut self.all[id.0];
        (connection.is_opening, connection.is_open) = (false, true);
        self.pool_of(id).opening -= 1;
    }

    /// A connection.
    #[must_use]
    pub fn get(&self, id: ConnectionId) -> &Connection {
        &self.all[id.0]
    }

    /// A connection, to change it.
    pub fn get_mut(&mut self, id: ConnectionId) -> &mut Connection {
        &mut self.all[id.0]
    }

    /// The pool of an owner.
    pub fn pool(&mut self, link: LinkId, to: Place, owner: u64) -> &mut Pool {
        self.pools.entry((link, to, owner)).or_default()
    }

    /// The pool that a connection belongs to.
    pub fn pool_of(&mut self, id: ConnectionId) -> &mut Pool {
        let Connection { link, to, owner, .. } = self.all[id.0];
        self.pool(link, to, owner)
    }

    /// Takes the one used last out of a pool of those with room, left aside what is `early` unless
    /// an exchange may go over that.
    pub fn take_ready(&mut self, key: PoolKey, early: bool) -> Option<ConnectionId> {
        let pool = self.pools.entry(key).or_default();
        let all = &self.all;
        let place = pool.ready.iter().rposition(|id| early || !all[id.0].is_early)?;
        Some(pool.ready.remove(place))
    }

    /// One exchange more names a connection.
    pub fn hold(&mut self, id: ConnectionId) {
        self.all[id.0].holders += 1;
    }

    /// One exchange less names a connection, whose place is free with the last one if it is closed.
    pub fn let_go(&mut self, id: ConnectionId) {
        let connection = &mut self.all[id.0];
        connection.holders -= 1;
        self.free_if_unused(id);
    }

    /// Its owner closes a connection; its pool goes with the last one if nobody waits.
    pub fn close(&mut self, id: ConnectionId) {
        let Connection { link, to, owner, is_opening, .. } = self.all[id.0];
        let pool = self.pool(link, to, owner);
        pool.open -= 1;
        pool.opening -= u32::from(is_opening);
        pool.ready.retain(|other| *other != id);
        if pool.open == 0 && pool.waiting.is_empty() {
            self.pools.remove(&(link, to, owner));
        }
        let connection = &mut self.all[id.0];
        (connection.is_open, connection.is_closed) = (false, true);
        connection.hops.clear();
        self.free_if_unused(id);
    }

    fn free_if_unused(&mut self, id: ConnectionId) {
        let connection = &mut self.all[id.0];
        if connection.is_closed && connection.holders == 0 {
            connection.generation = connection.generation.wrapping_add(1);
            self.all.remove(id.0);
        }
    }

    /// How many connections a replica that takes only so many has.
    #[must_use]
    pub(super) fn seated(&self, at: Place) -> u32 {
        self.seated.get(&at).copied().unwrap_or(0)
    }

    /// Whether a replica counts a connection among those that it has.
    #[must_use]
    pub(super) fn has_seat(&self, id: ConnectionId, at: Place) -> bool {
        self.all[id.0].seats.contains(&at)
    }

    /// A replica has a connection more; returns how many it has.
    pub(super) fn seat(&mut self, id: ConnectionId, at: Place) -> u32 {
        self.all[id.0].seats.push(at);
        let seated = self.seated.entry(at).or_default();
        *seated += 1;
        *seated
    }

    /// A replica, or the last of those that have it, has a connection no more; returns which, and
    /// how many it has then.
    pub(super) fn unseat(&mut self, id: ConnectionId, at: Option<Place>) -> Option<(Place, u32)> {
        let seats = &mut self.all[id.0].seats;
        let place = match at {
            Some(at) => seats.iter().position(|seat| *seat == at)?,
            None => seats.len().checked_sub(1)?,
        };
        let at = seats.remove(place);
        let seated = self.seated.entry(at).or_default();
        *seated -= 1;
        Some((at, *seated))
    }

    /// The connections that a replica counts.
    pub(super) fn with_seat(&self, at: Place) -> impl Iterator<Item = ConnectionId> {
        let all = self.all.live_places();
        let here = all.filter(move |(_, connection)| connection.seats.contains(&at));
        here.map(|(place, _)| ConnectionId(place))
    }

    /// Those that end at a replica, or that a layer-4 balancer carries there.
    #[must_use]
    pub fn that_reach(&self, at: Place) -> Vec<ConnectionId> {
        let reach = |connection: &Connection| {
            !connection.is_closed
                && (connection.to == at || connection.hops.iter().any(|hop| hop.to == at))
        };
        let all = self.all.live_places().filter(|(_, connection)| reach(connection));
        all.map(|(place, _)| ConnectionId(place)).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.all.clear();
        self.pools.clear();
        self.seated.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place = Place { node: NodeId(2), replica: 1 };

    #[test]
    fn a_pool_lives_as_long_as_it_has_connections_or_waiters() {
        let mut all = Connections::default();
        let first = all.insert(LinkId(3), AT, 7);
        let second = all.insert(LinkId(3), AT, 7);
        assert_eq!(all.pool(LinkId(3), AT, 7).open, 2);
        all.pool_of(first).ready.push(first);
        all.close(first);
        assert!(all.pool(LinkId(3), AT, 7).ready.is_empty());
        all.close(second);
        assert!(all.is_empty() && all.pools.is_empty());
    }

    #[test]
    fn a_place_that_is_used_again_holds_another_connection() {
        let mut all = Connections::default();
        let first = all.insert(LinkId(3), AT, 7);
        let generation = all.get(first).generation;
        all.get_mut(first).hops.push(Hop { node: NodeId(1), backend: 4, to: AT, is_open: true });
        all.close(first);
        let second = all.insert(LinkId(3), AT, 8);
        assert_eq!(second, first);
        assert_ne!(all.get(second).generation, generation);
        assert!(all.get(second).hops.is_empty());
    }

    #[test]
    fn the_place_of_a_closed_connection_is_kept_for_those_who_name_it() {
        let mut all = Connections::default();
        let first = all.insert(LinkId(3), AT, 7);
        all.hold(first);
        all.close(first);
        assert_ne!(all.insert(LinkId(3), AT, 7), first);
        assert!(all.get(first).is_closed && !all.that_reach(AT).contains(&first));
        all.let_go(first);
        assert_eq!(all.insert(LinkId(3), AT, 7), first);
    }

    #[test]
    fn connections_are_found_by_where_they_end_and_by_where_they_are_carried() {
        let mut all = Connections::default();
        let balancer = Place { node: NodeId(1), replica: 0 };
        let carried = all.insert(LinkId(0), balancer, 1);
        all.get_mut(carried).hops.push(Hop { node: NodeId(1), backend: 0, to: AT, is_open: true });
        let direct = all.insert(LinkId(3), AT, 7);
        assert_eq!(all.that_reach(AT), [carried, direct]);
        assert_eq!(all.that_reach(balancer), [carried]);
    }
}
