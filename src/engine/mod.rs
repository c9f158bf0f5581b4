//! The kernel: a queue of events ordered by time and insertion, and the loop that empties it.
//!
//! It knows no word of the domain. A [`World`] receives each event with the queue, and may push
//! further ones; two events of one time come in the order in which they were pushed.

mod bags;
mod batch;
mod event;
mod few;
mod heap;
mod ladder;
mod near;
mod queue;
#[cfg(test)]
mod shapes;

pub use event::Payload;
pub use queue::Queue;

use crate::time::Time;

/// So many events are handled between two looks at whether the run shall stop: a few milliseconds
/// of work.
const EVENTS_BETWEEN_LOOKS: u64 = 1 << 14;

/// What the engine runs.
pub trait World {
    /// What is to be handled before all events, without being one.
    fn first(&mut self) -> Option<(Time, Payload)> {
        None
    }

    /// The event `payload` is among those that come soon. Nothing may follow from it but that what
    /// the event is about is brought close.
    fn foresee(&self, payload: Payload) {
        let _ = payload;
    }

    /// Whether the run shall stop where it is, since nobody waits for it any more. It is asked now
    /// and then.
    fn is_stopped(&self) -> bool {
        false
    }

    /// One event is due: `now` is its time. Whatever follows from it is pushed to `queue`.
    ///
    /// Returns whether the run goes on.
    fn handle(&mut self, now: Time, payload: Payload, queue: &mut Queue) -> Flow;
}

/// Whether a run goes on after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The next event follows.
    On,
    /// The world has reached its end, or a limit of its own.
    Stop,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// No event is left.
    Drained,
    /// The next event lies after the horizon.
    Horizon,
    /// The world asked for it.
    World,
    /// More events than the limit: something makes events without end.
    TooManyEvents,
    /// Nobody waits for it any more.
    Stopped,
}

/// Gives events to `world` in order until none is due at or before `horizon`, and counts them.
pub fn run<W: World>(world: &mut W, queue: &mut Queue, horizon: Time, limit: u64) -> (Stop, u64) {
    // At so many events somebody looks up, and so many are left until then: up to there nothing but
    // the second number is looked at.
    let mut next_look = limit.min(EVENTS_BETWEEN_LOOKS);
    let mut left = next_look;
    let mut first = world.first();
    // The world is called in one place, so that all that it does can be inlined there.
    loop {
        let (now, payload) = match first.take() {
            Some(first) => first,
            None => match queue.pop_and_look_ahead(horizon, |payload| world.foresee(payload)) {
                None => break,
                Some(next) => {
                    if left == 0 {
                        if let Some(stop) = looks_up(world, next_look, limit) {
                            return (stop, next_look);
                        }
                        left = EVENTS_BETWEEN_LOOKS.min(limit - next_look);
                        next_look += left;
                    }
                    left -= 1;
                    next
                }
            },
        };
        if world.handle(now, payload, queue) == Flow::Stop {
            return (Stop::World, next_look - left);
        }
    }
    (if queue.is_empty() { Stop::Drained } else { Stop::Horizon }, next_look - left)
}

/// What ends a run after so many events, if anything does.
#[cold]
#[inline(never)]
fn looks_up<W: World>(world: &W, events: u64, limit: u64) -> Option<Stop> {
    if events == limit {
        Some(Stop::TooManyEvents)
    } else {
        world.is_stopped().then_some(Stop::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    /// Counts down: each event pushes the next one after its own number of nanoseconds.
    #[derive(Default)]
    struct Countdown(Vec<(u64, u32)>);

    impl World for Countdown {
        fn handle(&mut self, now: Time, payload: Payload, queue: &mut Queue) -> Flow {
            self.0.push((now.0, payload.0));
            if payload.0 > 1 {
                queue.push(now + Span(u64::from(payload.0)), Payload(payload.0 - 1));
            }
            if payload.0 == 13 { Flow::Stop } else { Flow::On }
        }
    }

    fn started_with(first: u32) -> (Countdown, Queue) {
        let mut queue = Queue::default();
        queue.push(Time(5), Payload(first));
        (Countdown::default(), queue)
    }

    #[test]
    fn events_come_in_order_until_none_is_left() {
        let (mut world, mut queue) = started_with(3);
        assert_eq!(run(&mut world, &mut queue, Time(100), 100), (Stop::Drained, 3));
        assert_eq!(world.0, [(5, 3), (8, 2), (10, 1)]);
    }

    #[test]
    fn an_event_at_the_horizon_is_the_last() {
        let (mut world, mut queue) = started_with(3);
        assert_eq!(run(&mut world, &mut queue, Time(8), 100), (Stop::Horizon, 2));
        assert_eq!(run(&mut world, &mut queue, Time(20), 100), (Stop::Drained, 1));
    }

    #[test]
    fn a_world_can_stop_the_run_and_so_can_the_limit() {
        let (mut world, mut queue) = started_with(13);
        assert_eq!(run(&mut world, &mut queue, Time(100), 100), (Stop::World, 1));
        let (mut world, mut queue) = started_with(9);
        assert_eq!(run(&mut world, &mut queue, Time(100), 4), (Stop::TooManyEvents, 4));
    }

    /// Has events without end, and nobody waits for it from some time on.
    struct Endless {
        now: Time,
        is_left_at: Time,
    }

    impl World for Endless {
        fn is_stopped(&self) -> bool {
            self.now >= self.is_left_at
        }

        fn handle(&mut self, now: Time, payload: Payload, queue: &mut Queue) -> Flow {
            self.now = now;
            queue.push(now + Span(1), payload);
            Flow::On
        }
    }

    fn endless_until(is_left_at: u64, limit: u64) -> (Stop, u64) {
        let mut world = Endless { now: Time::ZERO, is_left_at: Time(is_left_at) };
        let mut queue = Queue::default();
        queue.push(Time(1), Payload(0));
        run(&mut world, &mut queue, Time::NEVER, limit)
    }

    #[test]
    fn a_run_that_nobody_waits_for_ends_within_few_events() {
        for is_left_at in [0, 1, 100_000] {
            let (stop, events) = endless_until(is_left_at, u64::MAX);
            assert_eq!(stop, Stop::Stopped);
            let range = is_left_at..=is_left_at + EVENTS_BETWEEN_LOOKS;
            assert!(range.contains(&events), "{events} events, left at {is_left_at}");
        }
    }

    #[test]
    fn looks_do_not_move_the_limit() {
        let slice = EVENTS_BETWEEN_LOOKS;
        for limit in [0, 1, slice - 1, slice, slice + 1, 3 * slice, 3 * slice + 7] {
            assert_eq!(endless_until(u64::MAX, limit), (Stop::TooManyEvents, limit));
        }
    }
}
