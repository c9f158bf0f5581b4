//! The events that come soon: in order while they are few, in a heap while they are many.

use super::event::NONE;
use super::few::Few;
use super::heap::Heap;

/// With so few events left, a heap becomes a ring again: far fewer than a ring has room for, so
/// that what goes up and down around one number is not moved each time.
const FEW: usize = 12;

/// Events of which the smallest can be had.
#[derive(Debug, Default)]
pub(super) struct Near {
    few: Few,
    many: Heap,
    /// Which of the two has the events; the other is empty.
    is_many: bool,
}

impl Near {
    /// How many events there are.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        if self.is_many { self.many.len() } else { self.few.len() }
    }

    /// Puts an event into its place. Returns whether there are many now.
    #[inline(always)]
    pub(super) fn push(&mut self, event: u128) -> bool {
        if !self.is_many {
            if !self.few.is_full() {
                self.few.push(event);
                return false;
            }
            self.becomes_many();
        }
        if self.many.has_hole() {
            self.many.fill(event);
        } else {
            self.many.push(event);
        }
        true
    }

    /// The smallest event, or [`NONE`].
    #[inline(always)]
    pub(super) fn first(&mut self) -> u128 {
        if self.is_many { self.first_of_many() } else { self.few.first() }
    }

    #[inline(always)]
    fn first_of_many(&mut self) -> u128 {
        self.many.close_hole();
        if self.many.len() <= FEW {
            self.becomes_few();
            return self.few.first();
        }
        self.many.first().unwrap_or(NONE)
    }

    /// Takes out what [`first`](Self::first) gave.
    #[inline(always)]
    pub(super) fn take_first(&mut self) {
        if self.is_many {
            self.many.take_first();
        } else {
            self.few.take_first();
        }
    }

    /// Takes all events out, in no order.
    pub(super) fn drain(&mut self) -> std::vec::Drain<'_, u128> {
        if !self.is_many {
            self.becomes_many();
        }
        self.many.drain()
    }

    /// Forgets all events, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.few.clear();
        self.many.clear();
        self.is_many = false;
    }

    /// What is in the ring goes to the heap.
    #[cold]
    #[inline(never)]
    fn becomes_many(&mut self) {
        self.is_many = true;
        while self.few.len() > 0 {
            self.many.push(self.few.first());
            self.few.take_first();
        }
    }

    /// What is in the heap, in whatever order, goes to the ring.
    #[inline(never)]
    fn becomes_few(&mut self) {
        self.is_many = false;
        self.few.take_over(self.many.drain());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Payload;
    use crate::engine::event::{pack, time};
    use crate::rng::{Key, Purpose, below};

    #[test]
    fn events_come_in_order_however_their_number_goes_up_and_down() {
        let mut bits = Key(5).draws(Purpose::named("near"));
        let (mut near, mut list, mut last) = (Near::default(), Vec::new(), 0);
        for round in 0..40_000 {
            // Up to about eighty, down to none, and up again.
            let goes_up = round / 200 % 2 == 0;
            if below(10, bits.next_bits()) < if goes_up { 7 } else { 3 } {
                // Every few events there are two of one moment.
                let event = pack(last + below(100, bits.next_bits()), round, Payload(0));
                near.push(event);
                list.push(event);
            } else {
                list.sort_unstable();
                let expected = if list.is_empty() { NONE } else { list.remove(0) };
                assert_eq!(near.first(), expected);
                if expected != NONE {
                    near.take_first();
                    last = time(expected);
                }
            }
            assert_eq!(near.len(), list.len());
        }
    }
}
