//! Slow start: the round trips that a response takes beyond the first because a new connection
//! sends carefully.
//!
//! A sender may have so many segments under way as its congestion window holds: 10 at first
//! (RFC 6928), doubling with each round trip while nothing is lost (RFC 5681). A response of n
//! segments takes the least k rounds with 10 (2^k - 1) ≥ n: up to 14,600 bytes one, up to 102,200
//! three, a megabyte seven. A connection that was idle for a retransmission time-out begins anew.
//! Losses and limits of the receiver are left out.

use crate::time::{Span, Time};

/// The bytes of a full segment: an Ethernet frame of 1,500 less the headers.
pub const SEGMENT: u64 = 1_460;

/// The segments of the first window (RFC 6928).
pub const INITIAL_WINDOW: u64 = 10;

/// The largest window, 4 GiB or so: beyond it nothing is gained.
const LARGEST: u64 = 1 << 22;

/// How many round trips the bytes take from the first to the last with a window of so many
/// segments to begin with; at least 1.
#[must_use]
pub const fn rounds(bytes: u64, window: u64) -> u32 {
    let segments = bytes.div_ceil(SEGMENT);
    let mut window = if window == 0 { 1 } else { window };
    let (mut sent, mut rounds) = (window, 1);
    while sent < segments {
        window = if window < LARGEST { window * 2 } else { window };
        sent += window;
        rounds += 1;
    }
    rounds
}

/// The congestion window of one direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    segments: u64,
    last: Time,
}

impl Window {
    /// The window of a new connection.
    #[must_use]
    pub const fn new(now: Time) -> Self {
        Self { segments: INITIAL_WINDOW, last: now }
    }

    /// How many round trips a response of so many bytes takes beyond the first if it begins now;
    /// the window grows by what it acknowledges. After an idle time of `idle` or more (Linux: the
    /// retransmission time-out, at least 200 ms) the window begins anew.
    #[inline]
    pub fn extra_round_trips(&mut self, bytes: u64, now: Time, idle: Span) -> u32 {
        if now.since(self.last) >= idle {
            self.segments = INITIAL_WINDOW;
        }
        let extra = rounds(bytes, self.segments) - 1;
        self.segments = (self.segments + bytes.div_ceil(SEGMENT)).min(LARGEST);
        self.last = now;
        extra
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_take_the_rounds_that_theory_says() {
        for (bytes, count) in [
            (0, 1),
            (1, 1),
            // Theory cases slowstart-01 and slowstart-02.
            (14_600, 1),
            (100_000, 3),
            (14_601, 2),
            (102_200, 3),
            (102_400, 4),
            (1_000_000, 7),
        ] {
            assert_eq!(rounds(bytes, INITIAL_WINDOW), count, "{bytes}");
        }
        let bytes = 100_000;
        let time = Span::from_nanos(u64::from(rounds(bytes, INITIAL_WINDOW)) * 50_000_000);
        assert_eq!(time, Span::from_millis(150));
    }

    #[test]
    fn the_largest_response_ends() {
        assert!(rounds(u64::MAX, 0) > 20);
    }

    #[test]
    fn a_warm_connection_needs_fewer_and_an_idle_one_begins_anew() {
        let idle = Span::from_millis(200);
        let mut window = Window::new(Time::ZERO);
        let at = |millis: u64| Time(millis * 1_000_000);
        assert_eq!(window.extra_round_trips(102_200, at(0), idle), 2);
        assert_eq!(window.extra_round_trips(102_200, at(100), idle), 0, "80 segments fit");
        assert_eq!(window.extra_round_trips(102_200, at(299), idle), 0);
        assert_eq!(window.extra_round_trips(102_200, at(499), idle), 2);
    }
}
