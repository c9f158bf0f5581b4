//! Rows in the order of their times, each at a moment of its own within its second.
//!
//! Logs count whole seconds, and servers write an entry when its request is over, so that entries
//! may stand some seconds out of order. The n requests of a second come at n moments that are
//! drawn uniformly within it, in the order of the log: so many requests of a Poisson process would
//! come like that, while n at equal distances hardly ever meet in a queue. The moments are a
//! function of the second alone, so that the same log gives the same. How many there are is known
//! beforehand, so only what came before its turn has to be held.

use std::collections::BTreeMap;

use crate::rng::{Key, Purpose};

/// What the moments within a second are drawn from.
const MOMENTS: Key = Key::root(0, 0).named("access log");

const MOMENT: Purpose = Purpose::named("moment of a request");

/// A row, and which file it belongs to.
pub type Row = (usize, String);

/// Puts rows into the order of their times.
#[derive(Debug)]
pub struct Reordered<'a> {
    /// How many rows each second has.
    seconds: std::iter::Peekable<std::collections::btree_map::Iter<'a, i64, u32>>,
    first: i64,
    /// The moments within the present second that are left, in microseconds, the last one first;
    /// empty before its first row.
    moments: Vec<u32>,
    held: BTreeMap<i64, Vec<Row>>,
    /// Bytes that are held, and may be.
    bytes: usize,
    most: usize,
}

/// Why rows cannot be put into order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Disorder {
    /// Too much would have to be held.
    #[error("its lines are so far out of order that sorting them would not fit the memory")]
    Far,
    /// There are other rows than were counted.
    #[error("it has changed while it was read")]
    Changed,
}

/// What a row takes beside its text.
const ROW: usize = size_of::<Row>();

impl<'a> Reordered<'a> {
    /// For rows of which `seconds` says how many each second has; holds at most so many bytes.
    #[must_use]
    pub fn new(seconds: &'a BTreeMap<i64, u32>, most: usize) -> Self {
        let first = seconds.keys().next().copied().unwrap_or(0);
        let seconds = seconds.iter().peekable();
        Self { seconds, first, moments: Vec::new(), held: BTreeMap::new(), bytes: 0, most }
    }

    /// Takes a row of a second. Gives out all whose turn it is, with their moments in microseconds
    /// since the beginning of the first second.
    ///
    /// # Errors
    /// If too much is out of order, or if this second has more rows than were counted.
    pub fn push<E: From<Disorder>>(
        &mut self,
        second: i64,
        row: Row,
        mut give: impl FnMut(u64, Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some((now, _)) = self.seconds.peek() else { return Err(Disorder::Changed.into()) };
        if second < **now {
            return Err(Disorder::Changed.into());
        }
        if second > **now {
            self.bytes += row.1.len() + ROW;
            if self.bytes > self.most {
                return Err(Disorder::Far.into());
            }
            self.held.entry(second).or_default().push(row);
            return Ok(());
        }
        self.turn(row, &mut give)?;
        // What was held may be due now.
        while let Some((now, _)) = self.seconds.peek() {
            let Some(rows) = self.held.remove(*now) else { break };
            let now = **now;
            for row in rows {
                self.bytes -= row.1.len() + ROW;
                if self.seconds.peek().is_none_or(|(second, _)| **second != now) {
                    return Err(Disorder::Changed.into());
                }
                self.turn(row, &mut give)?;
            }
            if self.seconds.peek().is_some_and(|(second, _)| **second == now) {
                break;
            }
        }
        Ok(())
    }

    /// Whether every row that was counted was given out.
    #[must_use]
    pub fn is_done(&mut self) -> bool {
        self.seconds.peek().is_none()
    }

    /// Gives out a row of the present second.
    fn turn<E>(
        &mut self,
        row: Row,
        give: &mut impl FnMut(u64, Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some((second, count)) = self.seconds.peek() else { return Ok(()) };
        if self.moments.is_empty() {
            draw(**second, **count, &mut self.moments);
        }
        let within = self.moments.pop().unwrap_or(0);
        let at = second.abs_diff(self.first) * 1_000_000 + u64::from(within);
        if self.moments.is_empty() {
            self.seconds.next();
        }
        give(at, row)
    }
}

/// Draws `count` moments within a second, at least one, the last one first.
fn draw(second: i64, count: u32, moments: &mut Vec<u32>) {
    let mut draws = MOMENTS.with(second.cast_unsigned()).draws(MOMENT);
    // The upper half of a product with a uniform number of 32 bits is uniform below 1,000,000.
    let moment = |bits: u64| (((bits >> 32) * 1_000_000) >> 32) as u32;
    moments.extend((0..count.max(1)).map(|_| moment(draws.next_bits())));
    moments.sort_unstable_by(|one, other| other.cmp(one));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments and texts of rows that come at these seconds.
    fn ordered(seconds: &[i64], most: usize) -> Result<Vec<(u64, String)>, Disorder> {
        let mut counts = BTreeMap::new();
        seconds.iter().for_each(|second| *counts.entry(*second).or_default() += 1);
        let (mut order, mut given) = (Reordered::new(&counts, most), Vec::new());
        for (place, second) in seconds.iter().enumerate() {
            order.push(*second, (0, place.to_string()), |at, (_, text)| {
                given.push((at, text));
                Ok::<(), Disorder>(())
            })?;
        }
        assert!(order.is_done());
        Ok(given)
    }

    #[test]
    fn requests_of_a_second_come_within_it_in_the_order_of_the_log_and_always_at_the_same_moments()
    {
        let given = ordered(&[9, 9, 9, 9, 11], 0).unwrap();
        let texts: Vec<&str> = given.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["0", "1", "2", "3", "4"]);
        let moments: Vec<u64> = given.iter().map(|(at, _)| *at).collect();
        assert_eq!(moments, [314_674, 363_496, 443_878, 591_211, 2_857_325]);
    }

    #[test]
    fn gaps_are_those_of_a_poisson_process() {
        let seconds: Vec<i64> = (0..40_000).map(|n| n / 100).collect();
        let given = ordered(&seconds, 0).unwrap();
        let gaps: Vec<f64> = given.windows(2).map(|two| (two[1].0 - two[0].0) as f64).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let square = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>();
        let cv = libm::sqrt(square / gaps.len() as f64) / mean;
        // Within a second they sum up to less than that second, so that they vary a little less.
        assert!((0.97..1.01).contains(&cv), "{cv}");
        let longer = gaps.iter().filter(|gap| **gap > 2.0 * mean).count() as f64;
        let share = longer / gaps.len() as f64;
        assert!((share - libm::exp(-2.0)).abs() < 0.01, "{share}");
    }

    #[test]
    fn lines_that_come_too_early_wait_for_their_turn() {
        let given = ordered(&[5, 7, 6, 5, 7, 6, 8], 1 << 20).unwrap();
        let texts: Vec<&str> = given.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["0", "3", "2", "5", "1", "4", "6"]);
        assert!(given.is_sorted_by_key(|(at, _)| *at));
    }

    #[test]
    fn what_is_held_is_limited() {
        let backwards: Vec<i64> = (0..1_000).rev().collect();
        assert_eq!(ordered(&backwards, 20_000), Err(Disorder::Far));
        assert_eq!(ordered(&backwards, 1 << 20).unwrap().len(), 1_000);
    }

    #[test]
    fn rows_that_were_not_counted_are_noticed() {
        let counts = BTreeMap::from([(5, 1), (6, 1)]);
        let mut order = Reordered::new(&counts, 1 << 20);
        let mut push =
            |second| order.push(second, (0, String::new()), |_, _| Ok::<(), Disorder>(()));
        assert_eq!(push(6), Ok(()));
        assert_eq!(push(6), Ok(()));
        assert_eq!(push(5), Err(Disorder::Changed));
    }
}
