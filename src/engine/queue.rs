//! The event queue: the events that come soon, in order or in a heap, and a ladder for the others.
//!
//! While few events are pending there is no ladder, and its only cost is one comparison a push.
//! Above that only what comes before a `limit` is near, a handful of events that stay in the cache,
//! and a push or pop costs the same whether a thousand or a million are pending.
//! The order is the same in both. Nothing is removed from the middle: who cancels an event marks
//! what it points to, and ignores it when it comes.

use super::batch::Batch;
use super::event::{self, LATEST, NONE, Payload};
use super::ladder::Ladder;
use super::near::Near;
use crate::time::Time;

/// The most events that are near before they are spread over the ladder: here a heap and the ladder
/// are equally fast.
const MANY: usize = 512;

/// Events that are still to come, in the order of time and insertion.
#[derive(Debug)]
pub struct Queue {
    /// Those events before `limit` that were in the ladder.
    batch: Batch,
    /// Those that were pushed when they already were before `limit`.
    near: Near,
    /// Where the ladder begins, or [`LATEST`] while there is none.
    limit: u64,
    /// With more events than this, `near` is spread, and `batch` with it.
    room: usize,
    /// The events at and after `limit`.
    far: Ladder,
    sequence: u64,
    now: Time,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            batch: Batch::default(),
            near: Near::default(),
            limit: LATEST,
            room: MANY,
            far: Ladder::default(),
            sequence: 0,
            now: Time::ZERO,
        }
    }
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
        if at.0 >= self.limit {
            return self.push_far(at, payload);
        }
        let event = self.event(at.0, payload);
        if self.near.push(event) && self.near.len() > self.room {
            self.spread();
        }
    }

    /// Takes the next event out if it is due at or before `horizon`.
    #[inline(always)]
    pub fn pop_until(&mut self, horizon: Time) -> Option<(Time, Payload)> {
        self.pop_and_look_ahead(horizon, |_| ())
    }

    /// The same. When events come near together, from where the cache has forgotten what they are
    /// about, `ahead` is told of each of them, once and in no order.
    #[inline(always)]
    pub fn pop_and_look_ahead(
        &mut self,
        horizon: Time,
        ahead: impl FnMut(Payload),
    ) -> Option<(Time, Payload)> {
        let (near, sorted) = (self.near.first(), self.batch.first());
        let is_near = near < sorted;
        let event = match if is_near { near } else { sorted } {
            NONE => self.refill(ahead)?,
            event => event,
        };
        let at = Time(event::time(event));
        if at > horizon {
            return None;
        }
        debug_assert!(at >= self.now, "events come in order");
        if is_near {
            self.near.take_first();
        } else {
            self.batch.take_first();
        }
        self.now = at;
        Some((at, event::payload(event)))
    }

    /// Whether no event is to come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events are to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.near.len() + self.batch.len() + self.far.len()
    }

    /// Forgets all events and starts again at time zero, keeping the memory.
    pub fn clear(&mut self) {
        self.batch.clear();
        self.near.clear();
        self.far.clear();
        (self.limit, self.room) = (LATEST, MANY);
        self.sequence = 0;
        self.now = Time::ZERO;
    }

    /// How often an event was looked at to spread it over buckets.
    #[cfg(test)]
    pub fn work(&self) -> usize {
        self.far.work
    }

    /// The next event in the order of insertion.
    #[inline(always)]
    fn event(&mut self, at: u64, payload: Payload) -> u128 {
        let sequence = self.sequence;
        self.sequence += 1;
        event::pack(at, sequence, payload)
    }

    /// Pushes what lies after the limit, or after everything that can come.
    #[inline(never)]
    fn push_far(&mut self, at: Time, payload: Payload) {
        let at = at.0.min(LATEST);
        let event = self.event(at, payload);
        if self.far.is_up() {
            self.far.push(at, event);
        } else {
            self.near.push(event);
        }
    }

    /// Moves all but the first events to the ladder.
    #[cold]
    #[inline(never)]
    fn spread(&mut self) {
        self.far.raise(&mut self.near, &mut self.batch, self.limit);
        if self.batch.len() == 0 {
            self.limit = self.far.refill(&mut self.batch);
        }
        self.make_room();
    }

    /// Moves the next events from the ladder to the batch, tells `ahead` of them, and gives the
    /// first.
    #[inline(never)]
    fn refill(&mut self, mut ahead: impl FnMut(Payload)) -> Option<u128> {
        if !self.far.is_up() {
            return None;
        }
        self.limit = self.far.refill(&mut self.batch);
        self.make_room();
        self.batch.rest().iter().for_each(|&event| ahead(event::payload(event)));
        self.batch.rest().first().copied()
    }

    /// There may be twice as many near ones as in the batch before they are spread, so that events
    /// which cannot be spread, such as many at one moment, are not looked at over and over.
    fn make_room(&mut self) {
        self.room = MANY.max(2 * self.batch.len());
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
        queue.push(end, Payload((1 << event::PAYLOAD_BITS) - 1));
        assert_eq!(queue.pop_until(end), Some((end, Payload((1 << event::PAYLOAD_BITS) - 1))));
    }
}
