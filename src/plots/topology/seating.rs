//! Seats: columns of blocks, and of lanes in which links pass the columns between their ends.
//!
//! Links of one block that pass the same column share a lane there, as cables share a duct: those
//! of the end that has more of them, each direction for itself.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::Blocks;
use super::layers::Layers;

/// A column of more blocks than that is wrapped into several, which are higher if there are many.
const ROWS: usize = 12;

/// What sits in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    /// A block, by its number.
    Block(usize),
    /// What links pass in.
    Lane,
}

/// Whose links share lanes: those that leave a block, or those that come to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bundle {
    /// Of this block on the left.
    Leaving(usize),
    /// Of this block on the right.
    Coming(usize),
}

/// A part of the way of links, between columns beside one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// The seat on the left.
    pub(super) from: usize,
    /// The seat on the right.
    pub(super) to: usize,
    /// Whether the links lead from the right to the left.
    pub(super) is_turned: bool,
}

/// All seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seating {
    /// What sits where; seats have numbers.
    pub(super) seats: Vec<Seat>,
    /// The seats of each column from the top on.
    pub(super) columns: Vec<Vec<usize>>,
    /// For each link the seats that it passes, from the left to the right, its ends included.
    pub(super) paths: Vec<Vec<usize>>,
    /// With which others each link shares lanes.
    pub(super) bundles: Vec<Bundle>,
    /// Whether each link leads from the right to the left.
    pub(super) is_turned: Vec<bool>,
    /// The neighbours of each seat in the columns beside its own.
    pub(super) left: Vec<Vec<usize>>,
    pub(super) right: Vec<Vec<usize>>,
}

impl Seating {
    /// Seats for blocks that stand in `columns`.
    pub(super) fn of(columns: Vec<Vec<usize>>, blocks: &Blocks, layers: &Layers) -> Self {
        let mut column_of = vec![0; blocks.all.len()];
        for (number, column) in columns.iter().enumerate() {
            column.iter().for_each(|block| column_of[*block] = number);
        }
        let ends: Vec<(usize, usize)> = blocks
            .joints
            .iter()
            .zip(&layers.is_turned)
            .map(|(it, is_turned)| if *is_turned { (it.to, it.from) } else { (it.from, it.to) })
            .collect();
        let (mut leaving, mut coming) = (vec![0; blocks.all.len()], vec![0; blocks.all.len()]);
        for (from, to) in &ends {
            leaving[*from] += 1;
            coming[*to] += 1;
        }
        // The seat of a block has its number.
        let mut seats: Vec<Seat> = (0..blocks.all.len()).map(Seat::Block).collect();
        let mut columns = columns;
        let mut lanes: BTreeMap<(usize, Bundle, bool), usize> = BTreeMap::new();
        let (mut paths, mut bundles) = (Vec::new(), Vec::new());
        for (&(from, to), is_turned) in ends.iter().zip(&layers.is_turned) {
            let bundle = if leaving[from] >= coming[to] {
                Bundle::Leaving(from)
            } else {
                Bundle::Coming(to)
            };
            let mut path = vec![from];
            let passed = column_of[from] + 1..column_of[to];
            path.extend(passed.map(|column| {
                *lanes.entry((column, bundle, *is_turned)).or_insert_with(|| {
                    seats.push(Seat::Lane);
                    columns[column].push(seats.len() - 1);
                    seats.len() - 1
                })
            }));
            path.push(to);
            paths.push(path);
            bundles.push(bundle);
        }
        let (left, right) = neighbours(&paths, seats.len());
        let is_turned = layers.is_turned.clone();
        Self { seats, columns, paths, bundles, is_turned, left, right }
    }

    /// The blocks in columns of which none is too high; none if that is so already. Blocks that
    /// were neighbours stand beside one another then.
    pub(super) fn wrapped(&self) -> Option<Vec<Vec<usize>>> {
        let mut wrapped = Vec::new();
        for blocks in self.blocks() {
            // Columns are about thrice as far apart as rows.
            let rows = ROWS.max((blocks.len() * 5 / 3).isqrt());
            let count = blocks.len().div_ceil(rows).max(1);
            let beside = |place: usize| blocks.iter().skip(place).step_by(count).copied();
            wrapped.extend((0..count).map(|place| beside(place).collect::<Vec<usize>>()));
        }
        (wrapped.len() > self.columns.len()).then_some(wrapped)
    }

    /// All parts of the ways of links.
    pub(super) fn steps(&self) -> BTreeSet<Step> {
        let paths = self.paths.iter().zip(&self.is_turned);
        let steps = paths.flat_map(|(path, is_turned)| {
            let step = |it: &[usize]| Step { from: it[0], to: it[1], is_turned: *is_turned };
            path.windows(2).map(step)
        });
        steps.collect()
    }

    /// The part of the way of a link that no other one goes.
    pub(super) fn own_step(&self, link: usize) -> Step {
        let path = &self.paths[link];
        let place = match self.bundles[link] {
            Bundle::Leaving(_) => path.len() - 2,
            Bundle::Coming(_) => 0,
        };
        Step { from: path[place], to: path[place + 1], is_turned: self.is_turned[link] }
    }

    /// How far down its column each block stands, in millionths.
    pub(super) fn heights(&self) -> Vec<usize> {
        let mut heights = vec![0; self.seats.len()];
        for blocks in self.blocks() {
            for (place, block) in blocks.iter().enumerate() {
                heights[*block] = (2 * place + 1) * 500_000 / blocks.len();
            }
        }
        heights
    }

    /// The blocks of each column from the top on, without what passes them.
    fn blocks(&self) -> impl Iterator<Item = Vec<usize>> {
        let is_block = |seat: &&usize| matches!(self.seats[**seat], Seat::Block(_));
        self.columns.iter().map(move |column| column.iter().filter(is_block).copied().collect())
    }
}

/// The neighbours of each seat on the left and on the right.
fn neighbours(paths: &[Vec<usize>], count: usize) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let (mut left, mut right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    let steps: BTreeSet<(usize, usize)> =
        paths.iter().flat_map(|path| path.windows(2)).map(|step| (step[0], step[1])).collect();
    for (from, to) in steps {
        right[from].push(to);
        left[to].push(from);
    }
    (left, right)
}
