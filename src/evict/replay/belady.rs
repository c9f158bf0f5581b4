//! Belady's rule: who is asked for again last goes first.

use super::super::ranks::Ranks;
use super::{Capacity, Chunk, Replayed, Tally};

/// Objects by when they are asked for again.
#[derive(Debug, Clone)]
pub(super) struct Belady {
    capacity: Capacity,
    used: u64,
    /// What each object takes; 0 if it is not there.
    weights: Vec<u64>,
    /// The next request of those that are there, the last one first.
    by_next: Ranks,
    tally: Tally,
}

impl Belady {
    pub(super) fn new(capacity: Capacity) -> Self {
        let (weights, by_next) = (Vec::new(), Ranks::default());
        Self { capacity, used: 0, weights, by_next, tally: Tally::default() }
    }

    /// Asks for an object. Returns whether it is there.
    fn ask(&mut self, id: u32, bytes: u64, next: u64) -> bool {
        let rank = u128::from(!next);
        if self.weights[id as usize] > 0 {
            self.by_next.change(id, rank);
            return true;
        }
        let (weight, most) = (self.capacity.weight(bytes), self.capacity.most());
        if weight > most {
            return false;
        }
        while self.used + weight > most {
            let Some((_, last)) = self.by_next.lowest() else { break };
            self.by_next.remove(last);
            self.used -= std::mem::take(&mut self.weights[last as usize]);
        }
        self.used += weight;
        self.weights[id as usize] = weight;
        self.by_next.insert(id, rank);
        false
    }
}

impl Replayed for Belady {
    fn replay(&mut self, chunk: &Chunk<'_>) {
        if self.weights.len() < chunk.objects as usize {
            self.weights.resize(chunk.objects as usize, 0);
        }
        for (request, id) in chunk.ids.iter().enumerate() {
            let bytes = chunk.bytes_of(request);
            let is_hit = self.ask(*id, bytes, chunk.next_of(request));
            self.tally.count(bytes, is_hit);
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::super::next_requests;
    use super::*;

    #[test]
    fn the_example_of_the_textbooks_misses_nine_times() {
        let ids = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
        let next = next_requests(&ids, 8);
        assert_eq!(next[..5], [17, 4, 13, 8, 6]);
        let mut cache = Belady::new(Capacity::Objects(3));
        cache.replay(&Chunk { ids: &ids, objects: 8, next: &next, ..Chunk::default() });
        assert_eq!((cache.tally().requests, cache.tally().misses), (20, 9));
    }
}
