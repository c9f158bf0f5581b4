//! The event queue: a 4-ary heap of 16-byte events, with a hole at the root.
//!
//! An event is one `u128`: time, insertion number, payload, from the top bits down. Comparing two
//! events is one comparison of integers, and equal times resolve by insertion, whatever the shape
//! of the heap. `pop` leaves a hole at the root which the next `push` fills, so the usual pair of
//! both costs one walk down. Nothing is removed from the middle: who cancels an event marks what
//! it points to, and ignores it when it comes.

use crate::time::Time;

/// What an event tells the world: 28 bits that the world encodes as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Payload(pub u32);

/// Bits of the payload in an event.
const PAYLOAD_BITS: u32 = 28;
/// Bits of the insertion number: 2.7 × 10^11 events, above the limit of a run.
const SEQUENCE_BITS: u32 = 38;
const TIME_SHIFT: u32 = PAYLOAD_BITS + SEQUENCE_BITS;
/// The latest moment that an event can have: 146 years, beyond the longest horizon.
const LATEST: u64 = (1 << (128 - TIME_SHIFT)) - 1;
const ARITY: usize = 4;
/// What stands where no event does: later than every event.
const NOTHING: u128 = u128::MAX;

/// Events that are still to come, in the order of time and insertion.
#[derive(Debug, Default)]
pub struct Queue {
    /// A heap of [`ARITY`], smallest first; the root is stale while `hole` is set. Behind its end
    /// stand at least [`ARITY`] times [`NOTHING`], so that whatever has one child has all four and
    /// the search for the least needs no case for the end.
    heap: Vec<u128>,
    /// How many elements the heap has, the stale root included.
    len: usize,
    hole: bool,
    sequence: u64,
    now: Time,
}

impl Queue {
    /// Adds an event that comes after all those of the same time which were pushed before. What
    /// lies beyond every horizon may be moved closer, for it never comes.
    ///
    /// # Panics
    /// If `at` lies in the past: the world would see time go back.
    #[inline(always)]
    pub fn push(&mut self, at: Time, payload: Payload) {
        assert!(at >= self.now, "an event lies in the past");
        debug_assert!(payload.0 < 1 << PAYLOAD_BITS, "a payload has 28 bits");
        let event = (u128::from(at.0.min(LATEST)) << TIME_SHIFT)
            | (u128::from(self.sequence) << PAYLOAD_BITS)
            | u128::from(payload.0);
        self.sequence += 1;
        if self.hole {
            self.hole = false;
            self.sift_down(event);
        } else {
            self.sift_up(event);
        }
    }

    /// Takes the next event out if it is due at or before `horizon`.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "the event's fields are cut out by shifts")]
    pub fn pop_until(&mut self, horizon: Time) -> Option<(Time, Payload)> {
        self.close_hole();
        if self.len == 0 {
            return None;
        }
        let event = self.heap[0];
        let at = Time((event >> TIME_SHIFT) as u64);
        if at > horizon {
            return None;
        }
        debug_assert!(at >= self.now, "events come in order");
        self.hole = true;
        self.now = at;
        Some((at, Payload(event as u32 & ((1 << PAYLOAD_BITS) - 1))))
    }

    /// Whether no event is to come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events are to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len - usize::from(self.hole)
    }

    /// Forgets all events and starts again at time zero, keeping the memory.
    pub fn clear(&mut self) {
        self.heap.clear();
        (self.len, self.hole) = (0, false);
        self.sequence = 0;
        self.now = Time::ZERO;
    }

    /// Fills the root from the end, for when two pops follow one another.
    #[inline(always)]
    fn close_hole(&mut self) {
        if self.hole {
            self.hole = false;
            self.len -= 1;
            let last = std::mem::replace(&mut self.heap[self.len], NOTHING);
            if self.len > 0 {
                self.sift_down(last);
            }
        }
    }

    /// Puts `event` into the heap from the end upwards.
    #[inline]
    fn sift_up(&mut self, event: u128) {
        let mut at = self.len;
        self.len += 1;
        if self.heap.len() < self.len + ARITY {
            self.grow();
        }
        while at > 0 {
            let parent = (at - 1) / ARITY;
            if self.heap[parent] <= event {
                break;
            }
            self.heap[at] = self.heap[parent];
            at = parent;
        }
        self.heap[at] = event;
    }

    /// Makes room for more events, a quarter of those that there are.
    #[cold]
    fn grow(&mut self) {
        let room = (self.len / 4).max(256);
        self.heap.reserve_exact(room);
        self.heap.resize(self.heap.len() + room, NOTHING);
    }

    /// Puts `event` into the heap from the stale root downwards.
    #[inline]
    fn sift_down(&mut self, event: u128) {
        let heap = self.heap.as_mut_slice();
        let mut at = 0;
        loop {
            let first = at * ARITY + 1;
            let Some(four) = heap.get(first..first + ARITY) else { break };
            // No branch depends on data, so none can be mispredicted.
            let (low, high) = (four[1] < four[0], four[3] < four[2]);
            let least_low = if low { four[1] } else { four[0] };
            let least_high = if high { four[3] } else { four[2] };
            let is_high = least_high < least_low;
            let least = if is_high { least_high } else { least_low };
            if least >= event {
                break;
            }
            heap[at] = least;
            at = first + if is_high { 2 + usize::from(high) } else { usize::from(low) };
        }
        heap[at] = event;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::KeyRng;
    use crate::rng::{Key, Purpose, below};

    fn drain(queue: &mut Queue) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| queue.pop_until(Time::NEVER)).map(|(t, p)| (t.0, p.0)).collect()
    }

    #[test]
    fn equal_times_come_in_the_order_of_insertion() {
        let mut queue = Queue::default();
        for n in 0..100 {
            queue.push(Time(7), Payload(n));
        }
        assert_eq!(drain(&mut queue), (0..100).map(|n| (7, n)).collect::<Vec<_>>());
    }

    #[test]
    fn pushes_and_pops_in_any_order_agree_with_a_sorted_list() {
        let mut bits: KeyRng = Key(3).draws(Purpose::named("queue"));
        let (mut queue, mut list) = (Queue::default(), Vec::new());
        let (mut now, mut sequence) = (0, 0);
        for _ in 0..20_000 {
            if below(5, bits.next_bits()) < 3 {
                let at = now + below(50, bits.next_bits());
                queue.push(Time(at), Payload(sequence));
                list.push((at, sequence));
                sequence += 1;
            } else {
                list.sort_unstable();
                let expected = (!list.is_empty()).then(|| list.remove(0));
                let popped = queue.pop_until(Time::NEVER).map(|(t, p)| (t.0, p.0));
                assert_eq!(popped, expected);
                now = popped.map_or(now, |(at, _)| at);
            }
            assert_eq!(queue.len(), list.len());
        }
    }

    #[test]
    #[should_panic(expected = "in the past")]
    fn an_event_in_the_past_is_refused() {
        let mut queue = Queue::default();
        queue.push(Time(7), Payload(0));
        queue.pop_until(Time::NEVER);
        queue.push(Time(6), Payload(1));
    }

    #[test]
    fn an_event_beyond_every_horizon_never_comes() {
        let mut queue = Queue::default();
        let end = Time(crate::time::MAX_SPAN.0);
        queue.push(Time(end.0 * 2), Payload(1));
        queue.push(end, Payload(2));
        assert_eq!(queue.pop_until(end), Some((end, Payload(2))));
        assert_eq!(queue.pop_until(end), None);
    }

    #[test]
    fn the_longest_horizon_fits_an_event() {
        let mut queue = Queue::default();
        let end = Time(crate::time::MAX_SPAN.0);
        queue.push(end, Payload((1 << PAYLOAD_BITS) - 1));
        assert_eq!(queue.pop_until(end), Some((end, Payload((1 << PAYLOAD_BITS) - 1))));
    }
}
