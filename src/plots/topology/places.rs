//! Places in whole points: columns from left to right, and in each the seats in their order, as
//! near as can be to what they are linked to.

use super::blocks::{Blocks, width};
use super::labels;
use super::seating::{Seat, Seating};

/// How often all columns are gone through.
const ROUNDS: usize = 16;
/// The height of a lane.
const LANE: i32 = 4;
/// The least room between columns, and beside a label in it.
const GAP: i32 = 60;
const BESIDE_LABEL: i32 = 56;
/// Where lines go far up or down there is more room: this share of the way, so much at most.
const STEEP: i32 = 5;
const MOST_GAP: i32 = 150;

/// Where everything is, from (0, 0) on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// The middle of each seat.
    pub(super) middle: Vec<i32>,
    /// The left and right end of each seat.
    pub(super) left: Vec<i32>,
    pub(super) right: Vec<i32>,
    /// The size of all.
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Places {
    /// The places of all seats.
    pub(super) fn of(seating: &Seating, blocks: &Blocks) -> Self {
        let heights: Vec<i32> = seating.seats.iter().map(|seat| height(*seat, blocks)).collect();
        let mut middle = middles(seating, &heights);
        let tops = (0..middle.len()).map(|seat| middle[seat] - heights[seat] / 2);
        let top = tops.min().unwrap_or(0);
        middle.iter_mut().for_each(|middle| *middle -= top);
        let bottoms = (0..middle.len()).map(|seat| middle[seat] + heights[seat] / 2 + 1);
        let height = bottoms.max().unwrap_or(0);
        let (mut left, mut right) = (vec![0; middle.len()], vec![0; middle.len()]);
        let mut x = 0;
        for (number, column) in seating.columns.iter().enumerate() {
            if number > 0 {
                x += gap(seating, blocks, &middle, number);
            }
            let widths = column.iter().map(|seat| match seating.seats[*seat] {
                Seat::Block(block) => blocks.all[block].width,
                Seat::Lane => 0,
            });
            let width = widths.max().unwrap_or(0);
            for seat in column {
                let own = match seating.seats[*seat] {
                    Seat::Block(block) => blocks.all[block].width,
                    Seat::Lane => width,
                };
                left[*seat] = x + (width - own) / 2;
                right[*seat] = left[*seat] + own;
            }
            x += width;
        }
        Self { middle, left, right, width: x, height }
    }
}

fn height(seat: Seat, blocks: &Blocks) -> i32 {
    match seat {
        Seat::Block(block) => blocks.all[block].height,
        Seat::Lane => LANE,
    }
}

/// The room before the column `number`: for labels, and for lines that go far up or down.
fn gap(seating: &Seating, blocks: &Blocks, middle: &[i32], number: usize) -> i32 {
    let mut gap = GAP;
    for seat in &seating.columns[number] {
        for from in &seating.left[*seat] {
            gap = gap.max(((middle[*seat] - middle[*from]).abs() / STEEP).min(MOST_GAP));
        }
    }
    for (link, joint) in blocks.joints.iter().enumerate() {
        let is_here = seating.columns[number].contains(&seating.own_step(link).to);
        if is_here && !joint.label.is_empty() {
            gap = gap.max(width(&labels::text(&joint.label), labels::SIZE) + BESIDE_LABEL);
        }
    }
    gap
}

/// The middles of all seats: those of a column first one below the other, then each column by
/// turns as near to the middles of its neighbours as its order lets it.
fn middles(seating: &Seating, heights: &[i32]) -> Vec<i32> {
    let mut middle = vec![0; seating.seats.len()];
    for column in &seating.columns {
        settle(column, &vec![0; column.len()], seating, heights, &mut middle);
    }
    let last = seating.columns.len();
    for round in 0..ROUNDS {
        let is_end = round + 4 >= ROUNDS;
        let numbers: Vec<usize> =
            if round.is_multiple_of(2) { (0..last).collect() } else { (0..last).rev().collect() };
        for number in numbers {
            let column = &seating.columns[number];
            let near = |seat: &usize| {
                let (left, right) = (&seating.left[*seat], &seating.right[*seat]);
                // At the end both sides count, before that the one that has its places already.
                let sides = match (is_end, round.is_multiple_of(2)) {
                    (true, _) => left.iter().chain(right),
                    (false, true) => left.iter().chain(&[]),
                    (false, false) => right.iter().chain(&[]),
                };
                let near: Vec<i64> = sides.map(|it| i64::from(middle[*it])).collect();
                match i64::try_from(near.len()) {
                    Ok(count @ 1..) => near.iter().sum::<i64>().div_euclid(count),
                    _ => i64::from(middle[*seat]),
                }
            };
            let wanted: Vec<i64> = column.iter().map(near).collect();
            settle(column, &wanted, seating, heights, &mut middle);
        }
    }
    middle
}

/// Puts the seats of a column where they want to be, as near as their order and their heights let
/// them, by squares of distances: who would be in the way of one another go together.
fn settle(
    column: &[usize],
    wanted: &[i64],
    seating: &Seating,
    heights: &[i32],
    middle: &mut [i32],
) {
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0_i64;
    for (place, seat) in column.iter().enumerate() {
        if place > 0 {
            let before = column[place - 1];
            let room = room(seating.seats[before], seating.seats[*seat]);
            offset += i64::from((heights[before] + heights[*seat] + 1) / 2 + room);
        }
        offsets.push(offset);
    }
    // Runs of seats that stand as close as can be: where the first one is, in sum, and how many.
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut run = (wanted - offset, 1);
        while let Some((sum, count)) = runs.last().copied() {
            if sum.div_euclid(count) <= run.0.div_euclid(run.1) {
                break;
            }
            runs.pop();
            run = (run.0 + sum, run.1 + count);
        }
        runs.push(run);
    }
    let starts = runs.iter().flat_map(|&(sum, count)| {
        std::iter::repeat_n(sum.div_euclid(count), usize::try_from(count).unwrap_or(0))
    });
    for ((seat, start), offset) in column.iter().zip(starts).zip(&offsets) {
        middle[*seat] = i32::try_from(start + offset).unwrap_or(i32::MAX);
    }
}

/// The room between two seats one below the other.
const fn room(above: Seat, below: Seat) -> i32 {
    match (above, below) {
        (Seat::Block(_), Seat::Block(_)) => 20,
        (Seat::Lane, Seat::Lane) => 8,
        (Seat::Block(_), Seat::Lane) | (Seat::Lane, Seat::Block(_)) => 14,
    }
}
