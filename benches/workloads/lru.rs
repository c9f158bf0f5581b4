//! A least-recently-used cache over objects numbered from 0, as lists within arrays.

/// No place.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Place {
    before: u32,
    after: u32,
    object: u32,
}

/// Which objects were asked for last.
pub struct Lru {
    /// The place of each object, or none.
    of: Box<[u32]>,
    /// Place 0 holds no object and closes the list: after it the newest, before it the oldest.
    places: Vec<Place>,
    capacity: usize,
}

impl Lru {
    pub fn new(objects: usize, capacity: usize) -> Self {
        let end = Place { before: 0, after: 0, object: NONE };
        Self { of: vec![NONE; objects].into(), places: vec![end], capacity }
    }

    /// Asks for an object, which is then the newest; whether it was there.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the capacity is small")]
    pub fn ask(&mut self, object: u32) -> bool {
        let place = self.of[object as usize];
        if place != NONE {
            self.take_out(place);
            self.put_first(place, object);
            return true;
        }
        let place = if self.places.len() > self.capacity {
            let oldest = self.places[0].before;
            self.of[self.places[oldest as usize].object as usize] = NONE;
            self.take_out(oldest);
            oldest
        } else {
            self.places.push(self.places[0]);
            self.places.len() as u32 - 1
        };
        self.put_first(place, object);
        self.of[object as usize] = place;
        false
    }

    #[inline]
    fn take_out(&mut self, place: u32) {
        let Place { before, after, .. } = self.places[place as usize];
        self.places[before as usize].after = after;
        self.places[after as usize].before = before;
    }

    #[inline]
    fn put_first(&mut self, place: u32, object: u32) {
        let after = self.places[0].after;
        self.places[place as usize] = Place { before: 0, after, object };
        self.places[after as usize].before = place;
        self.places[0].after = place;
    }
}
