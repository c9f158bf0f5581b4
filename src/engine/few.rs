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

/// The most events that the ring holds.
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
    /// What was pushed last and is not in the ring, or [`NONE`].
    fresh: u128,
}

/// Later than every event: a run ends long before its insertions have no number left.
const NONE: u128 = u128::MAX;

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
        self.len() == ROOM
    }

    /// Adds an event; there must be room for it.
    #[inline(always)]
    pub(super) fn push(&mut self, event: u128) {
        debug_assert!(!self.is_full() && event < NONE, "there is room, and time");
        let last = std::mem::replace(&mut self.fresh, event);
        if last != NONE {
            self.place(last);
        }
    }

    /// Puts an event into its place in the ring.
    #[inline(always)]
    fn place(&mut self, event: u128) {
        let events = &mut self.events;
        let (head, len) = (self.head, self.len);
        self.len += 1;
        let mut place = head + len;
        if len < BOTH_ENDS {
            while place > head && event < events[(place - 1) & MASK] {
                events[place & MASK] = events[(place - 1) & MASK];
                place -= 1;
            }
        } else if event < events[(head + len / 2) & MASK] {
            // The one in the middle stops the walk, from this end and from the other.
            self.head = head.wrapping_sub(1) & MASK;
            place = self.head;
            while events[(place + 1) & MASK] < event {
                events[place & MASK] = events[(place + 1) & MASK];
                place += 1;
            }
        } else {
            while event < events[(place - 1) & MASK] {
                events[place & MASK] = events[(place - 1) & MASK];
                place -= 1;
            }
        }
        events[place & MASK] = event;
    }

    /// The smallest event, if there is one.
    #[inline(always)]
    pub(super) fn first(&mut self) -> Option<u128> {
        let first = if self.len > 0 { self.events[self.head & MASK] } else { NONE };
        if self.fresh < first {
            return Some(self.settle());
        }
        (self.len > 0).then_some(first)
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

    #[test]
    fn events_come_in_order_from_every_place_of_the_ring() {
        for start in 0..2 * ROOM {
            let mut few = Few::default();
            for turn in 0..start {
                few.push(turn as u128);
                assert_eq!(few.first(), Some(turn as u128));
                few.take_first();
            }
            // 37 has no divisor in common with 64, so that the numbers come in no order.
            let mut pushed: Vec<u128> = (0..ROOM as u128).map(|n| n * 37 % 64 + 100).collect();
            pushed.iter().for_each(|&event| few.push(event));
            assert!(few.is_full());
            pushed.sort_unstable();
            let mut popped = Vec::new();
            while let Some(event) = few.first() {
                few.take_first();
                popped.push(event);
            }
            assert_eq!(popped, pushed);
        }
    }

    #[test]
    fn what_was_pushed_last_counts_before_it_has_its_place() {
        let mut few = Few::default();
        assert_eq!((few.first(), few.len()), (None, 0));
        [50, 10, 30].into_iter().for_each(|event| few.push(event));
        assert_eq!((few.first(), few.len()), (Some(10), 3));
        few.push(5);
        assert_eq!((few.first(), few.len()), (Some(5), 4));
        assert_eq!((few.first(), few.len()), (Some(5), 4));
        few.take_first();
        assert_eq!((few.first(), few.len()), (Some(10), 3));
    }

    #[test]
    fn what_is_pushed_between_takes_its_place() {
        let mut few = Few::default();
        [50, 10, 30].into_iter().for_each(|event| few.push(event));
        assert_eq!(few.first(), Some(10));
        few.take_first();
        few.push(20);
        few.push(60);
        assert_eq!((few.first(), few.len()), (Some(20), 4));
        few.clear();
        assert_eq!(few.first(), None);
    }
}
