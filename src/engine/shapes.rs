//! Trials of the queue against a sorted reference, over delays of every shape that strains one of
//! its parts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Payload, Queue};
use crate::rng::{Key, KeyRng, Purpose, below};
use crate::time::{MAX_SPAN, Time};

const HOUR: u64 = 3_600_000_000_000;

/// A delay from random bits and the number of the push.
type Shape = fn(&mut KeyRng, u32) -> u64;

const SHAPES: &[(&str, Shape)] = &[
    ("uniform", |bits, _| below(1_000_000, bits.next_bits())),
    ("narrow, with many ties", |bits, _| below(4, bits.next_bits())),
    ("one moment", |_, _| 0),
    ("one constant", |_, _| 5_000_000),
    ("three constants", |_, n| [5_000_000, 100_000, 8_000_000][n as usize % 3]),
    ("bursts a second apart", |_, n| if n % 64 == 0 { 1_000_000_000 } else { 0 }),
    ("gaps and time-outs", |bits, n| {
        if n % 2 == 0 { below(2_000, bits.next_bits()) } else { HOUR + below(9, bits.next_bits()) }
    }),
    ("think and serve", |bits, n| {
        below(if n % 2 == 0 { 20_000_000_000 } else { 2_000_000 }, bits.next_bits())
    }),
    ("all magnitudes", |bits, _| {
        let magnitude = below(48, bits.next_bits());
        below(1 << magnitude, bits.next_bits())
    }),
    (
        "one far ahead of all",
        |bits, n| {
            if n == 7 { 3 * HOUR } else { below(5_000, bits.next_bits()) }
        },
    ),
    ("ever later", |_, n| u64::from(n) * 1_000),
    ("ever sooner", |_, n| u64::from(1_000_000 - n.min(1_000_000))),
    ("never", |bits, n| if n % 3 == 0 { u64::MAX / 2 } else { below(9_000, bits.next_bits()) }),
];

/// A queue and its reference.
#[derive(Default)]
struct Pair {
    queue: Queue,
    list: BinaryHeap<Reverse<(u64, u32)>>,
    pushed: u32,
    now: u64,
}

impl Pair {
    fn push(&mut self, delay: u64) {
        // What never comes is moved closer by the queue; the reference moves it likewise.
        let at = self.now.saturating_add(delay).min((1 << 62) - 1);
        self.queue.push(Time(at), Payload(self.pushed));
        self.list.push(Reverse((at, self.pushed)));
        self.pushed += 1;
    }

    /// Takes one event out of both, and tells whether there was one.
    fn pop(&mut self, shape: &str) -> bool {
        let expected = self.list.pop().map(|Reverse(event)| event);
        let event = self.queue.pop_until(Time::NEVER).map(|(at, payload)| (at.0, payload.0));
        assert_eq!(event, expected, "{shape}");
        self.now = event.map_or(self.now, |(at, _)| at);
        event.is_some()
    }
}

/// Grows, keeps, shrinks, and drains a queue, so that it crosses the size at which the ladder is
/// put up and taken down.
fn trial(name: &str, shape: Shape, pair: &mut Pair, most: usize) {
    let mut bits: KeyRng = Key(3).draws(Purpose::named(name));
    // Of ten steps so many are pushes, until so many events are pending or were popped.
    for (pushes, steps) in [(10, most), (6, most), (5, 4 * most), (2, most), (7, most), (1, most)] {
        for _ in 0..steps {
            if below(10, bits.next_bits()) < pushes && pair.list.len() < 2 * most {
                let delay = shape(&mut bits, pair.pushed);
                pair.push(delay);
            } else {
                pair.pop(name);
            }
            assert_eq!(pair.queue.len(), pair.list.len(), "{name}");
        }
    }
    while pair.pop(name) {}
    assert!(pair.queue.is_empty(), "{name}");
}

#[test]
fn every_shape_comes_in_the_order_of_a_sorted_list() {
    for &(name, shape) in SHAPES {
        for most in [3, 60, 510, 700, 6_000] {
            trial(name, shape, &mut Pair::default(), most);
        }
    }
}

#[test]
fn a_cleared_queue_is_as_a_new_one() {
    let mut pair = Pair::default();
    for &(name, shape) in SHAPES {
        for delay in 0..2_000 {
            pair.push(delay * delay);
        }
        for _ in 0..700 {
            pair.pop(name);
        }
        pair.queue.clear();
        assert_eq!((pair.queue.len(), pair.queue.pop_until(Time::NEVER)), (0, None), "{name}");
        (pair.list, pair.now, pair.pushed) = (BinaryHeap::new(), 0, 0);
        trial(name, shape, &mut pair, 1_000);
        pair.queue.clear();
        (pair.now, pair.pushed) = (0, 0);
    }
}

#[test]
fn no_shape_has_its_events_spread_over_and_over() {
    for &(name, shape) in SHAPES {
        let mut pair = Pair::default();
        trial(name, shape, &mut pair, 20_000);
        let (work, pushed) = (pair.queue.work(), pair.pushed as usize);
        assert!(work <= 3 * pushed, "{name}: {work} looks at {pushed} events");
    }
}

#[test]
fn many_pending_events_are_given_up_to_the_horizon_and_no_further() {
    let mut queue = Queue::default();
    for n in 0..5_000 {
        queue.push(Time(u64::from(n) * 10), Payload(n));
    }
    let due = std::iter::from_fn(|| queue.pop_until(Time(19_995))).count();
    assert_eq!((due, queue.len()), (2_000, 3_000));
    // Between the horizon and the next event there is room for another.
    queue.push(Time(19_996), Payload(9));
    assert_eq!(queue.pop_until(Time(MAX_SPAN.0)), Some((Time(19_996), Payload(9))));
    assert_eq!(queue.pop_until(Time(20_000)), Some((Time(20_000), Payload(2_000))));
}

#[test]
#[should_panic(expected = "in the past")]
fn an_event_in_the_past_is_refused_also_when_many_are_pending() {
    let mut queue = Queue::default();
    for n in 0..5_000 {
        queue.push(Time(7 + u64::from(n)), Payload(n));
    }
    queue.pop_until(Time::NEVER);
    queue.push(Time(6), Payload(1));
}
