//! Parts of a sweep for several machines: which points each of them runs.
//!
//! Every machine deals out all points by itself and takes its own. So the deal depends on the
//! scenario alone, and nothing has to be agreed upon.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::run::cost;
use super::sweep::SweepPoint;

/// One of several parts of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// The shard that a text such as `2/4` names.
    ///
    /// # Errors
    /// A sentence, if it names none.
    pub fn read(text: &str) -> Result<Self, String> {
        let whole = |text: &str| text.parse::<usize>().ok();
        let parts = text.split_once('/').and_then(|(i, n)| Some((whole(i)?, whole(n)?)));
        let Some((number, of)) = parts else {
            return Err("a shard is written I/N, such as `2/4` for the second of four".to_owned());
        };
        match (number, of) {
            (_, 0) => Err("a sweep has at least one shard".to_owned()),
            (number, of) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(format!("the shards of {of} are numbered from 1 to {of}")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// The number of the shard, from 1, that each of `points` is in when there are `of` of them. All
/// variants at a point are in one, since they are cut alike. No shard is empty unless there are
/// more of them than points.
#[must_use]
pub fn shards(points: &[SweepPoint], of: usize) -> Vec<usize> {
    let mut costs: Vec<f64> = Vec::new();
    for it in points {
        costs.resize(costs.len().max(it.point + 1), 0.0);
        let run = &it.variant.graph.run;
        costs[it.point] += cost(&it.variant.graph) * f64::from(run.replications);
    }
    let dealt = deal(&costs, of);
    points.iter().map(|it| dealt[it.point] + 1).collect()
}

/// Deals what costs so much out into `of` heaps: the costliest first, each to the heap that has
/// least so far, so that the corners of a grid where much is to be done are spread. What costs the
/// same is dealt in turn. Returns the heap of each.
fn deal(costs: &[f64], of: usize) -> Vec<usize> {
    // Of numbers that are not negative, the bits have the order of the numbers.
    let costs: Vec<f64> = costs.iter().map(|cost| cost.max(0.0)).collect();
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|a, b| costs[*b].total_cmp(&costs[*a]).then(a.cmp(b)));
    let mut heaps: BTreeSet<(u64, usize, usize)> = (0..of).map(|heap| (0, 0, heap)).collect();
    let mut dealt = vec![0; costs.len()];
    for place in order {
        let Some((load, count, heap)) = heaps.pop_first() else { break };
        dealt[place] = heap;
        heaps.insert(((f64::from_bits(load) + costs[place]).to_bits(), count + 1, heap));
    }
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_two_whole_numbers_the_first_from_one_to_the_second() {
        assert_eq!(Shard::read("2/4"), Ok(Shard { number: 2, of: 4 }));
        assert_eq!(Shard::read("1/1").map(|it| it.to_string()), Ok("1/1".to_owned()));
        for (text, said) in [
            ("0/4", "numbered from 1 to 4"),
            ("5/4", "numbered from 1 to 4"),
            ("1/0", "at least one"),
            ("a/b", "written I/N"),
            ("2", "written I/N"),
            ("1/2/3", "written I/N"),
            ("-1/4", "written I/N"),
            ("", "written I/N"),
        ] {
            let error = Shard::read(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn points_that_cost_the_same_are_dealt_in_turn() {
        assert_eq!(deal(&[1.0; 7], 3), [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(deal(&[0.0; 4], 2), [0, 1, 0, 1], "so are those that cost nothing");
    }

    #[test]
    fn a_column_of_a_grid_that_costs_much_is_spread_over_all_shards() {
        // Four rows of four loads; the last load costs as much as all others together.
        let costs: Vec<f64> = (0..16).map(|place| [1.0, 2.0, 3.0, 6.0][place % 4]).collect();
        let dealt = deal(&costs, 4);
        let of_heap = |heap: usize| -> Vec<f64> {
            costs.iter().zip(&dealt).filter(|(_, it)| **it == heap).map(|(cost, _)| *cost).collect()
        };
        for heap in 0..4 {
            assert!((of_heap(heap).iter().sum::<f64>() - 12.0).abs() < 1e-9, "{dealt:?}");
            assert_eq!(of_heap(heap).iter().filter(|cost| **cost > 5.0).count(), 1, "{dealt:?}");
        }
    }

    #[test]
    fn no_shard_is_empty_where_there_are_points_enough() {
        for costs in [vec![1e9, 0.0, 0.0, 0.0], vec![f64::INFINITY, 1.0, f64::NAN, 2.0]] {
            let mut dealt = deal(&costs, 4);
            dealt.sort_unstable();
            assert_eq!(dealt, [0, 1, 2, 3], "{costs:?}");
        }
    }
}
