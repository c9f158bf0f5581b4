//! A ladder queue: events in buckets by time, which are put in order only when their time comes.
//!
//! After Tang, Goh and Thng, "Ladder queue: an O(1) priority queue structure for large-scale
//! discrete event simulation" (TOMACS 2005). A rung cuts a stretch of time into buckets of equal
//! width. When the next bucket holds more than a few events it becomes a rung of its own; else its
//! events are put in order all at once. The last bucket of a rung also holds all that lies beyond,
//! up to the end of the bucket from which the rung was made, so events at any distance have a place
//! and none is looked at again before its bucket is due.

use super::bags::{Bag, Bags};
use super::batch::Batch;
use super::event;
use super::near::Near;

/// Events in a bucket of a new rung, on average: a bucket is sorted whole, and so many at once cost
/// no more an event than a few do.
const PER_BUCKET: usize = 48;
/// Buckets of a rung, at least: fewer would cut a stretch no finer than it is.
const MIN_BUCKETS: usize = 1 << 3;
/// Buckets of a rung, at most: as many as the cache keeps the ends of.
const MAX_BUCKETS: usize = 1 << 12;
/// The most events that are put in order without being spread over a rung.
const FEW: usize = 128;
/// Rungs within rungs. Each halves the width at least; what still lies together then is
/// sorted at once, which needs no width.
const MAX_DEPTH: usize = 8;

/// A stretch of time in buckets.
#[derive(Debug, Default)]
struct Rung {
    buckets: Vec<Bag>,
    /// The first bucket that has not been taken.
    next: usize,
    /// When the first bucket begins.
    start: u64,
    /// The width of a bucket, as a power of two.
    shift: u32,
    /// Before this moment lies all that the rung holds.
    end: u64,
}

impl Rung {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "no more than the last bucket's number")]
    fn bucket(&mut self, at: u64) -> &mut Bag {
        let last = self.buckets.len() - 1;
        let bucket = ((at - self.start) >> self.shift).min(last as u64);
        &mut self.buckets[bucket as usize]
    }

    /// Takes the next bucket that is not empty, or the last one, and tells its end.
    fn take(&mut self) -> (Bag, u64) {
        let last = self.buckets.len() - 1;
        while self.next < last && self.buckets[self.next].is_empty() {
            self.next += 1;
        }
        let bag = std::mem::replace(&mut self.buckets[self.next], Bag::EMPTY);
        self.next += 1;
        if self.next > last {
            return (bag, self.end);
        }
        (bag, self.start.saturating_add((self.next as u64) << self.shift).min(self.end))
    }
}

/// What must be known of events to choose the width of their buckets.
struct Extent {
    first: u64,
    last: u64,
    mean: u64,
}

/// Rungs of buckets, each within a bucket of the one before.
#[derive(Debug, Default)]
pub(super) struct Ladder {
    /// The first `depth` are in use, the innermost last; the others only keep their memory.
    rungs: Vec<Rung>,
    depth: usize,
    bags: Bags,
    len: usize,
    /// How often an event was looked at to spread it, which tests hold against the pushes.
    #[cfg(test)]
    pub(super) work: usize,
}

impl Ladder {
    /// How many events there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there is a rung to push to.
    pub(super) fn is_up(&self) -> bool {
        self.depth > 0
    }

    /// Puts `event`, which comes at `at`, into the innermost rung that reaches so far; it must not
    /// lie before the end of the bucket that was taken last.
    #[inline]
    pub(super) fn push(&mut self, at: u64, event: u128) {
        let reaches = |rung: &Rung| at < rung.end;
        let rung = self.rungs[..self.depth].iter().rposition(reaches).unwrap_or(0);
        self.bags.push(self.rungs[rung].bucket(at), event);
        self.len += 1;
    }

    /// Makes the events of `near` and of `batch`, all of them before `end`, the innermost rung,
    /// unless they cannot be spread; all are in `batch` then.
    pub(super) fn raise(&mut self, near: &mut Near, batch: &mut Batch, end: u64) {
        let mut bag = Bag::EMPTY;
        self.len += near.len() + batch.len();
        for event in near.drain().chain(batch.rest().iter().copied()) {
            self.bags.push(&mut bag, event);
        }
        batch.clear();
        if !self.spread(bag, end) {
            self.lower(bag, batch);
        }
    }

    /// Moves the next events to `batch`, all of which were taken, and tells the moment before which
    /// they all are: what is pushed before it is near. Nothing is left if it stays empty.
    #[inline(never)]
    pub(super) fn refill(&mut self, batch: &mut Batch) -> u64 {
        loop {
            let innermost = &mut self.rungs[self.depth - 1];
            let (bag, end) = innermost.take();
            if innermost.next == innermost.buckets.len() {
                self.depth -= 1;
            }
            if bag.is_empty() && self.depth > 0 {
                continue;
            }
            if !self.spread(bag, end) {
                self.lower(bag, batch);
                return end;
            }
        }
    }

    /// Forgets all events, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.bags.clear();
        (self.depth, self.len) = (0, 0);
    }

    /// Moves what is in `bag` to `batch`, all of which were taken.
    fn lower(&mut self, bag: Bag, batch: &mut Batch) {
        batch.clear();
        self.len -= bag.len();
        self.bags.drain(bag, |_, events| batch.append(events));
        batch.sort();
    }

    /// Makes what is in `bag`, all of it before `end`, the innermost rung, if that is worthwhile.
    ///
    /// The buckets reach twice as far as the events do on average: then no more than half of the
    /// events lie beyond (Markov's inequality), so that each is moved a constant number of times,
    /// and a few far ones cannot make the buckets of all others too wide.
    fn spread(&mut self, bag: Bag, end: u64) -> bool {
        if bag.len() <= FEW || self.depth == MAX_DEPTH {
            return false;
        }
        #[cfg(test)]
        {
            self.work += bag.len();
        }
        let all = self.extent(bag);
        if all.first == all.last {
            return false;
        }
        let buckets = (bag.len() / PER_BUCKET).next_power_of_two();
        let buckets = buckets.clamp(MIN_BUCKETS, MAX_BUCKETS);
        let reach = (all.mean - all.first).saturating_mul(2).max(1);
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::default());
        }
        let rung = &mut self.rungs[self.depth];
        rung.buckets.clear();
        rung.buckets.resize(buckets, Bag::EMPTY);
        (rung.next, rung.start, rung.end) = (0, all.first, end);
        rung.shift = (u64::BITS - reach.leading_zeros()).saturating_sub(buckets.ilog2());
        self.bags.drain(bag, |bags, events| {
            events.iter().for_each(|&event| bags.push(rung.bucket(event::time(event)), event));
        });
        self.depth += 1;
        true
    }

    /// The extent of what is in `bag`, which is not empty.
    #[allow(clippy::cast_possible_truncation, reason = "no mean is above all of its terms")]
    fn extent(&self, bag: Bag) -> Extent {
        let (mut first, mut last, mut sum) = (u64::MAX, 0, 0);
        self.bags.for_each(bag, |event| {
            let at = event::time(event);
            first = first.min(at);
            last = last.max(at);
            sum += u128::from(at);
        });
        Extent { first, last, mean: (sum / bag.len() as u128) as u64 }
    }
}
