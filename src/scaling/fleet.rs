//! What each replica of a node that scales does now, and which come and go.

use super::Seen;
use crate::time::{Span, Time};

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

/// The replicas of a node that scales. Those of the lowest numbers come first and go last.
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

    /// The next to go.
    #[must_use]
    pub fn next_off(&self) -> Option<u16> {
        u16::try_from(self.states.iter().rposition(|state| state.is_wanted())?).ok()
    }

    /// What there is to see of them at `now`, with their utilisations over the last `every` by
    /// number. Only who has served for all of it has a reading.
    #[must_use]
    pub fn seen(&self, now: Time, every: Span, utilisations: &[f64]) -> Vec<(u16, f64)> {
        let served = |state| matches!(state, State::Serves(since) if now.since(since) >= every);
        let all = self.states().zip(utilisations);
        all.filter(|((_, state), _)| served(*state)).map(|((it, _), used)| (it, *used)).collect()
    }

    /// The same as it stands when it is acted on: who has gone meanwhile does not count.
    #[must_use]
    pub fn still(&self, seen: &[(u16, f64)]) -> Seen {
        let (mut ready, mut used) = (0, 0.0);
        for (replica, utilisation) in seen {
            if matches!(self.state(*replica), State::Serves(_)) {
                ready += 1;
                used += utilisation;
            }
        }
        Seen { ready, used, unready: self.wanted() - ready }
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
        assert_eq!((fleet.next_on(), fleet.next_off(), fleet.wanted()), (Some(2), Some(1), 2));
        fleet.set(2, State::Boots(at(9)));
        assert_eq!((fleet.next_on(), fleet.next_off(), fleet.wanted()), (Some(3), Some(2), 3));
        fleet.set(1, State::Goes(at(1), at(30)));
        assert_eq!((fleet.next_on(), fleet.wanted()), (Some(3), 2));
    }

    #[test]
    fn only_who_served_for_the_whole_time_is_seen() {
        let mut fleet = Fleet::new(4, 2);
        fleet.set(1, State::Serves(at(1)));
        fleet.set(2, State::Boots(at(20)));
        let seen = fleet.seen(at(15), Span::from_secs(15), &[0.5, 0.9, 0.0, 0.0]);
        assert_eq!(seen, [(0, 0.5)]);
        assert_eq!(fleet.still(&seen), Seen { ready: 1, used: 0.5, unready: 2 });
    }

    #[test]
    fn who_goes_before_a_reading_is_acted_on_does_not_count() {
        let mut fleet = Fleet::new(3, 3);
        let seen = fleet.seen(at(15), Span::from_secs(15), &[0.5, 0.5, 0.25]);
        fleet.set(2, State::Goes(at(16), at(45)));
        assert_eq!(fleet.still(&seen), Seen { ready: 2, used: 1.0, unready: 0 });
    }
}
