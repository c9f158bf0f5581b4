//! Slow start: the round trips that a response takes beyond the first because a new connection
//! sends carefully.
//!
//! A sender may have so many segments under way as its congestion window holds: 10 at first
//! (RFC 6928), doubling with each round trip while nothing is lost (RFC 5681). A response of n
//! segments takes the least k rounds with 10 (2^k - 1) ≥ n: up to 14,600 bytes one, up to 102,200
//! three, a megabyte seven. Between two rounds the sender stands still for the rest of the round
//! trip that sending the window did not take: not at all once the window holds what the line takes
//! in a round trip. What was acknowledged makes the window larger, but not beyond twice of what was
//! under way at once (Linux, `tcp_is_cwnd_limited`). A connection that was idle for longer than a
//! retransmission time-out, 200 ms and the round trip, has half of its window left for each of
//! them, and never less than the first window (RFC 2861; Linux, `tcp_cwnd_restart`). Streams side
//! by side share the window of their connection: who begins later goes behind. Losses and limits
//! of the receiver are left out.

use crate::time::{Span, Time};

/// The bytes of a full segment: an Ethernet frame of 1,500 less the headers.
pub const SEGMENT: u64 = 1_460;

/// The segments of the first window (RFC 6928).
pub const INITIAL_WINDOW: u64 = 10;

/// The largest window, 4 GiB or so: beyond it nothing is gained.
const LARGEST: u64 = 1 << 22;

/// What Linux adds to the round trip for its retransmission time-out.
const IDLE: Span = Span::from_millis(200);

/// How the senders on a link begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlowStart {
    /// Segments of the first window.
    pub window: u64,
    /// Bytes of a full segment.
    pub segment: u64,
}

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
    /// What it will hold when all that is under way is acknowledged; 0 before anything was sent.
    segments: u64,
    /// When the last burst was sent.
    last: Time,
    /// What the window held then.
    burst: u64,
    /// How much of that was left.
    room: u64,
}

impl Window {
    /// The window of a connection that has sent nothing yet.
    pub const NEW: Self = Self { segments: 0, last: Time::ZERO, burst: 0, room: 0 };

    /// How long the sender of a response of so many bytes, which begins now, stands still between
    /// its first byte and its last; `line` says how long the line takes for so many bytes.
    ///
    /// A response that begins while an earlier one is not acknowledged yet, as streams side by
    /// side do, goes behind it: into what the last burst left of its window, and then on.
    #[inline]
    pub fn stall(
        &mut self,
        rule: SlowStart,
        bytes: u64,
        now: Time,
        round_trip: Span,
        line: impl Fn(u64) -> Span,
    ) -> Span {
        let needed = bytes.div_ceil(rule.segment);
        let is_behind = self.segments > 0 && now < self.last + round_trip;
        if !is_behind {
            self.rest(rule, now, round_trip);
            (self.last, self.burst, self.room) = (now, self.segments, self.segments);
        }
        let mut left = needed;
        let mut stall = if self.last > now { self.last.since(now) } else { Span::ZERO };
        // The most that is under way at once.
        let mut flight = 0;
        while left > self.room {
            flight = self.burst;
            let busy = line(self.burst.saturating_mul(rule.segment));
            if busy >= round_trip {
                // The line is what holds it up from now on.
                (flight, self.room) = (left, LARGEST.max(left));
                break;
            }
            let mut pause = round_trip - busy;
            if now > self.last {
                // A part of the round trip is over already.
                let sent = line(self.room.saturating_mul(rule.segment));
                let rest = (self.last + round_trip).since(now).0.saturating_sub(sent.0);
                pause = pause.min(Span(rest));
            }
            stall += pause;
            self.last = now + stall;
            left -= self.room;
            self.burst = (self.burst * 2).min(LARGEST);
            self.room = self.burst;
        }
        flight = flight.max(self.burst.saturating_sub(self.room) + left);
        self.room -= left;
        let grown = (self.segments + needed).min(flight.saturating_mul(2)).min(LARGEST);
        self.segments = self.segments.max(grown);
        stall
    }

    /// Takes from the window what an idle time takes.
    fn rest(&mut self, rule: SlowStart, now: Time, round_trip: Span) {
        let pause = IDLE + round_trip;
        let mut idle = now.since(self.last.min(now));
        while idle > pause && self.segments > rule.window {
            self.segments /= 2;
            idle = idle - pause;
        }
        self.segments = self.segments.max(rule.window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: SlowStart = SlowStart { window: INITIAL_WINDOW, segment: SEGMENT };
    const RTT: Span = Span::from_millis(50);

    const fn at(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    /// Round trips that a response stands still on a line of unlimited bandwidth.
    fn extra(window: &mut Window, bytes: u64, millis: u64) -> u64 {
        window.stall(RULE, bytes, at(millis), RTT, |_| Span::ZERO).0 / RTT.0
    }

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
            assert_eq!(extra(&mut Window::NEW.clone(), bytes, 0) + 1, u64::from(count), "{bytes}");
        }
    }

    #[test]
    fn the_largest_response_ends() {
        assert!(rounds(u64::MAX, 0) > 20);
        assert!(extra(&mut Window::NEW.clone(), 1 << 50, 0) > 20);
    }

    #[test]
    fn a_warm_connection_needs_fewer_and_an_idle_one_loses_half_for_each_time_out() {
        let mut window = Window::NEW;
        assert_eq!(extra(&mut window, 102_200, 0), 2);
        assert_eq!(extra(&mut window, 102_200, 200), 0, "80 segments fit");
        // 140 segments, of which 70 are left after one time-out and 17 after three.
        assert_eq!(extra(&mut window, 102_200, 200 + 251), 0);
        assert_eq!(extra(&mut window, 102_200, 200 + 251 + 751), 2);
        assert_eq!(extra(&mut window, 102_200, 1_000_000), 2, "as at first");
    }

    #[test]
    fn small_responses_do_not_make_the_window_larger_than_what_they_used_of_it() {
        let mut window = Window::NEW;
        for round in 0..1_000 {
            assert_eq!(extra(&mut window, 1_000, round * 50), 0);
        }
        assert_eq!(extra(&mut window, 102_200, 50_000), 2);
    }

    #[test]
    fn a_response_that_begins_while_another_is_under_way_goes_behind_it() {
        let mut window = Window::NEW;
        // 20 segments: 10 at once, 10 a round trip later, of a window of 20.
        assert_eq!(extra(&mut window, 20 * SEGMENT, 0), 1);
        // 10 more fit beside them at 50 ms, and 40 follow at 100.
        let mut stall = |segments, millis| {
            window.stall(RULE, segments * SEGMENT, at(millis), RTT, |_| Span::ZERO).0 / 1_000_000
        };
        assert_eq!(stall(10, 20), 30);
        assert_eq!(stall(30, 60), 40, "none fits before the acknowledgement at 100 ms");
        assert_eq!(stall(10, 70), 30, "the last ten of the forty");
        assert_eq!(stall(1, 80), 70, "which are acknowledged at 150");
        // Ten, and what was acknowledged of full windows: 71.
        assert_eq!(stall(71, 300), 0, "all is acknowledged");
    }

    #[test]
    fn what_the_line_takes_anyway_is_not_waited_for_as_well() {
        // A segment takes 1 ms: windows of 10, 20 and 40 take 10, 20 and 40 of the 50 ms.
        let line = |bytes: u64| Span::from_nanos(bytes.div_ceil(SEGMENT) * 1_000_000);
        let stall = |bytes: u64| Window::NEW.clone().stall(RULE, bytes, at(0), RTT, line);
        assert_eq!(stall(10 * SEGMENT), Span::ZERO);
        assert_eq!(stall(30 * SEGMENT), Span::from_millis(40));
        assert_eq!(stall(70 * SEGMENT), Span::from_millis(70));
        assert_eq!(stall(150 * SEGMENT), Span::from_millis(80));
        assert_eq!(stall(10_000 * SEGMENT), Span::from_millis(80), "80 take longer than 50 ms");
    }
}
