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

/// Objects by when they end.
#[derive(Debug, Clone)]
pub struct Lifetimes {
    lifetime: u64,
    renewal: Renewal,
    ends: Vec<u64>,
    tally: Tally,
}

impl Lifetimes {
    /// An empty cache whose objects stay for so many nanoseconds.
    #[must_use]
    pub const fn new(lifetime: u64, renewal: Renewal) -> Self {
        let tally = Tally { requests: 0, misses: 0, bytes: 0, missed_bytes: 0 };
        Self { lifetime, renewal, ends: Vec::new(), tally }
    }

    /// Asks for an object at a time in nanoseconds; its number is below the last chunk's objects.
    fn ask(&mut self, id: u32, now: u64) -> bool {
        let end = &mut self.ends[id as usize];
        let is_hit = now < *end;
        if !is_hit || self.renewal == Renewal::Sliding {
            *end = now.saturating_add(self.lifetime);
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
}
