//! Belady's rule with sizes: who takes the most room for the longest time until it is asked for
//! again goes first.
//!
//! With sizes the best choice is a hard problem (Berger, Beckmann and Harchol-Balter, "Practical
//! bounds on optimal caching with variable object sizes", 2018), so this is a good choice and no
//! bound. The product changes with time, so some objects are drawn, by a fixed sequence, and
//! compared. What is not asked for again is not stored.

use super::super::members::Members;
use super::{Capacity, Chunk, NEVER, Replayed, Tally};

/// How many objects are compared.
const COMPARED: usize = 128;

/// Objects with what they take and when they are asked for again.
#[derive(Debug, Clone)]
pub(super) struct BeladySize {
    capacity: Capacity,
    used: u64,
    /// The weight of each object, 0 if it is not there, and its next request.
    objects: Vec<(u64, u64)>,
    members: Members,
    tally: Tally,
}

impl BeladySize {
    pub(super) fn new(capacity: Capacity) -> Self {
        let (objects, members) = (Vec::new(), Members::default());
        Self { capacity, used: 0, objects, members, tally: Tally::default() }
    }

    /// Asks for an object. Returns whether it is there.
    fn ask(&mut self, id: u32, bytes: u64, next: u64) -> bool {
        let is_hit = self.objects[id as usize].0 > 0;
        if is_hit {
            self.objects[id as usize].1 = next;
            if next == NEVER {
                self.remove(id);
            }
            return true;
        }
        let (weight, most) = (self.capacity.weight(bytes), self.capacity.most());
        if weight > most || next == NEVER {
            return false;
        }
        while self.used + weight > most {
            let Some(worst) = self.worst() else { break };
            self.remove(worst);
        }
        self.used += weight;
        self.objects[id as usize] = (weight, next);
        self.members.insert(id);
        false
    }

    /// The drawn object with the largest product.
    fn worst(&mut self) -> Option<u32> {
        let now = self.tally.requests;
        let mut worst = None;
        for _ in 0..COMPARED {
            let id = self.members.draw()?;
            let (weight, next) = self.objects[id as usize];
            let product = u128::from(weight) * u128::from(next.saturating_sub(now));
            if worst.is_none_or(|(most, _)| product > most) {
                worst = Some((product, id));
            }
        }
        worst.map(|(_, id)| id)
    }

    fn remove(&mut self, id: u32) {
        self.used -= std::mem::take(&mut self.objects[id as usize].0);
        self.members.remove(id);
    }
}

impl Replayed for BeladySize {
    fn replay(&mut self, chunk: &Chunk<'_>) {
        if self.objects.len() < chunk.objects as usize {
            self.objects.resize(chunk.objects as usize, (0, NEVER));
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
    fn of_two_objects_that_come_back_soon_the_larger_goes() {
        let ids = [0, 1, 2, 0, 1, 2];
        let bytes = [90, 10, 10, 90, 10, 10];
        let next = next_requests(&ids, 3);
        let mut cache = BeladySize::new(Capacity::Bytes(100));
        let chunk = Chunk { ids: &ids, objects: 3, bytes: &bytes, next: &next, times: &[] };
        cache.replay(&chunk);
        // 0 went for 2, and came back last.
        assert_eq!(cache.tally().misses, 4);
    }
}
