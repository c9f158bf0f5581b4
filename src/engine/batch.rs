//! The events of one bucket, in order.
//!
//! They are sorted once, all together, and then only taken from the front: what is pushed between
//! them goes elsewhere. The moments of a bucket are spread more or less evenly over it, so that
//! slots of equal width leave one or two events in each: a quarter of the work of a sort that knows
//! nothing of them.

use super::event;

/// The most events that slots are used for.
const MOST: usize = 128;
/// As many slots as events.
const SLOTS: usize = MOST;

/// Events that were put in order, of which the first are taken.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// In order from `next` on, once they are sorted.
    events: Vec<u128>,
    /// What has been appended, until it is sorted.
    unsorted: Vec<u128>,
    /// The place of the first that has not been taken.
    next: usize,
}

impl Batch {
    /// How many events there are.
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.events.len() - self.next
    }

    /// The first event, or [`NONE`](event::NONE).
    #[inline(always)]
    pub(super) fn first(&self) -> u128 {
        self.events.get(self.next).copied().unwrap_or(event::NONE)
    }

    /// Takes out what [`first`](Self::first) gave.
    #[inline(always)]
    pub(super) fn take_first(&mut self) {
        debug_assert!(self.len() > 0, "there is an event to take");
        self.next += 1;
    }

    /// The events that are left.
    pub(super) fn rest(&self) -> &[u128] {
        &self.events[self.next..]
    }

    /// Adds events in no order to what has been cleared, or added to;
    /// [`sort`](Self::sort) is to follow.
    #[inline]
    pub(super) fn append(&mut self, events: &[u128]) {
        self.unsorted.extend_from_slice(events);
    }

    /// Puts in order what has been appended.
    pub(super) fn sort(&mut self) {
        if self.unsorted.len() > MOST {
            std::mem::swap(&mut self.events, &mut self.unsorted);
            self.events.sort_unstable();
        } else {
            self.distribute();
            insert_in_order(&mut self.events);
        }
        self.unsorted.clear();
    }

    /// Puts each event into one of many slots by its time, which leaves little to be ordered.
    #[allow(clippy::cast_possible_truncation, reason = "a slot is masked, and MOST fits a byte")]
    fn distribute(&mut self) {
        let times = || self.unsorted.iter().map(|&event| event::time(event));
        let first = times().fold(u64::MAX, u64::min);
        let last = times().fold(first, u64::max);
        let shift = (u64::BITS - (last - first).leading_zeros()).saturating_sub(SLOTS.ilog2());
        let slot = |event| ((event::time(event) - first) >> shift) as usize % SLOTS;
        let mut ends = [0_u8; SLOTS];
        self.unsorted.iter().for_each(|&event| ends[slot(event)] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        self.events.resize(self.unsorted.len(), 0);
        for &event in &self.unsorted {
            let end = &mut ends[slot(event)];
            *end -= 1;
            self.events[usize::from(*end)] = event;
        }
    }

    /// Forgets all events, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.unsorted.clear();
        self.next = 0;
    }
}

/// Puts `events` in order that are nearly so.
fn insert_in_order(events: &mut [u128]) {
    for at in 1..events.len() {
        let (event, mut place) = (events[at], at);
        while place > 0 && events[place - 1] > event {
            events[place] = events[place - 1];
            place -= 1;
        }
        events[place] = event;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Payload;

    #[test]
    fn what_was_appended_is_taken_in_order() {
        let mut batch = Batch::default();
        assert_eq!((batch.len(), batch.first()), (0, event::NONE));
        for round in 0..3 {
            batch.append(&[5, 3]);
            batch.append(&[9, 1, 7 + round]);
            batch.sort();
            assert_eq!(batch.first(), 1);
            batch.take_first();
            assert_eq!((batch.len(), batch.first()), (4, 3));
            batch.take_first();
            assert_eq!(batch.rest(), [5, 7 + round, 9]);
            batch.clear();
            assert_eq!((batch.len(), batch.first()), (0, event::NONE));
        }
    }

    #[test]
    fn events_are_put_in_order_however_their_moments_lie() {
        let moments: [fn(u64) -> u64; 5] = [
            |n| n * 7_919 % 1_009,
            |_| 5,
            |n| n % 2 * event::LATEST,
            |n| if n == 0 { event::LATEST } else { n * 31 % 97 },
            |n| event::LATEST - (n * n % 61),
        ];
        for moment in moments {
            for len in [1, 2, 3, 60, MOST as u64, MOST as u64 + 1, 1_000] {
                let mut expected: Vec<u128> =
                    (0..len).map(|n| event::pack(moment(n), len - n, Payload(0))).collect();
                let mut batch = Batch::default();
                batch.append(&expected);
                batch.sort();
                expected.sort_unstable();
                assert_eq!(batch.rest(), expected);
            }
        }
    }
}
