//! What a store of sessions holds, if it has room for only so many: who was written longest ago is
//! the first to expire, and the first to go (Redis, `maxmemory-policy volatile-ttl`).

use std::collections::VecDeque;

use crate::time::{Span, Time};

/// The sessions of a store of limited capacity. Sessions of people who have gone stay until they
/// expire: the store does not know that nobody comes back.
#[derive(Debug, Clone)]
pub struct Kept {
    capacity: u32,
    idle: Span,
    /// How many it holds.
    live: u32,
    /// The serial number of the first of `sessions`.
    first: u64,
    /// When each was written last, at which shard it is and whose; none once it has gone.
    sessions: VecDeque<Option<(Time, u16, u32)>>,
    /// Writes in their order; the last of a session counts.
    writes: VecDeque<(Time, u64)>,
    /// How often each shard has died, as far as is known.
    deaths: Vec<u32>,
}

impl Kept {
    /// An empty store.
    #[must_use]
    pub fn new(capacity: u32, idle: Span) -> Self {
        let (sessions, writes) = (VecDeque::new(), VecDeque::new());
        Self { capacity, idle, live: 0, first: 0, sessions, writes, deaths: Vec::new() }
    }

    /// A shard has died so often: what was there when it died is lost, and takes no room.
    pub fn hears(&mut self, shard: u16, deaths: u32) {
        let place = usize::from(shard);
        if self.deaths.len() <= place {
            self.deaths.resize(place + 1, 0);
        }
        if std::mem::replace(&mut self.deaths[place], deaths) == deaths {
            return;
        }
        for session in &mut self.sessions {
            self.live -= u32::from(session.take_if(|(_, at, _)| *at == shard).is_some());
        }
        self.closes_up();
    }

    /// Takes a new session of somebody in at a shard, and returns its serial number. Others may
    /// have to go for it.
    pub fn insert(&mut self, shard: u16, owner: u32, now: Time) -> u64 {
        while let Some((at, serial)) = self.oldest().filter(|(at, _)| now > *at + self.idle) {
            debug_assert!(at <= now, "writes are in their order");
            self.end(serial);
        }
        let serial = self.first + self.sessions.len() as u64;
        self.sessions.push_back(Some((now, shard, owner)));
        self.writes.push_back((now, serial));
        self.live += 1;
        serial
    }

    /// Lets the session go that was written longest ago, if there are more than there is room for.
    /// Returns whose it was.
    pub fn evicts(&mut self) -> Option<u32> {
        let (_, oldest) = self.oldest().filter(|_| self.live > self.capacity)?;
        let owner = self.session(oldest).map(|(_, _, owner)| owner);
        self.end(oldest);
        owner
    }

    /// The session that was written longest ago, with the moment of that.
    fn oldest(&mut self) -> Option<(Time, u64)> {
        loop {
            let (at, serial) = *self.writes.front()?;
            if self.written(serial) == Some(at) {
                return Some((at, serial));
            }
            self.writes.pop_front();
        }
    }

    fn place(&self, serial: u64) -> Option<usize> {
        usize::try_from(serial.checked_sub(self.first)?).ok()
    }

    fn session(&self, serial: u64) -> Option<(Time, u16, u32)> {
        let place = self.place(serial)?;
        self.sessions.get(place).copied().flatten()
    }

    fn written(&self, serial: u64) -> Option<Time> {
        self.session(serial).map(|(at, ..)| at)
    }

    /// Whether a session is still there.
    #[must_use]
    pub fn holds(&self, serial: u64) -> bool {
        self.written(serial).is_some()
    }

    /// A session is written, if it is still there.
    pub fn touch(&mut self, serial: u64, now: Time) {
        let place = self.place(serial);
        if let Some(Some((at, ..))) = place.and_then(|place| self.sessions.get_mut(place)) {
            *at = now;
            self.writes.push_back((now, serial));
        }
    }

    /// A session ends.
    pub fn end(&mut self, serial: u64) {
        let place = self.place(serial);
        if let Some(session) = place.and_then(|place| self.sessions.get_mut(place))
            && session.take().is_some()
        {
            self.live -= 1;
        }
        self.closes_up();
    }

    fn closes_up(&mut self) {
        while self.sessions.front().is_some_and(Option::is_none) {
            self.sessions.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new session of somebody: its number, and who had to go for it.
    fn comes(kept: &mut Kept, shard: u16, now: u64) -> (u64, Vec<u32>) {
        let owner = u32::try_from(100 + now).expect("a small number");
        let serial = kept.insert(shard, owner, Time(now));
        (serial, std::iter::from_fn(|| kept.evicts()).collect())
    }

    #[test]
    fn the_session_that_was_written_longest_ago_goes_when_there_is_no_room() {
        let mut kept = Kept::new(2, Span(1_000));
        let (a, _) = comes(&mut kept, 0, 1);
        let (b, _) = comes(&mut kept, 0, 2);
        kept.touch(a, Time(3));
        assert_eq!(comes(&mut kept, 0, 4), (2, vec![102]), "and it is known whose that is");
        assert_eq!((kept.holds(a), kept.holds(b), kept.holds(2)), (true, false, true));
    }

    #[test]
    fn what_ended_or_expired_makes_room_without_a_loss() {
        let mut kept = Kept::new(2, Span(10));
        let (a, _) = comes(&mut kept, 0, 0);
        let (b, _) = comes(&mut kept, 0, 5);
        kept.end(a);
        assert_eq!(comes(&mut kept, 0, 6), (2, vec![]));
        assert_eq!(comes(&mut kept, 0, 16), (3, vec![]), "b has been idle for more than 10");
        assert!(!kept.holds(b) && kept.holds(2));
        kept.end(a);
        kept.touch(b, Time(17));
        assert!(!kept.holds(b), "what has gone does not come back");
    }

    #[test]
    fn a_shard_that_dies_leaves_its_room_empty_and_that_of_the_others_as_it_was() {
        let mut kept = Kept::new(3, Span(1_000));
        let (a, _) = comes(&mut kept, 0, 1);
        let (b, _) = comes(&mut kept, 1, 2);
        let (c, _) = comes(&mut kept, 0, 3);
        kept.hears(1, 0);
        kept.hears(0, 1);
        assert_eq!((kept.holds(a), kept.holds(b), kept.holds(c)), (false, true, false));
        let gone: Vec<u32> = (4..6).flat_map(|at| comes(&mut kept, 0, at).1).collect();
        assert_eq!(gone, Vec::<u32>::new(), "there is room for two after the crash");
        kept.hears(0, 1);
        assert_eq!(comes(&mut kept, 0, 6).1, [102], "and for no third: nobody died again");
        assert!(!kept.holds(b), "it was written longest ago");
    }
}
