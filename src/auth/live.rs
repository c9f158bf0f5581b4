//! Sessions that stand in the memory of the servers that check them, where that memory is limited:
//! how many there are at each replica, and when the next one ends.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::{Span, Time};

/// The sessions of a node, each in the memory of one of its replicas or of all of them. Sessions of
/// people who have gone stay until they expire: the server does not know that nobody comes back.
#[derive(Debug, Clone)]
pub struct Live {
    idle: Span,
    absolute: Span,
    /// Whether every replica has all of them.
    is_copied: bool,
    /// When each was made, when it ends, and where it is, by its number.
    sessions: BTreeMap<u64, (Time, Time, u16)>,
    /// Their ends in order.
    ends: BTreeSet<(Time, u64)>,
    /// How many stand at each replica, if they are not copied.
    counts: Vec<u64>,
    last: u64,
    /// When somebody looks for sessions that have ended.
    looks: Time,
}

impl Live {
    /// No sessions yet at so many replicas, which end after so long without a write, or at all.
    #[must_use]
    pub fn new(replicas: u16, [idle, absolute]: [Span; 2], is_copied: bool) -> Self {
        Self {
            idle,
            absolute,
            is_copied,
            sessions: BTreeMap::new(),
            ends: BTreeSet::new(),
            counts: vec![0; usize::from(replicas)],
            last: 0,
            looks: Time::NEVER,
        }
    }

    /// How many are in the memory of a replica that runs.
    #[must_use]
    pub fn at(&self, replica: u16) -> u64 {
        if self.is_copied {
            return self.sessions.len() as u64;
        }
        self.counts.get(usize::from(replica)).copied().unwrap_or(0)
    }

    /// The same, counted anew.
    #[must_use]
    pub fn recount(&self, replica: u16) -> u64 {
        let here = |(.., at): &&(Time, Time, u16)| self.is_copied || *at == replica;
        self.sessions.values().filter(here).count() as u64
    }

    /// A session that was written now is there until the first moment at which it is refused.
    fn end(&self, created: Time, now: Time) -> Time {
        (now + self.idle).min(created + self.absolute) + Span(1)
    }

    /// A session is made at a replica. Returns its number, which is never 0.
    pub fn insert(&mut self, replica: u16, now: Time) -> u64 {
        self.last += 1;
        let end = self.end(now, now);
        self.sessions.insert(self.last, (now, end, replica));
        self.ends.insert((end, self.last));
        self.counts[usize::from(replica)] += 1;
        self.last
    }

    /// A session is written, if it is still there.
    pub fn touch(&mut self, number: u64, now: Time) {
        let Some((created, old, _)) = self.sessions.get(&number).copied() else { return };
        let end = self.end(created, now);
        if let Some(session) = self.sessions.get_mut(&number) {
            session.1 = end;
        }
        self.ends.remove(&(old, number));
        self.ends.insert((end, number));
    }

    /// A session is ended. Returns whether it was still there.
    pub fn remove(&mut self, number: u64) -> bool {
        let Some((_, end, replica)) = self.sessions.remove(&number) else { return false };
        self.ends.remove(&(end, number));
        self.counts[usize::from(replica)] -= 1;
        true
    }

    /// Those that have ended by now go. Returns when to look again, if nobody does before.
    pub fn expire(&mut self, now: Time) -> Option<Time> {
        while let Some((_, number)) = self.ends.first().filter(|(end, _)| *end <= now).copied() {
            self.remove(number);
        }
        if now >= self.looks {
            self.looks = Time::NEVER;
        }
        let (next, _) = self.ends.first()?;
        if *next >= self.looks {
            return None;
        }
        self.looks = *next;
        Some(*next)
    }

    /// The memory of a replica is lost, and if there is no copy of them its sessions with it.
    pub fn dies(&mut self, replica: u16, are_all_down: bool) {
        let is_lost = |at: u16| if self.is_copied { are_all_down } else { at == replica };
        let lost: Vec<u64> =
            self.sessions.iter().filter(|(_, it)| is_lost(it.2)).map(|(it, _)| *it).collect();
        for number in lost {
            self.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(is_copied: bool) -> Live {
        Live::new(2, [Span(10), Span(25)], is_copied)
    }

    #[test]
    fn a_session_is_there_until_it_was_idle_for_too_long_or_is_too_old() {
        let mut live = live(false);
        let first = live.insert(0, Time(0));
        assert_eq!(live.expire(Time(0)), Some(Time(11)));
        live.touch(first, Time(9));
        assert_eq!((live.expire(Time(11)), live.at(0)), (Some(Time(20)), 1));
        live.touch(first, Time(18));
        assert_eq!((live.expire(Time(20)), live.at(0)), (Some(Time(26)), 1), "made at 0");
        assert_eq!((live.expire(Time(26)), live.at(0)), (None, 0));
        live.touch(first, Time(27));
        assert_eq!(live.recount(0), 0, "what is gone is not written");
    }

    #[test]
    fn who_looks_already_is_not_sent_again() {
        let mut live = live(false);
        live.insert(0, Time(0));
        assert_eq!(live.expire(Time(0)), Some(Time(11)));
        live.insert(1, Time(5));
        assert_eq!(live.expire(Time(5)), None);
        assert_eq!(live.expire(Time(11)), Some(Time(16)));
    }

    #[test]
    fn copies_are_lost_with_the_last_replica_and_others_with_their_own() {
        let mut alone = live(false);
        let mut copied = live(true);
        for live in [&mut alone, &mut copied] {
            live.insert(0, Time(0));
            live.insert(1, Time(0));
            live.dies(0, false);
        }
        assert_eq!([alone.at(0), alone.at(1)], [0, 1]);
        assert_eq!([copied.at(0), copied.at(1)], [2, 2]);
        copied.dies(1, true);
        assert_eq!(copied.at(1), 0);
    }
}
