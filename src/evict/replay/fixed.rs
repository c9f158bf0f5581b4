//! The most popular objects, there from the beginning: what is best under independent requests.

use super::{Capacity, Chunk, Popular, Replayed, Tally};

/// Which objects are there.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    is_there: Vec<bool>,
    tally: Tally,
}

impl Fixed {
    /// Takes the objects that are asked for most often for what they take, as many as fit.
    pub(super) fn new(capacity: Capacity, popular: Popular<'_>) -> Self {
        let weight = |id: usize| capacity.weight(popular.bytes.get(id).copied().unwrap_or(1));
        let mut by_worth: Vec<usize> = (0..popular.asked.len()).collect();
        by_worth.sort_by(|one, other| {
            // asked / weight, as integers; among equals the one that came first.
            let worth =
                |id: usize, rival: usize| u128::from(popular.asked[id]) * u128::from(weight(rival));
            worth(*other, *one).cmp(&worth(*one, *other))
        });
        let (mut left, mut is_there) = (capacity.most(), vec![false; by_worth.len()]);
        for id in by_worth {
            if weight(id) <= left {
                left -= weight(id);
                is_there[id] = true;
            }
        }
        Self { is_there, tally: Tally::default() }
    }
}

impl Replayed for Fixed {
    fn replay(&mut self, chunk: &Chunk<'_>) {
        for (request, id) in chunk.ids.iter().enumerate() {
            let is_hit = self.is_there.get(*id as usize).copied().unwrap_or(false);
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
    fn what_is_asked_for_most_often_for_its_size_is_there() {
        let popular = Popular { asked: &[5, 9, 9, 1], bytes: &[10, 60, 50, 1] };
        let is_there = |capacity| Fixed::new(capacity, popular).is_there;
        assert_eq!(is_there(Capacity::Objects(2)), [false, true, true, false]);
        assert_eq!(is_there(Capacity::Bytes(65)), [true, false, true, true]);
    }
}
