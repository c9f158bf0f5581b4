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
    /// When each was written last, and at which shard it is; none once it has gone.
    sessions: VecDeque<Option<(Time, u16)>>,
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
            self.live -= u32::from(session.take_if(|(_, at)| *at == shard).is_some());
        }
        self.closes_up();
    }

    /// Takes a new session in at a shard. Returns its serial number, and how many others had to go
    /// for it.
    pub fn insert(&mut self, shard: u16, now: Time) -> (u64, u32) {
        while let Some((at, serial)) = self.oldest().filter(|(at, _)| now > *at + self.idle) {
            debug_assert!(at <= now, "writes are in their order");
            self.end(serial);
        }
        let serial = self.first + self.sessions.len() as u64;
        self.sessions.push_back(Some((now, shard)));
        self.writes.push_back((now, serial));
        self.live += 1;
        let mut gone = 0;
        while self.live > self.capacity {
            let Some((_, oldest)) = self.oldest() else { break };
            self.end(oldest);
            gone += 1;
        }
        (serial, gone)
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

    fn written(&self, serial: u64) -> Option<Time> {
        let place = self.place(serial)?;
        self.sessions.get(place).copied().flatten().map(|(at, _)| at)
    }

    /// Whether a session is still there.
    #[must_use]
    pub fn holds(&self, serial: u64) -> bool {
        self.written(serial).is_some()
    }

    /// A session is written, if it is still there.
    pub fn touch(&mut self, serial: u64, now: Time) {
        let place = self.place(serial);
        if let Some(Some((at, _))) = place.and_then(|place| self.sessions.get_mut(place)) {
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

    #[test]
    fn the_session_that_was_written_longest_ago_goes_when_there_is_no_room() {
        let mut kept = Kept::new(2, Span(1_000));
        let (a, _) = kept.insert(0, Time(1));
        let (b, _) = kept.insert(0, Time(2));
        kept.touch(a, Time(3));
        assert_eq!(kept.insert(0, Time(4)), (2, 1));
        assert_eq!((kept.holds(a), kept.holds(b), kept.holds(2)), (true, false, true));
    }

    #[test]
    fn what_ended_or_expired_makes_room_without_a_loss() {
        let mut kept = Kept::new(2, Span(10));
        let (a, _) = kept.insert(0, Time(0));
        let (b, _) = kept.insert(0, Time(5));
        kept.end(a);
        assert_eq!(kept.insert(0, Time(6)), (2, 0));
        assert_eq!(kept.insert(0, Time(16)), (3, 0), "b has been idle for more than 10");
        assert!(!kept.holds(b) && kept.holds(2));
        kept.end(a);
        kept.touch(b, Time(17));
        assert!(!kept.holds(b), "what has gone does not come back");
    }

    #[test]
    fn a_shard_that_dies_leaves_its_room_empty_and_that_of_the_others_as_it_was() {
        let mut kept = Kept::new(3, Span(1_000));
        let (a, _) = kept.insert(0, Time(1));
        let (b, _) = kept.insert(1, Time(2));
        let (c, _) = kept.insert(0, Time(3));
        kept.hears(1, 0);
        kept.hears(0, 1);
        assert_eq!((kept.holds(a), kept.holds(b), kept.holds(c)), (false, true, false));
        let gone: u32 = (4..6).map(|at| kept.insert(0, Time(at)).1).sum();
        assert_eq!(gone, 0, "there is room for two after the crash");
        kept.hears(0, 1);
        assert_eq!(kept.insert(0, Time(6)).1, 1, "and for no third: nobody died again");
        assert!(!kept.holds(b), "it was written longest ago");
    }
}
