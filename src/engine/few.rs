//! A few events in order.
//!
//! A ring, sorted, earliest first: taking the first event moves an index, and a new one is put in
//! its place from the nearer end, so that a quarter of the others move on average. With a handful
//! of events, which is what most models have pending, that is half the work of a heap.
//!
//! The event that was pushed last stands beside the ring until another comes. Its moment has just
//! been drawn, and a processor that must guess where it belongs, and guesses wrong, waits until the
//! draw is through. That it is not the earliest is guessed right most of the time, and when it gets
//! its place its moment has long been known.

use super::event::{NONE, moment};

/// The most events that there are: one beside the ring and the others in it.
const ROOM: usize = 32;
const MASK: usize = ROOM - 1;
/// With so many events it is worthwhile to see which end is nearer.
const BOTH_ENDS: usize = 6;

/// Few events, all different, of which the smallest can be had.
#[derive(Debug)]
pub(super) struct Few {
    events: [u128; ROOM],
    /// The place of the smallest in the ring.
    head: usize,
    /// How many are in the ring.
    len: usize,
    /// What was pushed last and is not in the ring, or none.
    fresh: u128,
}

impl Default for Few {
    fn default() -> Self {
        Self { events: [0; ROOM], head: 0, len: 0, fresh: NONE }
    }
}

impl Few {
    /// How many events there are.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        if self.fresh == NONE { self.len } else { self.len + 1 }
    }

    /// Whether there is no room for another.
    #[inline(always)]
    pub(super) const fn is_full(&self) -> bool {
        self.len >= ROOM - 1
    }

    /// Adds an event that was made after all that are there; there must be room for it.
    #[inline(always)]
    pub(super) fn push(&mut self, event: u128) {
        debug_assert!(!self.is_full() && moment(event) < moment(NONE), "there is room, and time");
        let last = std::mem::replace(&mut self.fresh, event);
        if moment(last) != moment(NONE) {
            self.place(last);
        }
    }

    /// Puts an event that was made after all in the ring into its place there.
    #[inline(always)]
    fn place(&mut self, event: u128) {
        let events = &mut self.events;
        let (head, len, at) = (self.head, self.len, moment(event));
        self.len += 1;
        let mut place = head + len;
        if len < BOTH_ENDS {
            while place > head && at < moment(events[(place - 1) & MASK]) {
                events[place & MASK] = events[(place - 1) & MASK];
                place -= 1;
            }
        } else if at < moment(events[(head + len / 2) & MASK]) {
            // The one in the middle stops the walk, from this end and from the other.
            self.head = head.wrapping_sub(1) & MASK;
            place = self.head;
            while moment(events[(place + 1) & MASK]) <= at {
                events[place & MASK] = events[(place + 1) & MASK];
                place += 1;
            }
        } else {
            while at < moment(events[(place - 1) & MASK]) {
                events[place & MASK] = events[(place - 1) & MASK];
                place -= 1;
            }
        }
        events[place & MASK] = event;
    }

    /// Takes over events in whatever order, of which there are fewer than [`ROOM`], where none is.
    pub(super) fn take_over(&mut self, events: impl Iterator<Item = u128>) {
        debug_assert_eq!(self.len(), 0, "there is none");
        self.head = 0;
        for event in events {
            self.events[self.len] = event;
            self.len += 1;
        }
        self.events[..self.len].sort_unstable();
    }

    /// The smallest event, or [`NONE`].
    #[inline(always)]
    pub(super) fn first(&mut self) -> u128 {
        let first = if self.len > 0 { self.events[self.head & MASK] } else { NONE };
        if moment(self.fresh) < moment(first) { self.settle() } else { first }
    }

    /// Puts what was pushed last, which is the smallest, before all others. Not inlined, so that
    /// the processor guesses whether it comes to this instead of waiting until it is known.
    #[inline(never)]
    fn settle(&mut self) -> u128 {
        let fresh = std::mem::replace(&mut self.fresh, NONE);
        self.head = self.head.wrapping_sub(1) & MASK;
        self.events[self.head] = fresh;
        self.len += 1;
        fresh
    }

    /// Takes out what [`first`](Self::first) gave, which is in the ring.
    #[inline(always)]
    pub(super) fn take_first(&mut self) {
        debug_assert!(self.len > 0, "there is an event to take");
        self.head = (self.head + 1) & MASK;
        self.len -= 1;
    }

    /// Forgets all events.
    pub(super) const fn clear(&mut self) {
        (self.head, self.len, self.fresh) = (0, 0, NONE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Payload;
    use crate::engine::event::{pack, time};

    /// A ring into which events at these moments were pushed, number 0 first.
    fn with(moments: &[u64]) -> Few {
        let mut few = Few::default();
        (0..).zip(moments).for_each(|(n, &at)| few.push(pack(at, n, Payload(0))));
        few
    }

    fn drain(mut few: Few) -> Vec<u128> {
        std::iter::from_fn(|| {
            let first = few.first();
            (first != NONE).then(|| few.take_first()).map(|()| first)
        })
        .collect()
    }

    #[test]
    fn events_come_in_order_from_every_place_of_the_ring() {
        for start in 0..2 * ROOM as u64 {
            let mut few = Few::default();
            for turn in 0..start {
                few.push(pack(0, turn, Payload(0)));
                assert_eq!(few.first(), pack(0, turn, Payload(0)));
                few.take_first();
            }
            // 37 has no divisor in common with 64, so that the moments come in no order.
            let events = (0..ROOM as u64).map(|n| pack(n * 37 % 64 + 1, start + n, Payload(0)));
            let mut pushed: Vec<u128> = events.collect();
            pushed.iter().for_each(|&event| few.push(event));
            assert!(few.is_full());
            pushed.sort_unstable();
            assert_eq!(drain(few), pushed);
        }
    }

    #[test]
    fn events_of_one_moment_come_as_they_were_pushed() {
        for moments in 1..8 {
            let at: Vec<u64> = (0..ROOM as u64).map(|n| n * 37 % moments).collect();
            let events = drain(with(&at));
            assert_eq!(events.len(), ROOM);
            assert!(events.is_sorted(), "{events:?}");
        }
    }

    #[test]
    fn what_was_pushed_last_counts_before_it_has_its_place() {
        let mut few = with(&[50, 10, 30]);
        assert_eq!((time(few.first()), few.len()), (10, 3));
        few.push(pack(5, 3, Payload(0)));
        for _ in 0..2 {
            assert_eq!((time(few.first()), few.len()), (5, 4));
        }
        few.take_first();
        assert_eq!((time(few.first()), few.len()), (10, 3));
    }

    #[test]
    fn what_is_pushed_between_takes_its_place() {
        let mut few = with(&[50, 10, 30]);
        assert_eq!(time(few.first()), 10);
        few.take_first();
        few.push(pack(20, 3, Payload(0)));
        few.push(pack(60, 4, Payload(0)));
        assert_eq!((time(few.first()), few.len()), (20, 4));
        few.clear();
        assert_eq!((few.first(), few.len()), (NONE, 0));
    }

    #[test]
    fn what_is_taken_over_is_put_in_order() {
        let mut few = Few::default();
        few.take_over([7, 3, 9].into_iter().map(|at| pack(at, at, Payload(0))));
        few.push(pack(3, 10, Payload(0)));
        let moments: Vec<u64> = drain(few).into_iter().map(time).collect();
        assert_eq!(moments, [3, 3, 7, 9]);
    }
}
