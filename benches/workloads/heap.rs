//! One general list of events: a 4-ary heap of packed 16-byte events with a hole at the root, and
//! models that are told each event in turn.

use crate::outcome::Outcome;

/// Where a model puts what is to come.
pub trait Calendar {
    /// Lets `event` come at `time`, after all that were put there before.
    fn put(&mut self, time: u64, event: u32);
}

/// A workload as a handler of events, for whatever list of events.
pub trait Model {
    /// The first events.
    fn begin(&mut self, calendar: &mut impl Calendar);

    /// What follows from an event; at most two events are put into the calendar.
    fn handle(&mut self, now: u64, event: u32, calendar: &mut impl Calendar);

    /// What the run came to.
    fn outcome(&self) -> Outcome;
}

/// Events as one number each: time, order of insertion, what it is.
#[derive(Default)]
pub struct Heap {
    heap: Vec<u128>,
    hole: bool,
    inserted: u32,
}

/// Runs a model on a heap until `end`.
pub fn run(mut model: impl Model, end: u64) -> Outcome {
    let mut heap = Heap::default();
    model.begin(&mut heap);
    while let Some((now, event)) = heap.pop() {
        if now > end {
            break;
        }
        model.handle(now, event, &mut heap);
    }
    model.outcome()
}

impl Calendar for Heap {
    #[inline]
    fn put(&mut self, time: u64, event: u32) {
        let packed = u128::from(time) << 64 | u128::from(self.inserted) << 32 | u128::from(event);
        // Wraps after 2^32 events, which could then exchange two of one time, but no others.
        self.inserted = self.inserted.wrapping_add(1);
        if self.hole {
            self.hole = false;
            self.down(packed);
        } else {
            self.up(packed);
        }
    }
}

impl Heap {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the parts are cut out by shifts")]
    pub fn pop(&mut self) -> Option<(u64, u32)> {
        if self.hole {
            self.hole = false;
            let last = self.heap.pop()?;
            if !self.heap.is_empty() {
                self.down(last);
            }
        }
        let first = *self.heap.first()?;
        self.hole = true;
        Some(((first >> 64) as u64, first as u32))
    }

    #[inline]
    fn up(&mut self, packed: u128) {
        let mut at = self.heap.len();
        self.heap.push(packed);
        let heap = self.heap.as_mut_slice();
        while at > 0 {
            let parent = (at - 1) / 4;
            if heap[parent] <= packed {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = packed;
    }

    #[inline]
    fn down(&mut self, packed: u128) {
        let heap = self.heap.as_mut_slice();
        let mut at = 0_usize;
        loop {
            let first = at.wrapping_mul(4).wrapping_add(1);
            // All four children there is the usual case and has no branch that depends on data.
            let least = if let Some(four) = heap.get(first..first.wrapping_add(4)) {
                let low = usize::from(is_before(four[1], four[0]));
                let high = 2 + usize::from(is_before(four[3], four[2]));
                first + if is_before(four[high], four[low]) { high } else { low }
            } else {
                let Some(least) = (first..heap.len()).min_by_key(|at| heap[*at]) else { break };
                least
            };
            if !is_before(heap[least], packed) {
                break;
            }
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = packed;
    }
}

/// Whether an event comes before another: the borrow of their difference.
#[inline]
const fn is_before(event: u128, other: u128) -> bool {
    event.overflowing_sub(other).1
}
