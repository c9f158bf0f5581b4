//! A first-in-first-out line that grows.

/// Values in the order in which they came; the length is a power of two.
pub struct Ring<T> {
    places: Box<[T]>,
    head: usize,
    tail: usize,
}

impl<T: Copy + Default> Ring<T> {
    pub fn new() -> Self {
        Self { places: vec![T::default(); 64].into(), head: 0, tail: 0 }
    }

    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    #[inline]
    pub fn push(&mut self, value: T) {
        if self.tail.wrapping_sub(self.head) == self.places.len() {
            self.grow();
        }
        let mask = self.places.len() - 1;
        self.places[self.tail & mask] = value;
        self.tail = self.tail.wrapping_add(1);
    }

    /// The first value; whatever was there before if there is none.
    #[inline]
    pub fn first(&self) -> T {
        self.places[self.head & (self.places.len() - 1)]
    }

    /// Takes the first value out; only if there is one.
    #[inline]
    pub fn pop(&mut self) -> T {
        let first = self.first();
        self.head = self.head.wrapping_add(1);
        first
    }

    #[cold]
    fn grow(&mut self) {
        let length = self.places.len();
        let mut places = vec![T::default(); 2 * length];
        for (at, place) in places.iter_mut().take(length).enumerate() {
            *place = self.places[(self.head + at) & (length - 1)];
        }
        (self.places, self.head, self.tail) = (places.into(), 0, length);
    }
}
