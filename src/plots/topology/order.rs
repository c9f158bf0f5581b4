//! The order of seats in their columns: each near the middle of its neighbours, by turns from the
//! left and from the right, and of all orders that come up the one with the fewest crossings.
//!
//! Source: Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System
//! Structures" (1981).

use std::cmp::Ordering;

use super::seating::{Seat, Seating};

/// How often all columns are gone through.
const ROUNDS: usize = 12;

/// Sorts all columns.
pub(super) fn sort(seating: &mut Seating) {
    let mut best = seating.columns.clone();
    let mut least = crossings(seating);
    for round in 0..ROUNDS {
        let count = seating.columns.len();
        if round.is_multiple_of(2) {
            (1..count).for_each(|column| by_neighbours(seating, column, column - 1));
        } else {
            (1..count).rev().for_each(|column| by_neighbours(seating, column - 1, column));
        }
        let found = crossings(seating);
        if found < least {
            (best, least) = (seating.columns.clone(), found);
        }
    }
    seating.columns = best;
}

/// Sorts columns that came of wrapping by how far down their blocks stood before that, from
/// `heights`, with lanes in the middle of what they lead to: fewer crossings could be had, by
/// columns like steps of a stair, of which the picture would be much higher.
pub(super) fn sort_by_height(seating: &mut Seating, heights: &[usize]) {
    let mut sums = vec![(0, 0); seating.seats.len()];
    for path in &seating.paths {
        let [Some(from), Some(to)] = [path.first(), path.last()] else { continue };
        for seat in path {
            sums[*seat].0 += heights[*from] + heights[*to];
            sums[*seat].1 += 2;
        }
    }
    let key = |seat: &usize| match seating.seats[*seat] {
        Seat::Block(block) => heights[block],
        Seat::Lane => sums[*seat].0 / sums[*seat].1.max(1),
    };
    let mut columns = seating.columns.clone();
    columns.iter_mut().for_each(|column| column.sort_by_key(|seat| (key(seat), *seat)));
    seating.columns = columns;
}

/// Sorts a column by the middles of what its seats are linked to in the column `beside` it. Who
/// has no link there keeps its place.
fn by_neighbours(seating: &mut Seating, column: usize, beside: usize) {
    let places = places(seating);
    let near = if beside < column { &seating.left } else { &seating.right };
    let middle = |seat: usize| match near[seat].as_slice() {
        [] => (places[seat], 1),
        some => (some.iter().map(|it| places[*it]).sum(), some.len()),
    };
    let compare = |a: &usize, b: &usize| -> Ordering {
        let ((sum, count), (other, others)) = (middle(*a), middle(*b));
        (sum * others).cmp(&(other * count))
    };
    let mut seats = std::mem::take(&mut seating.columns[column]);
    seats.sort_by(compare);
    seating.columns[column] = seats;
}

/// The place of each seat in its column.
fn places(seating: &Seating) -> Vec<usize> {
    let mut places = vec![0; seating.seats.len()];
    for column in &seating.columns {
        column.iter().enumerate().for_each(|(place, seat)| places[*seat] = place);
    }
    places
}

/// How many pairs of steps between neighbouring columns cross.
fn crossings(seating: &Seating) -> u64 {
    let places = places(seating);
    let mut crossings = 0;
    for column in &seating.columns {
        let mut ends = Vec::new();
        for seat in column {
            let mut own: Vec<usize> = seating.right[*seat].iter().map(|it| places[*it]).collect();
            own.sort_unstable();
            ends.extend(own);
        }
        crossings += inversions(&ends);
    }
    crossings
}

/// How many pairs of `numbers` are in the wrong order, by a tree of counts.
fn inversions(numbers: &[usize]) -> u64 {
    let most = numbers.iter().max().map_or(0, |most| most + 1);
    let mut counts = vec![0_u64; most + 1];
    let mut found = 0;
    for (seen, number) in (0..).zip(numbers) {
        let (mut at, mut not_larger) = (number + 1, 0);
        while at > 0 {
            not_larger += counts[at];
            at &= at - 1;
        }
        found += seen - not_larger;
        at = number + 1;
        while at <= most {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_pairs_in_the_wrong_order() {
        for numbers in [vec![], vec![0, 1, 1, 2], vec![3, 1, 2, 1, 0], vec![5, 5, 0]] {
            let pairs =
                |at: usize| numbers[at + 1..].iter().filter(|it| **it < numbers[at]).count();
            let expected: usize = (0..numbers.len()).map(pairs).sum();
            assert_eq!(inversions(&numbers), expected as u64, "{numbers:?}");
        }
    }
}
