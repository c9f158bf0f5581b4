//! A binary heap of 16-byte events with a hole at the root.
//!
//! Taking the first event leaves a hole which the next one fills, so the usual pair of both costs
//! one walk down. Two children, not four: on the few events of most models the shorter steps save
//! more than the deeper tree costs, and many events are the ladder's.

/// Events of which the smallest can be had.
#[derive(Debug, Default)]
pub(super) struct Heap {
    /// Smallest first; the root is stale while `hole` is set.
    events: Vec<u128>,
    hole: bool,
}

impl Heap {
    /// How many events there are.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.events.len() - usize::from(self.hole)
    }

    /// Whether the root waits for an event to [`fill`](Self::fill) it.
    #[inline(always)]
    pub(super) fn has_hole(&self) -> bool {
        self.hole
    }

    /// Puts an event into the hole at the root, and from there to its place.
    #[inline(always)]
    pub(super) fn fill(&mut self, event: u128) {
        debug_assert!(self.hole, "there is a hole to fill");
        self.hole = false;
        self.sift_down(0, event);
    }

    /// Puts an event at the end of a heap without hole, and from there to its place.
    #[inline(always)]
    pub(super) fn push(&mut self, event: u128) {
        debug_assert!(!self.hole, "a hole is filled first");
        let mut at = self.events.len();
        self.events.push(event);
        let events = self.events.as_mut_slice();
        while at > 0 {
            let parent = (at - 1) / 2;
            if events[parent] <= event {
                break;
            }
            events[at] = events[parent];
            at = parent;
        }
        events[at] = event;
    }

    /// Fills a hole from the end, for when two events are taken one after the other.
    #[inline(always)]
    pub(super) fn close_hole(&mut self) {
        if self.hole {
            self.hole = false;
            if let Some(last) = self.events.pop()
                && !self.events.is_empty()
            {
                self.sift_down(0, last);
            }
        }
    }

    /// The smallest event of a heap without hole, if there is one.
    #[inline(always)]
    pub(super) fn first(&self) -> Option<u128> {
        debug_assert!(!self.hole, "a hole is closed first");
        self.events.first().copied()
    }

    /// Takes out what [`first`](Self::first) gave.
    #[inline(always)]
    pub(super) fn take_first(&mut self) {
        self.hole = true;
    }

    /// Takes all events out, in no order.
    pub(super) fn drain(&mut self) -> std::vec::Drain<'_, u128> {
        self.close_hole();
        self.events.drain(..)
    }

    /// Forgets all events, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.hole = false;
    }

    /// Puts `event` into the heap from the stale place `at` downwards.
    #[inline]
    fn sift_down(&mut self, mut at: usize, event: u128) {
        let events = self.events.as_mut_slice();
        let mut child = 2 * at + 1;
        while child + 1 < events.len() {
            // An addition instead of a branch, which nothing could predict.
            child += usize::from(events[child + 1] < events[child]);
            let least = events[child];
            if least >= event {
                break;
            }
            events[at] = least;
            at = child;
            child = 2 * at + 1;
        }
        if child + 1 == events.len() && events[child] < event {
            events[at] = events[child];
            at = child;
        }
        events[at] = event;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(heap: &mut Heap) -> Vec<u128> {
        std::iter::from_fn(|| {
            heap.close_hole();
            heap.first().inspect(|_| heap.take_first())
        })
        .collect()
    }

    #[test]
    fn a_hole_is_filled_or_closed() {
        let mut heap = Heap::default();
        [5, 3, 9, 1].into_iter().for_each(|event| heap.push(event));
        assert_eq!(heap.first(), Some(1));
        heap.take_first();
        assert_eq!((heap.len(), heap.has_hole()), (3, true));
        heap.fill(7);
        assert_eq!((heap.len(), heap.has_hole()), (4, false));
        assert_eq!(sorted(&mut heap), [3, 5, 7, 9]);
    }
}
