//! Lists of events under the hold model: the next event is taken out and comes again later, so that
//! the same number is always to come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use lindley::dist::exponential::standard_exponential;
use lindley::engine::{Payload, Queue};
use lindley::rng::{Key, Stream};
use lindley::time::Time;
use rand::Rng;

use crate::heap::{Calendar, Heap};
use crate::timing::{cost, head, show};

const PENDING: [u32; 5] = [1, 20, 100, 10_000, 1_000_000];
const HOLDS: u64 = 1_000_000;

/// A list of events.
trait Events: Default {
    const NAME: &str;
    fn insert(&mut self, time: u64, event: u32);
    fn next(&mut self) -> (u64, u32);
}

/// The simulator's.
impl Events for Queue {
    const NAME: &str = "engine::Queue";

    #[inline]
    fn insert(&mut self, time: u64, event: u32) {
        self.push(Time(time), Payload(event));
    }

    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let (time, event) = self.pop_until(Time::NEVER).expect("the number never changes");
        (time.0, event.0)
    }
}

/// That of the loops written by hand.
impl Events for Heap {
    const NAME: &str = "the loops' 4-ary heap";

    #[inline]
    fn insert(&mut self, time: u64, event: u32) {
        self.put(time, event);
    }

    #[inline]
    fn next(&mut self) -> (u64, u32) {
        self.pop().expect("the number never changes")
    }
}

/// The standard library's heap with packed events.
#[derive(Default)]
struct Packed(BinaryHeap<Reverse<u128>>, u32);

impl Events for Packed {
    const NAME: &str = "BinaryHeap of 16 bytes";

    #[inline]
    fn insert(&mut self, time: u64, event: u32) {
        let event = u128::from(time) << 64 | u128::from(self.1) << 32 | u128::from(event);
        self.0.push(Reverse(event));
        self.1 = self.1.wrapping_add(1);
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the parts are cut out by shifts")]
    fn next(&mut self) -> (u64, u32) {
        let Reverse(event) = self.0.pop().expect("the number never changes");
        ((event >> 64) as u64, event as u32)
    }
}

/// The standard library's heap with events in words.
#[derive(Default)]
struct Wide(BinaryHeap<Reverse<(u64, u64, u32)>>, u64);

impl Events for Wide {
    const NAME: &str = "BinaryHeap of 24 bytes";

    #[inline]
    fn insert(&mut self, time: u64, event: u32) {
        self.0.push(Reverse((time, self.1, event)));
        self.1 = self.1.wrapping_add(1);
    }

    #[inline]
    fn next(&mut self) -> (u64, u32) {
        let Reverse((time, _, event)) = self.0.pop().expect("the number never changes");
        (time, event)
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive time that fits"
)]
fn gap(stream: &mut Stream, pending: u32) -> u64 {
    (standard_exponential(stream.next_u64()) * f64::from(pending) * 1e6) as u64
}

/// The cost of a hold, with the cost of drawing its time ready before.
fn hold<E: Events>(pending: u32) {
    let mut stream = Key::root(1, 0).stream("hold", "gaps");
    let gaps: Vec<u64> = (0..1 << 16).map(|_| gap(&mut stream, pending)).collect();
    let mut events = E::default();
    for event in 0..pending {
        events.insert(gap(&mut stream, pending), event);
    }
    let nanos = cost(HOLDS, || {
        let mut last = 0;
        for hold in 0..HOLDS {
            let (now, event) = events.next();
            #[allow(clippy::cast_possible_truncation, reason = "the rest of a division")]
            let gap = gaps[hold as usize % (1 << 16)];
            events.insert(now.wrapping_add(gap), event);
            last = now;
        }
        last
    });
    show(&format!("{} with {pending} pending", E::NAME), nanos);
}

/// All lists of events at all numbers.
pub fn all() {
    head("queue: a hold, one event taken out and put in again");
    for pending in PENDING {
        hold::<Queue>(pending);
        hold::<Heap>(pending);
        hold::<Packed>(pending);
        hold::<Wide>(pending);
    }
}
