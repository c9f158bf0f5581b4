//! Load shedding: refusing early what would come too late.
//!
//! Two signs of overload, each optional. *In flight*: more requests inside than `in_flight` are
//! refused. *Queue delay*: a queue is standing, not passing, if even the shortest wait of the last
//! `interval` was above `queue_delay`; what comes then is refused until somebody waited for less or
//! nobody waits any more. *Source* of the second:
//! Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10 (2012), whose detector it is;
//! Maurer, "Fail at Scale", ACM Queue 13 (2015), which uses it for servers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Time};
use crate::unit::{length_keys, whole_keys};

/// When a node refuses work before its queue is full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ShedSpec {
    /// More requests than this inside, waiting or served, are refused: 1 to 1,000,000,000.
    /// Default: no limit.
    #[serde(deserialize_with = "in_flight", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub in_flight: Option<u32>,
    /// What comes is refused while nobody waits less than this. Default: no limit.
    #[serde(deserialize_with = "queue_delay", skip_serializing_if = "Option::is_none")]
    pub queue_delay: Option<Span>,
    /// The time over which the shortest wait is taken. Default 100ms.
    #[serde(deserialize_with = "interval")]
    pub interval: Span,
}

whole_keys! { in_flight: 1..=1_000_000_000; }

length_keys! {
    queue_delay: "5ms";
    interval: "100ms";
}

impl Default for ShedSpec {
    fn default() -> Self {
        Self { in_flight: None, queue_delay: None, interval: Span::from_millis(100) }
    }
}

impl ShedSpec {
    /// Whether there is any limit, so that something may be refused.
    #[must_use]
    pub const fn has_limit(&self) -> bool {
        self.in_flight.is_some() || self.queue_delay.is_some()
    }
}

/// Load shedding with its state: one station's.
#[derive(Debug, Clone)]
pub struct Shed {
    in_flight: u32,
    queue_delay: Option<Span>,
    interval: u64,
    /// The number of the present interval.
    number: u64,
    /// The shortest wait in it so far.
    shortest: Option<Span>,
    /// Whether the interval before it had none that was short.
    is_standing: bool,
}

impl Shed {
    /// The rule that `spec` describes, before the first request.
    #[must_use]
    pub fn new(spec: &ShedSpec) -> Self {
        Self {
            in_flight: spec.in_flight.unwrap_or(u32::MAX),
            queue_delay: spec.queue_delay,
            interval: spec.interval.0,
            number: 0,
            shortest: None,
            is_standing: false,
        }
    }

    /// Whether a request that comes now is let in, with so many inside already, and perhaps none of
    /// them waiting.
    #[inline]
    pub fn admits(&mut self, inside: u32, nobody_waits: bool, now: Time) -> bool {
        self.turn(now);
        self.is_standing &= !nobody_waits;
        inside < self.in_flight && !self.is_standing
    }

    /// A request began to be served after it had waited so long.
    #[inline]
    pub fn on_start(&mut self, wait: Span, now: Time) {
        self.turn(now);
        self.is_standing &= self.queue_delay.is_some_and(|limit| wait > limit);
        self.shortest = Some(self.shortest.map_or(wait, |shortest| shortest.min(wait)));
    }

    /// Closes intervals that are over. One in which nobody began says nothing.
    #[inline]
    fn turn(&mut self, now: Time) {
        let number = now.0 / self.interval;
        if number == self.number {
            return;
        }
        let last = self.shortest.take().filter(|_| number == self.number + 1);
        self.is_standing =
            last.is_some_and(|shortest| self.queue_delay.is_some_and(|limit| shortest > limit));
        self.number = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shed(text: &str) -> Shed {
        Shed::new(&toml::from_str(text).unwrap())
    }

    const fn at(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    #[test]
    fn more_than_so_many_inside_are_refused() {
        let mut shed = shed("in_flight = 2");
        assert_eq!(
            [0, 1, 2, 3].map(|inside| shed.admits(inside, false, at(0))),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_standing_queue_is_refused_and_a_passing_one_is_not() {
        let mut shed = shed("queue_delay = \"5ms\"");
        let wait = Span::from_millis;
        shed.on_start(wait(4), at(10));
        shed.on_start(wait(50), at(20));
        assert!(shed.admits(9, false, at(100)), "somebody waited for 4 ms only");
        shed.on_start(wait(40), at(150));
        assert!(shed.admits(9, false, at(199)), "the interval is not over");
        assert!(!shed.admits(9, false, at(200)));
        shed.on_start(wait(6), at(210));
        assert!(!shed.admits(9, false, at(299)));
    }

    #[test]
    fn a_queue_stands_no_longer_when_somebody_waited_less_or_nobody_waits() {
        let standing = || {
            let mut shed = shed("queue_delay = \"5ms\"");
            shed.on_start(Span::from_millis(40), at(50));
            assert!(!shed.admits(9, false, at(100)));
            shed
        };
        let mut one = standing();
        one.on_start(Span::from_millis(5), at(110));
        assert!(one.admits(9, false, at(111)), "5 ms are not above the limit");
        let mut other = standing();
        assert!(other.admits(1, true, at(110)), "it would be served at once");
        assert!(other.admits(2, false, at(120)), "and is not refused again at once");
    }

    #[test]
    fn after_a_pause_nothing_is_known() {
        let mut shed = shed("queue_delay = \"5ms\"");
        shed.on_start(Span::from_millis(40), at(50));
        assert!(shed.admits(9, false, at(250)));
    }

    #[test]
    fn every_key_is_read_and_an_impossible_value_refused() {
        let text = "in_flight = 7\nqueue_delay = \"5ms\"\ninterval = \"50ms\"\n";
        let spec: ShedSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).as_deref(), Ok(text));
        for (text, said) in [
            ("in_flight = 0", "`in_flight` is a whole number from 1 to 1000000000, not 0"),
            ("queue_delay = \"0s\"", "`queue_delay` is longer than 0s"),
            ("interval = \"0s\"", "`interval` is longer than 0s"),
        ] {
            let error = toml::from_str::<ShedSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
