//! What a balancer knows when it chooses: its own view of the backends, the query, what was
//! tried before.

use rand::Rng;

use crate::id::{NodeId, ReplicaId};
use crate::rng::{Key, Stream, below, hash_name};
use crate::time::Time;

/// What a balancer chooses among: its own view, not the server's truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// The node that the backend is a machine of.
    pub node: NodeId,
    /// The machine.
    pub replica: ReplicaId,
    /// Its share of the work beside the other backends' weights; one of weight 0 takes no new
    /// work, whatever the algorithm.
    pub weight: u32,
    /// How many exchanges this balancer has sent it and not had answered.
    pub outstanding: u32,
    /// Whether this balancer believes that it works, and that it has room.
    pub up: bool,
    /// Whether this balancer believes that it works, full or not.
    pub works: bool,
    /// Whether it is among the backends at all: one that an autoscaler has switched off is not.
    pub exists: bool,
    /// The hash of its name, by [`Backend::hash_of`]: where it stands on rings and in tables.
    pub name_hash: u64,
    /// Its number in the order of configuration, from 1: HAProxy's rings are made of it.
    pub id: u32,
    /// Where it listens, as `host:port`: nginx's and Envoy's rings are made of this text.
    pub address: Box<str>,
}

/// What the choice may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// A uniform hash of the source address.
    pub source: u64,
    /// A uniform hash of origin, path and object.
    pub uri: u64,
    /// The IPv4 address of the client, as a number: 127.0.0.1 is 0x7f00_0001. Read only if
    /// [`BalanceSpec::reads_address`](super::BalanceSpec::reads_address) says so.
    pub address: u32,
    /// The request target, a path with its query. Read only if
    /// [`BalanceSpec::reads_path`](super::BalanceSpec::reads_path) says so.
    pub path: &'a str,
    /// The present moment.
    pub now: Time,
}

/// What of a query a choice depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Reads {
    /// Nothing: all queries are alike.
    #[default]
    Nothing,
    /// [`Query::source`].
    Source,
    /// [`Query::uri`].
    Uri,
    /// [`Query::address`].
    Address,
    /// [`Query::path`].
    Path,
}

/// The backends, by index, that an exchange has been sent to before and must not be sent to
/// again. (HAProxy's hashes by map know nothing of it and go back to the same one.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried<'a>(pub &'a [u32]);

/// The backends with those left out that are down, of weight 0, or tried: the *open* ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidates<'a> {
    pub(super) backends: &'a [Backend],
    tried: Tried<'a>,
}

impl Backend {
    /// The hash of replica number `replica` of the node called `node`. It depends on the name
    /// alone, so that adding a backend moves no other on a ring.
    #[must_use]
    pub const fn hash_of(node: &str, replica: u32) -> u64 {
        Key(hash_name(node)).with(replica as u64).0
    }
}

impl Tried<'_> {
    /// Nothing was tried yet.
    pub const NONE: Self = Self(&[]);

    /// Whether the backend of this index was tried.
    #[inline]
    #[must_use]
    pub fn contains(self, backend: usize) -> bool {
        self.0.iter().any(|tried| *tried as usize == backend)
    }
}

impl<'a> Candidates<'a> {
    pub(super) const fn new(backends: &'a [Backend], tried: Tried<'a>) -> Self {
        Self { backends, tried }
    }

    pub(super) const fn len(self) -> usize {
        self.backends.len()
    }

    /// Whether the backend of this index may be chosen.
    #[inline]
    pub(super) fn is_open(self, backend: usize) -> bool {
        let it = &self.backends[backend];
        it.up && it.weight > 0 && !self.tried.contains(backend)
    }

    /// The open backends with their indices, in order.
    #[inline]
    pub(super) fn open(self) -> impl Iterator<Item = (usize, &'a Backend)> {
        self.backends.iter().enumerate().filter(move |(i, _)| self.is_open(*i))
    }

    /// The open backend of the least `load`; ties are broken by the coin, which is drawn only
    /// then, with equal probabilities.
    #[inline]
    pub(super) fn least(
        self,
        load: impl Fn(usize, &Backend) -> u64,
        coin: &mut Stream,
    ) -> Option<usize> {
        let mut least = u64::MAX;
        let mut first = None;
        let mut ties = 0;
        for (i, backend) in self.open() {
            let load = load(i, backend);
            if first.is_none() || load < least {
                (least, first, ties) = (load, Some(i), 1);
            } else if load == least {
                ties += 1;
            }
        }
        if ties <= 1 {
            return first;
        }
        let chosen = position(below(ties, coin.next_u64()));
        let mut tied = self.open().filter(|(i, backend)| load(*i, backend) == least);
        tied.nth(chosen).map(|(i, _)| i)
    }

    /// One of the open backends, each with the same probability if `bits` are uniform. It looks
    /// at all of them: the way out where a quick choice met one that is not open.
    #[cold]
    pub(super) fn any_open(self, bits: u64) -> Option<usize> {
        let count = self.open().count() as u64;
        let chosen = position(below(count.max(1), bits));
        self.open().nth(chosen).map(|(i, _)| i)
    }
}

/// A number below the number of backends, as an index.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "backends are in memory, their number fits")]
pub(super) const fn position(number: u64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::super::stated::equal;
    use super::*;

    #[test]
    fn a_backend_is_open_unless_down_drained_or_tried() {
        let mut backends = equal(4);
        backends[1].up = false;
        backends[2].weight = 0;
        let among = Candidates::new(&backends, Tried(&[3]));
        let open: Vec<usize> = among.open().map(|(i, _)| i).collect();
        assert_eq!(open, [0]);
    }

    #[test]
    fn any_open_covers_all_open_backends_and_knows_when_there_is_none() {
        let backends = equal(3);
        let among = Candidates::new(&backends, Tried(&[1]));
        assert_eq!(among.any_open(0), Some(0));
        assert_eq!(among.any_open(u64::MAX), Some(2));
        assert_eq!(Candidates::new(&backends, Tried(&[2, 0, 1])).any_open(7), None);
    }

    #[test]
    fn names_and_numbers_give_different_hashes() {
        let hashes =
            [Backend::hash_of("app", 1), Backend::hash_of("app", 2), Backend::hash_of("db", 1)];
        assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
    }
}
