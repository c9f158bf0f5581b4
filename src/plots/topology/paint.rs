//! The figure: lines first, then blocks over them, then labels.

use super::Topology;
use super::blocks::{Block, Blocks, CELL, FIRST, NAME, PAD, ROW, SMALL, width};
use super::labels;
use super::places::Places;
use super::seating::{Seat, Seating, Step};
use crate::plots::draw::figure::{Anchor, Figure, Text};
use crate::plots::draw::geometry::{Point, Rect};
use crate::plots::draw::label;
use crate::plots::draw::palette::Ink;

const MARGIN: i32 = 24;
const HEAD: i32 = 66;
const TAIL: i32 = 30;
const NARROWEST: i32 = 420;
const WIDEST_TEXT: i32 = 900;
/// Lines leave blocks and come to them on the level for so far, with an arrow of that length.
const STUB: i32 = 12;
const ARROW: f64 = 8.0;
/// Lines come to a side of a block so far apart at most.
const APART: i32 = 12;
const CLOSE: i32 = 4;
/// What stands behind a block of several replicas shows so far.
const BEHIND: i32 = 4;
const LINE: Ink = Ink(120, 120, 120);

/// The figure of a topology.
pub(super) fn figure(
    topology: &Topology,
    blocks: &Blocks,
    seating: &Seating,
    places: &Places,
) -> Figure {
    let (borne, is_thinned) = labels::borne(seating, blocks, &places.middle);
    let notes = notes(blocks, is_thinned);
    let tail = if notes.is_empty() { MARGIN } else { MARGIN + TAIL };
    // What is said has its room, up to a limit.
    let said = width(&topology.heading, 18.0).max(width(&topology.title, 12.5));
    let inner = places.width.max(said.max(width(&notes, SMALL)).clamp(NARROWEST, WIDEST_TEXT));
    let size = (inner + 2 * MARGIN, HEAD + places.height + tail);
    let mut figure = Figure::new(f64::from(size.0), f64::from(size.1));
    let room = f64::from(inner);
    let texts = [
        (30, &topology.heading, 18.0, Ink::TEXT),
        (48, &topology.title, 12.5, Ink::QUIET),
        (size.1 - 16, &notes, SMALL, Ink::QUIET),
    ];
    for (y, text, size, ink) in texts.into_iter().filter(|it| !it.1.is_empty()) {
        let text = label::shorten(text, size, room);
        figure.write(Text::new(point(MARGIN, y), text).size(size).ink(ink));
    }
    // Few columns stand in the middle of what the heading takes.
    let shift = (MARGIN + (inner - places.width) / 2, HEAD);
    let paint = Paint::new((topology, blocks, seating, places), shift);
    paint.lines(&mut figure);
    for (seat, at) in seating.seats.iter().enumerate() {
        if let Seat::Block(block) = at {
            paint.block(&mut figure, &blocks.all[*block], seat);
        }
    }
    paint.labels(&mut figure, &borne);
    figure
}

/// What is said below.
fn notes(blocks: &Blocks, is_thinned: bool) -> String {
    let mut notes = Vec::new();
    let is_bare = |it: &super::blocks::Joint| it.label.is_empty();
    if blocks.joints.iter().any(is_bare) && !blocks.joints.iter().all(is_bare) {
        notes.push("Links without a time add no latency.");
    }
    if is_thinned {
        notes.push("Of many links of a node that are alike one bears the time.");
    }
    notes.join(" ")
}

/// All that is needed to draw.
struct Paint<'a> {
    topology: &'a Topology,
    blocks: &'a Blocks,
    seating: &'a Seating,
    places: &'a Places,
    /// Where the upper left corner of all seats is.
    shift: (i32, i32),
    /// The steps on each side of each seat, from the top on.
    left: Vec<Vec<Step>>,
    right: Vec<Vec<Step>>,
}

impl<'a> Paint<'a> {
    fn new(
        (topology, blocks, seating, places): (&'a Topology, &'a Blocks, &'a Seating, &'a Places),
        shift: (i32, i32),
    ) -> Self {
        let count = seating.seats.len();
        let (mut left, mut right) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for step in seating.steps() {
            right[step.from].push(step);
            left[step.to].push(step);
        }
        // Of a link and one back the first is above the second on both sides.
        let by = |seat: usize, step: &Step| (places.middle[seat], seat, step.is_turned);
        left.iter_mut().for_each(|steps| steps.sort_by_key(|step| by(step.from, step)));
        right.iter_mut().for_each(|steps| steps.sort_by_key(|step| by(step.to, step)));
        Self { topology, blocks, seating, places, shift, left, right }
    }

    /// The lines of all links, each part of them once, with arrows at the ends.
    fn lines(&self, figure: &mut Figure) {
        for seat in (0..self.seating.seats.len()).filter(|seat| self.is_lane(*seat)) {
            let y = self.middle(seat);
            figure.line(&[point(self.left(seat), y), point(self.right(seat), y)], LINE, 1.2);
        }
        for step in self.seating.steps() {
            let (start, end) = self.ends(step);
            let ways = [(self.right(step.from), start.1), start, end, (self.left(step.to), end.1)];
            let line: Vec<Point> = ways.iter().map(|&(x, y)| point(x, y)).collect();
            figure.line(&line, LINE, 1.2);
            if !step.is_turned && !self.is_lane(step.to) {
                arrow(figure, line[3], -ARROW);
            }
            if step.is_turned && !self.is_lane(step.from) {
                arrow(figure, line[0], ARROW);
            }
        }
    }

    /// Where the slanted part of a step begins and ends.
    fn ends(&self, step: Step) -> ((i32, i32), (i32, i32)) {
        let stub = |seat| if self.is_lane(seat) { 0 } else { STUB };
        let start = self.port(step.from, step, &self.right[step.from]);
        let end = self.port(step.to, step, &self.left[step.to]);
        let start = (self.right(step.from) + stub(step.from), start);
        (start, (self.left(step.to) - stub(step.to), end))
    }

    /// How high a line meets a seat that has lines for `all` these steps on that side.
    fn port(&self, seat: usize, step: Step, all: &[Step]) -> i32 {
        let middle = self.middle(seat);
        let Seat::Block(block) = self.seating.seats[seat] else { return middle };
        let number = |it: usize| i32::try_from(it).unwrap_or(i32::MAX);
        let gaps = number(all.len()) - 1;
        let room = self.blocks.all[block].height - 16;
        // Lines that would be too close to be told apart meet in one place.
        if gaps == 0 || room / gaps < CLOSE {
            return middle;
        }
        let whole = room.min(APART.saturating_mul(gaps));
        let place = all.iter().position(|it| *it == step).map_or(0, number);
        middle - whole / 2 + whole * place / gaps
    }

    /// A block: a box with a stripe in the colour of its kind; behind it another one if there are
    /// several replicas.
    fn block(&self, figure: &mut Figure, block: &Block, seat: usize) {
        let top = self.middle(seat) - block.height / 2;
        let left = self.left(seat);
        let right = left + block.width;
        let node = &self.topology.nodes[block.members[0]];
        let ink = ink(node.kind);
        if self.is_many(block) {
            let (left, right, top) = (left + BEHIND, right + BEHIND, top + BEHIND);
            boxed(figure, (left, top), (right, top + block.height), ink, 0.7);
        }
        boxed(figure, (left, top), (right, top + block.height), ink, 0.88);
        let stripe = [left, top, left + 5, top + block.height].map(f64::from);
        figure.block(Rect::new(stripe[0], stripe[1], stripe[2], stripe[3]), ink);
        let mut y = top + FIRST;
        for (place, text) in block.head.iter().enumerate() {
            let (size, ink) = if place == 0 { (NAME, Ink::TEXT) } else { (SMALL, Ink::QUIET) };
            let text = Text::new(point(left + PAD, y), text.clone());
            figure.write(text.size(size).ink(ink));
            y += ROW;
        }
        if block.members.len() > 1 {
            self.cells(figure, block, (left + PAD, y - 2), ink);
        }
    }

    /// The nodes of a block of several, a cell for each, from `corner` on.
    fn cells(&self, figure: &mut Figure, block: &Block, corner: (i32, i32), ink: Ink) {
        let room = f64::from(block.cell - 14);
        let number = |it: usize| i32::try_from(it).unwrap_or(0);
        for (place, member) in block.members.iter().enumerate() {
            let left = corner.0 + number(place % block.across) * block.cell;
            let top = corner.1 + number(place / block.across) * CELL;
            boxed(figure, (left, top), (left + block.cell - 5, top + CELL - 4), ink, 0.96);
            let name = label::shorten(&self.topology.nodes[*member].name, SMALL, room);
            figure.write(Text::new(point(left + 5, top + 13), name).size(SMALL));
        }
    }

    /// The labels of the links that bear theirs.
    fn labels(&self, figure: &mut Figure, borne: &[usize]) {
        let mut taken: Vec<Rect> = Vec::new();
        for link in borne {
            let (start, end) = self.ends(self.seating.own_step(*link));
            let text = labels::text(&self.blocks.joints[*link].label);
            let rect = labels::place(&text, start, end, &taken);
            figure.block(rect, Ink::WHITE);
            let label = Text::new(labels::base(&rect), text).size(labels::SIZE);
            figure.write(label.ink(Ink::QUIET).anchor(Anchor::Middle));
            taken.push(rect);
        }
    }

    fn is_lane(&self, seat: usize) -> bool {
        self.seating.seats[seat] == Seat::Lane
    }

    fn left(&self, seat: usize) -> i32 {
        self.shift.0 + self.places.left[seat]
    }

    fn right(&self, seat: usize) -> i32 {
        let behind = match self.seating.seats[seat] {
            Seat::Block(block) if self.is_many(&self.blocks.all[block]) => BEHIND,
            Seat::Block(_) | Seat::Lane => 0,
        };
        self.shift.0 + self.places.right[seat] + behind
    }

    /// Whether a block is drawn as one before others.
    fn is_many(&self, block: &Block) -> bool {
        block.members.len() == 1 && self.topology.nodes[block.members[0]].is_many
    }

    fn middle(&self, seat: usize) -> i32 {
        self.shift.1 + self.places.middle[seat]
    }
}

fn point(x: i32, y: i32) -> Point {
    Point::new(f64::from(x), f64::from(y))
}

/// A box with its outline, filled with the colour as light as `light` says.
fn boxed(figure: &mut Figure, from: (i32, i32), to: (i32, i32), ink: Ink, light: f64) {
    let [left, top, right, bottom] = [from.0, from.1, to.0, to.1].map(f64::from);
    let rect = Rect::new(left, top, right, bottom);
    figure.block(rect, ink.lighter(light));
    figure.outline(rect, ink, 1.0, &[]);
}

/// The head of an arrow whose tip is `tip`; it comes from the left if `length` is negative.
fn arrow(figure: &mut Figure, tip: Point, length: f64) {
    let back = tip.x + length;
    let corners = vec![tip, Point::new(back, tip.y - 3.5), Point::new(back, tip.y + 3.5)];
    figure.area(corners, LINE.darker(0.4), 1.0);
}

/// The colour of a kind of node; grey if it has none.
pub(super) fn ink(kind: &str) -> Ink {
    match kind {
        "client" => Ink(0, 114, 178),
        "attacker" => Ink(213, 94, 0),
        "forward-proxy" => Ink(176, 160, 0),
        "reverse-proxy" => Ink(86, 180, 233),
        "load-balancer" => Ink(204, 121, 167),
        "server" => Ink(0, 158, 115),
        "database" => Ink(230, 159, 0),
        "cache" => Ink(90, 60, 160),
        "session-store" => Ink(150, 103, 0),
        "auth-server" => Ink(0, 87, 63),
        _ => Ink::AXIS,
    }
}
