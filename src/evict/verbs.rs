//! What a policy is told, and what it is asked.

use super::Capacity;

/// What a policy learns of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The number by which it is known again after it has gone.
    pub(super) key: u64,
    /// What it takes of the capacity.
    pub(super) weight: u64,
}

/// The order in which the objects of one cache go, by their slots.
pub(super) trait Evict {
    /// The policy of an empty cache that holds so much.
    fn new(capacity: Capacity) -> Self;

    /// Lets what is drawn at random begin elsewhere than in another cache; before the first object.
    #[inline]
    fn seed(&mut self, _seed: u64) {}

    /// Whether an object of this weight may be stored; it is not more than the cache holds.
    #[inline]
    fn admits(&self, _weight: u64) -> bool {
        true
    }

    /// The object in this slot was asked for and found.
    fn on_found(&mut self, slot: u32);

    /// An object was asked for that is not there.
    #[inline]
    fn on_missed(&mut self, _key: u64) {}

    /// An object is about to be stored: room is made for it next.
    #[inline]
    fn on_wanted(&mut self, _entry: Entry) {}

    /// Takes out the object that goes next; none if there is none.
    fn evict(&mut self) -> Option<u32>;

    /// An object was stored in this slot: that of the last `on_wanted`.
    fn on_stored(&mut self, slot: u32, entry: Entry);

    /// The object in this slot was taken away for another reason than want of room.
    fn on_removed(&mut self, slot: u32);
}
