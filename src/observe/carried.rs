//! What links carried whose bytes have a price: an observer of its own, for scenarios with such.

use crate::fact::{Fact, Observer};
use crate::time::Time;

/// Bytes that were handed to links in the measured window, in both directions.
#[derive(Debug, Clone)]
pub struct Carried {
    window: Time,
    /// By link.
    links: Vec<u64>,
}

impl Carried {
    /// Nothing was carried yet over so many links; what is before `window` does not count.
    #[must_use]
    pub fn new(links: usize, window: Time) -> Self {
        Self { window, links: vec![0; links] }
    }

    /// The bytes of each link, in the order of links.
    #[must_use]
    pub fn bytes(&self) -> &[u64] {
        &self.links
    }
}

impl Observer for Carried {
    // Inlined where a fact is stated, so that all the others cost nothing.
    #[inline(always)]
    fn hear(&mut self, now: Time, fact: &Fact<'_>) {
        if let Fact::Carried { link, bytes } = *fact
            && now >= self.window
        {
            self.links[link.index()] += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LinkId;

    #[test]
    fn bytes_count_by_link_from_the_window_on() {
        let mut carried = Carried::new(2, Time(10));
        for (now, link, bytes) in [(9, 0, 1), (10, 0, 20), (11, 1, 300), (12, 0, 4_000)] {
            carried.hear(Time(now), &Fact::Carried { link: LinkId(link), bytes });
        }
        assert_eq!(carried.bytes(), [4_020, 300]);
    }
}
