//! Blocks: what is drawn as one. A node is a block of its own, and many nodes that are alike in
//! all but their names, with the same links, are one block together: two hundred servers behind a
//! balancer would else be two hundred lines.

use std::collections::{BTreeMap, BTreeSet};

use super::Topology;
use crate::plots::draw::{font, label};

/// So many nodes that are alike are drawn as one block.
const ALIKE: usize = 7;
/// The size of letters of names, and of what stands below them.
pub(super) const NAME: f64 = 12.5;
pub(super) const SMALL: f64 = 10.5;
/// From one base line to the next, of what stands below a name.
pub(super) const ROW: i32 = 14;
/// From the upper edge of a block to the base line of its name.
pub(super) const FIRST: i32 = 19;
/// Beside letters.
pub(super) const PAD: i32 = 12;
/// Each member of a block of several has a cell so high, with its gap.
pub(super) const CELL: i32 = 22;
const WIDEST: i32 = 190;
const WIDEST_CELL: i32 = 130;
const NARROWEST: i32 = 84;

/// What is drawn as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The numbers of its nodes.
    pub(super) members: Vec<usize>,
    /// What stands in its head; the first is the name.
    pub(super) head: Vec<String>,
    /// How many cells stand beside one another, if it has several nodes.
    pub(super) across: usize,
    /// How wide a cell is, with its gap.
    pub(super) cell: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A link between two blocks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Joint {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
}

/// All blocks in the order of their first nodes, and the links between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blocks {
    pub(super) all: Vec<Block>,
    pub(super) joints: Vec<Joint>,
    /// Which of them requests begin at.
    pub(super) is_origin: Vec<bool>,
}

/// What nodes have in common that are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    kind: &'a str,
    lines: &'a [String],
    callers: BTreeSet<(usize, &'a str)>,
    called: BTreeSet<(usize, &'a str)>,
}

impl Blocks {
    /// The blocks of a topology.
    pub(super) fn of(topology: &Topology) -> Self {
        let groups = grouped(topology);
        let mut block_of = vec![0; topology.nodes.len()];
        for (number, members) in groups.iter().enumerate() {
            members.iter().for_each(|node| block_of[*node] = number);
        }
        let joint = |link: &super::TopologyLink| Joint {
            from: block_of[link.from],
            to: block_of[link.to],
            label: link.label.clone(),
        };
        // Links of nodes that are alike become one.
        let joints: BTreeSet<Joint> = topology.links.iter().map(joint).collect();
        let is_origin = |members: &Vec<usize>| topology.nodes[members[0]].is_origin;
        Self {
            joints: joints.into_iter().filter(|it| it.from != it.to).collect(),
            is_origin: groups.iter().map(is_origin).collect(),
            all: groups.into_iter().map(|members| Block::of(members, topology)).collect(),
        }
    }
}

impl Block {
    fn of(members: Vec<usize>, topology: &Topology) -> Self {
        let first = &topology.nodes[members[0]];
        let is_one = members.len() == 1;
        let name = if is_one { first.name.clone() } else { format!("{} nodes", members.len()) };
        let calls_itself = topology.links.iter().any(|it| it.from == it.to && it.to == members[0]);
        let mut head = vec![name];
        head.extend(first.lines.iter().cloned());
        head.extend(calls_itself.then(|| "calls itself".to_owned()));
        let size = |place: usize| if place == 0 { NAME } else { SMALL };
        for (place, text) in head.iter_mut().enumerate() {
            *text = label::shorten(text, size(place), f64::from(WIDEST));
        }
        let widths = head.iter().enumerate().map(|(place, text)| width(text, size(place)));
        let own = widths.max().unwrap_or(0) + 2 * PAD;
        let rows = i32::try_from(head.len() - 1).unwrap_or(0);
        let height = FIRST + rows * ROW + 9;
        if is_one {
            let (across, cell, width) = (1, 0, own.max(NARROWEST));
            return Self { members, head, across, cell, width, height };
        }
        let names = members.iter().map(|node| width(&topology.nodes[*node].name, SMALL));
        let cell = names.max().unwrap_or(0).min(WIDEST_CELL) + 18;
        // About as wide as high.
        let count = i32::try_from(members.len()).unwrap_or(i32::MAX);
        let is_wide = |across: &i32| across * cell >= ((count - 1) / across + 1) * CELL;
        let across = (1..=count).find(is_wide).unwrap_or(1);
        let width = own.max(across * cell + 2 * PAD - 6);
        let height = height + ((count - 1) / across + 1) * CELL + 4;
        Self { members, head, across: usize::try_from(across).unwrap_or(1), cell, width, height }
    }
}

/// The width of a text in whole points.
pub(super) fn width(text: &str, size: f64) -> i32 {
    font::width(text, size).ceil() as i32
}

/// The nodes of each block, in the order of their first ones.
fn grouped(topology: &Topology) -> Vec<Vec<usize>> {
    let mut callers = vec![BTreeSet::new(); topology.nodes.len()];
    let mut called = callers.clone();
    for link in &topology.links {
        called[link.from].insert((link.to, link.label.as_str()));
        callers[link.to].insert((link.from, link.label.as_str()));
    }
    let mut alike: BTreeMap<Likeness<'_>, Vec<usize>> = BTreeMap::new();
    for (number, (callers, called)) in callers.into_iter().zip(called).enumerate() {
        let node = &topology.nodes[number];
        let likeness = Likeness { kind: node.kind, lines: &node.lines, callers, called };
        alike.entry(likeness).or_default().push(number);
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for members in alike.into_values() {
        if members.len() >= ALIKE {
            groups.push(members);
        } else {
            groups.extend(members.into_iter().map(|node| vec![node]));
        }
    }
    groups.sort();
    groups
}
