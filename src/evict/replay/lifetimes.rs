//! Objects that stay for a time and for nothing else: a cache without want of room.
//!
//! With a lifetime that is not renewed an object that is asked for at rate λ is found in the share
//! λT / (1 + λT) of requests, with one that each hit renews in 1 - exp(-λT) of them: Jung, Berger
//! and Balakrishnan, "Modeling TTL-based internet caches", INFOCOM 2003.

use super::{Chunk, Replayed, Tally};

/// What a hit does to the lifetime of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Nothing: it ends so long after the object was stored, as `max-age` says.
    Fixed,
    /// It begins again.
    Sliding,
}

/// How a cache tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// By nanoseconds.
    Exact,
    /// By whole seconds, as nginx does: what was stored within a second is fresh to the end of the
    /// second in which its lifetime passes, so for up to a second longer.
    Seconds,
}

/// For how long what is stored may be used, and by which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Nanoseconds; whole seconds of them for [`Clock::Seconds`].
    pub nanos: u64,
    /// How the cache tells the time.
    pub clock: Clock,
}

const SECOND: u64 = 1_000_000_000;

/// Objects by when they end.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    lifetime: Lifetime,
    renewal: Renewal,
    ends: Vec<u64>,
    tally: Tally,
}

impl Lifetime {
    /// From when on what is stored at a time in nanoseconds may not be used any more.
    #[must_use]
    pub const fn end(self, now: u64) -> u64 {
        match self.clock {
            Clock::Exact => now.saturating_add(self.nanos),
            Clock::Seconds => {
                let seconds = (now / SECOND).saturating_add(self.nanos / SECOND);
                seconds.saturating_add(1).saturating_mul(SECOND)
            }
        }
    }
}

impl Lifetimes {
    /// An empty cache whose objects stay for so many nanoseconds.
    #[must_use]
    pub const fn new(nanos: u64, renewal: Renewal) -> Self {
        let tally = Tally { requests: 0, misses: 0, bytes: 0, missed_bytes: 0 };
        let lifetime = Lifetime { nanos, clock: Clock::Exact };
        Self { lifetime, renewal, ends: Vec::new(), tally }
    }

    /// The same by another clock.
    #[must_use]
    pub fn counted_by(mut self, clock: Clock) -> Self {
        self.lifetime.clock = clock;
        self
    }

    /// Asks for an object at a time in nanoseconds; its number is below the last chunk's objects.
    fn ask(&mut self, id: u32, now: u64) -> bool {
        let is_hit = now < self.ends[id as usize];
        if !is_hit || self.renewal == Renewal::Sliding {
            self.ends[id as usize] = self.lifetime.end(now);
        }
        is_hit
    }

    /// How many objects have not ended at a time in nanoseconds.
    #[must_use]
    pub fn stored(&self, now: u64) -> usize {
        self.ends.iter().filter(|end| now < **end).count()
    }
}

impl Replayed for Lifetimes {
    fn replay(&mut self, chunk: &Chunk<'_>) {
        if self.ends.len() < chunk.objects as usize {
            self.ends.resize(chunk.objects as usize, 0);
        }
        for (request, (id, now)) in chunk.ids.iter().zip(chunk.times).enumerate() {
            let is_hit = self.ask(*id, *now);
            self.tally.count(chunk.bytes_of(request), is_hit);
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_ends_so_long_after_the_object_was_stored_or_found() {
        let misses = |renewal| {
            let mut cache = Lifetimes::new(10, renewal);
            let (ids, times) = ([0; 5], [0, 9, 10, 18, 29]);
            cache.replay(&Chunk { ids: &ids, objects: 1, times: &times, ..Chunk::default() });
            assert_eq!(cache.stored(38), 1);
            assert_eq!(cache.stored(39), 0);
            cache.tally().misses
        };
        assert_eq!((misses(Renewal::Fixed), misses(Renewal::Sliding)), (3, 2));
    }

    #[test]
    fn by_whole_seconds_a_lifetime_ends_with_a_second() {
        let is_hit = |stored: u64, now: u64| {
            let mut cache = Lifetimes::new(2 * SECOND, Renewal::Fixed).counted_by(Clock::Seconds);
            let times = [stored, now].map(|millis| millis * 1_000_000);
            cache.replay(&Chunk { ids: &[0, 0], objects: 1, times: &times, ..Chunk::default() });
            cache.tally().misses == 1
        };
        for (stored, now, expected) in
            [(0, 2_999, true), (0, 3_000, false), (999, 2_999, true), (999, 3_000, false)]
        {
            assert_eq!(is_hit(stored, now), expected, "{stored} ms, {now} ms");
        }
    }
}
