//! A cache of numbered objects: a table says where each stands, and a policy who goes.

use super::super::verbs::{Entry, Evict};
use super::{Capacity, Chunk, Lifetime, Replayed, Tally};

/// No slot.
const NONE: u32 = u32::MAX;

/// Objects by number under a policy.
#[derive(Debug, Clone)]
pub(in crate::evict) struct Dense<P> {
    order: P,
    capacity: Capacity,
    used: u64,
    /// The slot of each object.
    slots: Vec<u32>,
    objects: Vec<Object>,
    free: Vec<u32>,
    /// Until when each object may be used, if that is limited.
    lifetime: Option<Lifetime>,
    ends: Vec<u64>,
    tally: Tally,
}

#[derive(Debug, Clone, Copy)]
struct Object {
    weight: u64,
    id: u32,
}

impl<P: Evict> Dense<P> {
    /// An empty cache, whose objects may be used for a lifetime if there is one.
    pub(in crate::evict) fn new(capacity: Capacity, lifetime: Option<Lifetime>) -> Self {
        Self {
            order: P::new(capacity),
            capacity,
            used: 0,
            slots: Vec::new(),
            objects: Vec::new(),
            free: Vec::new(),
            lifetime,
            ends: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Asks for objects that all take as much. Returns how many were not there.
    fn replay_alike(&mut self, ids: &[u32]) -> u64 {
        let mut misses = 0;
        for id in ids {
            let slot = self.slots[*id as usize];
            if slot == NONE {
                misses += 1;
                self.order.on_missed(u64::from(*id));
                self.store(*id, 1);
            } else {
                self.order.on_found(slot);
            }
        }
        misses
    }

    /// Asks for objects that may be used for a lifetime from when they were stored. One that has
    /// expired is used once more as far as the policy knows, misses, and is stored anew.
    fn replay_mortal(&mut self, chunk: &Chunk<'_>, lifetime: Lifetime) {
        if self.ends.len() < chunk.objects as usize {
            self.ends.resize(chunk.objects as usize, 0);
        }
        for (request, (id, now)) in chunk.ids.iter().zip(chunk.times).enumerate() {
            let (place, bytes) = (*id as usize, chunk.bytes_of(request));
            let slot = self.slots[place];
            let is_hit = slot != NONE && *now < self.ends[place];
            self.tally.count(bytes, is_hit);
            if slot == NONE {
                self.order.on_missed(u64::from(*id));
            } else {
                self.order.on_found(slot);
            }
            if is_hit {
                continue;
            }
            if slot != NONE {
                self.order.on_removed(slot);
                self.used -= self.objects[slot as usize].weight;
                self.slots[place] = NONE;
                self.free.push(slot);
            }
            self.store(*id, self.capacity.weight(bytes));
            self.ends[place] = lifetime.end(*now);
        }
    }

    /// Stores an object that is not there, if it may be stored.
    #[inline]
    fn store(&mut self, id: u32, weight: u64) {
        let (entry, most) = (Entry { key: u64::from(id), weight }, self.capacity.most());
        if weight > most || !self.order.admits(weight) {
            return;
        }
        self.order.on_wanted(entry);
        // The slot of one that goes is used at once.
        let mut spare = NONE;
        while self.used + weight > most {
            let Some(slot) = self.order.evict() else { break };
            let gone = self.objects[slot as usize];
            self.used -= gone.weight;
            self.slots[gone.id as usize] = NONE;
            if spare != NONE {
                self.free.push(spare);
            }
            spare = slot;
        }
        let slot = if spare == NONE { self.free.pop().unwrap_or(NONE) } else { spare };
        let slot = self.put(slot, Object { weight, id });
        self.used += weight;
        self.slots[id as usize] = slot;
        self.order.on_stored(slot, entry);
    }

    #[inline]
    fn put(&mut self, slot: u32, object: Object) -> u32 {
        if let Some(own) = self.objects.get_mut(slot as usize) {
            *own = object;
            return slot;
        }
        self.objects.push(object);
        u32::try_from(self.objects.len() - 1).expect("fewer than 2^32 objects")
    }
}

impl<P: Evict + Send> Replayed for Dense<P> {
    fn replay(&mut self, chunk: &Chunk<'_>) {
        if self.slots.len() < chunk.objects as usize {
            self.slots.resize(chunk.objects as usize, NONE);
        }
        if let Some(lifetime) = self.lifetime {
            return self.replay_mortal(chunk, lifetime);
        }
        if chunk.bytes.is_empty() {
            let misses = self.replay_alike(chunk.ids);
            let requests = chunk.ids.len() as u64;
            self.tally.requests += requests;
            self.tally.bytes += requests;
            self.tally.misses += misses;
            self.tally.missed_bytes += misses;
            return;
        }
        for (id, bytes) in chunk.ids.iter().zip(chunk.bytes) {
            let slot = self.slots[*id as usize];
            self.tally.count(*bytes, slot != NONE);
            if slot == NONE {
                self.order.on_missed(u64::from(*id));
                self.store(*id, self.capacity.weight(*bytes));
            } else {
                self.order.on_found(slot);
            }
        }
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
