//! The Mersenne Twister that Envoy shuffles hosts with: one order for each key.
//!
//! *Source*: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998; the C++ standard's
//! `mt19937`.

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// The generator, after its seed.
#[derive(Debug, Clone)]
pub(super) struct Mersenne {
    state: [u32; SIZE],
    next: usize,
}

impl Mersenne {
    /// Seeded by the low half of `seed`, as `std::mt19937` is.
    #[allow(clippy::cast_possible_truncation, reason = "the seed is taken modulo 2^32")]
    pub(super) fn new(seed: u64) -> Self {
        let mut state = [seed as u32; SIZE];
        for place in 1..SIZE {
            let before = state[place - 1] ^ (state[place - 1] >> 30);
            state[place] = before.wrapping_mul(1_812_433_253).wrapping_add(place as u32);
        }
        Self { state, next: SIZE }
    }

    fn next(&mut self) -> u32 {
        if self.next == SIZE {
            self.twist();
        }
        let mut it = self.state[self.next];
        self.next += 1;
        it ^= it >> 11;
        it ^= it << 7 & 0x9d2c_5680;
        it ^= it << 15 & 0xefc6_0000;
        it ^ it >> 18
    }

    fn twist(&mut self) {
        for place in 0..SIZE {
            let high = self.state[place] & 0x8000_0000;
            let low = self.state[(place + 1) % SIZE] & 0x7fff_ffff;
            let odd = if low & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[place] = self.state[(place + MIDDLE) % SIZE] ^ (high | low) >> 1 ^ odd;
        }
        self.next = 0;
    }

    /// A uniform number below `count`, by Envoy's division.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let step = (1_u64 << 32) / count.max(1) as u64;
        loop {
            let number = super::position(u64::from(self.next()) / step);
            if number < count.max(1) {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ten_thousandth_number_is_that_of_the_cpp_standard() {
        // ISO C++, [rand.predef]: the 10,000th invocation of a default-constructed `mt19937`.
        let mut random = Mersenne::new(5_489);
        let last = (0..10_000).map(|_| random.next()).last();
        assert_eq!(last, Some(4_123_659_995));
    }

    #[test]
    fn numbers_below_a_count_are_even() {
        let mut random = Mersenne::new(1);
        let mut counts = [0_u32; 3];
        (0..30_000).for_each(|_| counts[random.below(3)] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 300), "{counts:?}");
    }
}
