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
}

/// Gives events to `world` in order until none is due at or before `horizon`, and counts them.
pub fn run<W: World>(world: &mut W, queue: &mut Queue, horizon: Time, limit: u64) -> (Stop, u64) {
    let mut events = 0;
    let mut first = world.first();
    // The world is called in one place, so that all that it does can be inlined there.
    loop {
        let (now, payload) = match first.take() {
            Some(first) => first,
            None => match queue.pop_and_look_ahead(horizon, |payload| world.foresee(payload)) {
                None => break,
                Some(_) if events == limit => return (Stop::TooManyEvents, events),
                Some(next) => {
                    events += 1;
                    next
                }
            },
        };
        if world.handle(now, payload, queue) == Flow::Stop {
            return (Stop::World, events);
        }
    }
    (if queue.is_empty() { Stop::Drained } else { Stop::Horizon }, events)
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
}
