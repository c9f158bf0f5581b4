//! One-hit wonders: a share of requests for objects that nobody asks for again.
//!
//! In traces of content delivery networks most objects are asked for once in days; they take room
//! from the others: Maggs and Sitaraman, "Algorithmic nuggets in content delivery", ACM SIGCOMM
//! Computer Communication Review 45 (2015); Yang and others, "FIFO queues are all you need for
//! cache eviction", SOSP 2023.

use crate::id::ObjectId;
use crate::unit::Probability;

/// The most objects that are asked for again beside one-hit wonders, which are numbered after
/// them in 32 bits.
pub const MOST_OTHERS: u32 = 1 << 31;

/// Gives every request of a share an object of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Once {
    share: Probability,
    first: u32,
}

impl Once {
    /// A share of requests beside `others` objects; none if it is 0.
    ///
    /// # Panics
    /// If there are more than [`MOST_OTHERS`] objects.
    #[must_use]
    pub fn new(share: Probability, others: u32) -> Option<Self> {
        assert!(others <= MOST_OTHERS, "numbers are left for one-hit wonders");
        (share.get() > 0.0).then_some(Self { share, first: others })
    }

    /// Whether 64 uniform random bits make a request one for an object of its own.
    #[inline]
    #[must_use]
    pub fn happens(&self, bits: u64) -> bool {
        self.share.happens(bits)
    }

    /// The object of the `nth` such request, from 0. Numbers are used again after 2^31 requests
    /// or more.
    #[inline]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "the sum is at most 2^32 - 1")]
    pub const fn object(&self, nth: u64) -> ObjectId {
        let numbers = (1 << 32) - self.first as u64;
        ObjectId((self.first as u64 + nth % numbers) as u32)
    }

    /// The share of requests.
    #[must_use]
    pub const fn share(&self) -> f64 {
        self.share.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::mix;

    fn once(share: f64, others: u32) -> Option<Once> {
        Once::new(Probability::new(share).unwrap(), others)
    }

    #[test]
    fn each_has_an_object_that_no_other_has() {
        let once = once(0.2, 1_000).unwrap();
        assert_eq!([0, 1, 2].map(|nth| once.object(nth).0), [1_000, 1_001, 1_002]);
        let last = (1_u64 << 32) - 1_000 - 1;
        assert_eq!([last, last + 1].map(|nth| once.object(nth).0), [u32::MAX, 1_000]);
    }

    #[test]
    fn the_share_is_that_of_requests() {
        let once = once(0.2, 10).unwrap();
        let seen = (0..100_000).filter(|draw| once.happens(mix(*draw))).count();
        // Six standard deviations of a binomial count.
        assert!(seen.abs_diff(20_000) < 760, "{seen}");
    }

    #[test]
    fn without_a_share_there_are_none() {
        assert_eq!(once(0.0, 10), None);
    }
}
