//! What each replica of a node that scales does now, and which come and go.

use super::Seen;
use crate::time::{Span, Time};

/// The number of a replica, and its utilisation if it could be read.
pub type Reading = (u16, Option<f64>);

/// What a replica does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing: it is switched off and costs nothing.
    Off,
    /// It boots, and serves from this moment on.
    Boots(Time),
    /// It serves, since this moment.
    Serves(Time),
    /// It is to go: it is looked at next at the first moment, and goes at the second at the latest.
    Goes(Time, Time),
}

impl State {
    /// Whether it is on and meant to stay.
    const fn is_wanted(self) -> bool {
        matches!(self, Self::Boots(_) | Self::Serves(_))
    }
}

/// The replicas of a node that scales. Those of the lowest numbers come first and go last; but who
/// does not serve goes before all others.
#[derive(Debug, Clone)]
pub struct Fleet {
    states: Vec<State>,
}

impl Fleet {
    /// So many replicas, of which the first `start` serve since time zero.
    #[must_use]
    pub fn new(count: u32, start: u32) -> Self {
        let state = |number| if number < start { State::Serves(Time::ZERO) } else { State::Off };
        Self { states: (0..count).map(state).collect() }
    }

    /// The replicas by number.
    pub fn states(&self) -> impl Iterator<Item = (u16, State)> {
        (0..).zip(self.states.iter().copied())
    }

    /// What a replica does.
    #[must_use]
    pub fn state(&self, replica: u16) -> State {
        self.states[usize::from(replica)]
    }

    /// A replica does something else from now on.
    pub fn set(&mut self, replica: u16, state: State) {
        self.states[usize::from(replica)] = state;
    }

    /// How many are on and meant to stay.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        let wanted = self.states.iter().filter(|state| state.is_wanted());
        u32::try_from(wanted.count()).unwrap_or(u32::MAX)
    }

    /// The next to be switched on, if one is off.
    #[must_use]
    pub fn next_on(&self) -> Option<u16> {
        let place = self.states.iter().position(|state| *state == State::Off)?;
        u16::try_from(place).ok()
    }

    /// The next to go, where `works` says of a replica that serves whether it does: first who
    /// boots, then who is down, then the others.
    #[must_use]
    pub fn next_off(&self, works: impl Fn(u16) -> bool) -> Option<u16> {
        let rank = |(replica, state): (u16, State)| match state {
            State::Boots(_) => Some((2, replica)),
            State::Serves(_) => Some((u8::from(!works(replica)), replica)),
            State::Off | State::Goes(..) => None,
        };
        self.states().filter_map(rank).max().map(|(_, replica)| replica)
    }

    /// What there is to see of them at `now`, with their utilisations over the last `every` by
    /// number, none where nobody could read it. Only who has served for all of that has a reading.
    #[must_use]
    pub fn seen(&self, now: Time, every: Span, utilisations: &[Option<f64>]) -> Vec<Reading> {
        let reading = |((replica, state), used): ((u16, State), &Option<f64>)| match state {
            State::Serves(since) if used.is_none() || now.since(since) >= every => {
                Some((replica, *used))
            }
            State::Serves(_) | State::Off | State::Boots(_) | State::Goes(..) => None,
        };
        self.states().zip(utilisations).filter_map(reading).collect()
    }

    /// The same as it stands when it is acted on: who has gone meanwhile does not count.
    #[must_use]
    pub fn still(&self, seen: &[Reading]) -> Seen {
        let mut it = Seen { ready: 0, used: 0.0, unready: self.wanted(), missing: 0 };
        for (replica, utilisation) in seen {
            if matches!(self.state(*replica), State::Serves(_)) {
                it.ready += u32::from(utilisation.is_some());
                it.missing += u32::from(utilisation.is_none());
                it.used += utilisation.unwrap_or(0.0);
                it.unready -= 1;
            }
        }
        it
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(secs: u64) -> Time {
        Time(secs * 1_000_000_000)
    }

    #[test]
    fn the_lowest_comes_first_and_the_highest_goes_first() {
        let mut fleet = Fleet::new(4, 2);
        let off = |fleet: &Fleet| fleet.next_off(|_| true);
        assert_eq!((fleet.next_on(), off(&fleet), fleet.wanted()), (Some(2), Some(1), 2));
        fleet.set(2, State::Boots(at(9)));
        assert_eq!((fleet.next_on(), off(&fleet), fleet.wanted()), (Some(3), Some(2), 3));
        fleet.set(1, State::Goes(at(1), at(30)));
        assert_eq!((fleet.next_on(), fleet.wanted()), (Some(3), 2));
    }

    #[test]
    fn only_who_served_for_the_whole_time_is_seen() {
        let mut fleet = Fleet::new(4, 2);
        fleet.set(1, State::Serves(at(1)));
        fleet.set(2, State::Boots(at(20)));
        let used = [Some(0.5), Some(0.9), Some(0.0), Some(0.0)];
        let seen = fleet.seen(at(15), Span::from_secs(15), &used);
        assert_eq!(seen, [(0, Some(0.5))]);
        let still = fleet.still(&seen);
        assert_eq!(still, Seen { ready: 1, used: 0.5, unready: 2, missing: 0 });
    }

    #[test]
    fn who_serves_and_cannot_be_read_is_missing() {
        let mut fleet = Fleet::new(4, 3);
        fleet.set(1, State::Serves(at(9)));
        let seen = fleet.seen(at(15), Span::from_secs(15), &[Some(0.5), None, None, None]);
        assert_eq!(fleet.still(&seen), Seen { ready: 1, used: 0.5, unready: 0, missing: 2 });
        fleet.set(2, State::Goes(at(16), at(45)));
        assert_eq!(fleet.still(&seen), Seen { ready: 1, used: 0.5, unready: 0, missing: 1 });
    }

    #[test]
    fn who_does_not_serve_goes_first() {
        let mut fleet = Fleet::new(4, 4);
        assert_eq!(fleet.next_off(|replica| replica != 1), Some(1));
        fleet.set(0, State::Boots(at(9)));
        assert_eq!(fleet.next_off(|replica| replica != 1), Some(0));
        fleet.set(1, State::Goes(at(1), at(30)));
        assert_eq!(fleet.next_off(|replica| replica != 1), Some(0));
        fleet.set(0, State::Off);
        assert_eq!(fleet.next_off(|replica| replica != 1), Some(3));
    }

    #[test]
    fn who_goes_before_a_reading_is_acted_on_does_not_count() {
        let mut fleet = Fleet::new(3, 3);
        let used = [Some(0.5), Some(0.5), Some(0.25)];
        let seen = fleet.seen(at(15), Span::from_secs(15), &used);
        fleet.set(2, State::Goes(at(16), at(45)));
        let still = fleet.still(&seen);
        assert_eq!(still, Seen { ready: 2, used: 1.0, unready: 0, missing: 0 });
    }
}
