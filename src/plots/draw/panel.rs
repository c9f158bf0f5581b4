//! A panel: the area between two axes, with its grid, its ticks and the titles of the axes.

use super::estimate::Estimate;
use super::figure::{Anchor, Figure, Text};
use super::geometry::{Point, Rect};
use super::palette::Ink;
use super::scale::{Scale, Tick};
use super::{font, label};

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) scale: Scale,
    /// What is measured and in which unit; empty where the ticks say it all.
    pub(crate) title: String,
    /// Whether ticks and title are written; a panel above another that shares the axis need not.
    pub(crate) written: bool,
}

/// The area of a plot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Panel {
    pub(crate) area: Rect,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// The left edge of all that belongs to it.
    left: f64,
}

/// The axis that values are measured along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Along {
    X,
    Y,
}

const TICK_SIZE: f64 = 11.0;
const TITLE_SIZE: f64 = 12.0;
const TICK: f64 = 4.0;
const WHISKER: f64 = 1.1;
const CAP: f64 = 2.6;
const WIDEST_NAME: f64 = 190.0;

impl Axis {
    /// An axis with everything written.
    pub(crate) fn new(scale: Scale, title: impl Into<String>) -> Self {
        Self { scale, title: title.into(), written: true }
    }

    /// The same axis without ticks' labels and title.
    pub(crate) fn bare(self) -> Self {
        Self { written: false, ..self }
    }

    /// The room that labels and title take below a panel.
    fn depth(&self) -> f64 {
        let title = if self.title.is_empty() { 4.0 } else { 24.0 };
        if self.written { 18.0 + title } else { 6.0 }
    }

    /// The room that labels and title take on a panel's left.
    fn breadth(&self) -> f64 {
        let title = if self.title.is_empty() { 0.0 } else { 20.0 };
        let labels = self.labels(WIDEST_NAME);
        let widest = labels.iter().map(|(_, t)| font::width(t, TICK_SIZE)).fold(0.0, f64::max);
        widest + TICK + 5.0 + title
    }

    /// Where lines of the grid go, for the numbered ticks or for those between.
    fn lines(&self, named: bool) -> impl Iterator<Item = f64> {
        let ticks = self.scale.ticks.iter().filter(|_| !self.scale.is_slots());
        ticks
            .filter(move |tick| tick.label.is_some() == named)
            .map(|tick| self.scale.place(tick.at))
            .filter(|share| *share > 1e-6)
    }

    /// Places and texts of the ticks that have one; names are cut to `room`.
    fn labels(&self, room: f64) -> Vec<(f64, String)> {
        let named = |tick: &Tick| tick.label.clone().map(|text| (self.scale.place(tick.at), text));
        let (places, texts): (Vec<f64>, Vec<String>) =
            self.scale.ticks.iter().filter_map(named).unzip();
        let texts = match self.scale.is_slots() {
            true => label::shorten_all(&texts, TICK_SIZE, room),
            false => texts,
        };
        places.into_iter().zip(texts).collect()
    }
}

impl Panel {
    /// A panel that fills `room` with its axes.
    pub(crate) fn new(room: Rect, x: Axis, y: Axis) -> Self {
        let (left, right) = (room.left + y.breadth(), room.right - overhang(&x));
        let area = Rect::new(left, room.top + 4.0, right, room.bottom - x.depth());
        Self { area: snapped(area), x, y, left: room.left }
    }

    /// A scale alone, on the left of `area`.
    pub(crate) fn beside(area: Rect, y: Axis) -> Self {
        let left = area.left - y.breadth();
        Self { area, x: Axis::new(Scale::slots(&[]), "").bare(), y, left }
    }

    /// Panels above one another that fill `room`, with areas of the same size.
    pub(crate) fn stack(room: Rect, axes: Vec<(Axis, Axis)>) -> Vec<Self> {
        let left = room.left + axes.iter().map(|(_, y)| y.breadth()).fold(0.0, f64::max);
        let right = room.right - axes.iter().map(|(x, _)| overhang(x)).fold(0.0, f64::max);
        let used: f64 = axes.iter().map(|(x, _)| x.depth() + 8.0).sum();
        let height = (room.height() - used) / axes.len() as f64;
        let mut top = room.top;
        let mut panels = Vec::new();
        for (x, y) in axes {
            let area = Rect::new(left, top + 4.0, right, top + 4.0 + height);
            top += height + x.depth() + 8.0;
            panels.push(Self { area: snapped(area), x, y, left: room.left });
        }
        panels
    }

    /// The place of a pair of values; beyond the scales it is at the edge.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        Point::new(
            self.area.left + self.area.width() * self.x.scale.place(x),
            self.area.bottom - self.area.height() * self.y.scale.place(y),
        )
    }

    /// Draws the interval of `estimate` as a bar with caps across its ends. An end beyond the scale
    /// has none, nor one that lies within the marker of that radius.
    pub(crate) fn whisker(
        &self,
        figure: &mut Figure,
        along: Along,
        place: f64,
        estimate: Estimate,
        (ink, radius): (Ink, f64),
    ) {
        let Some((low, high)) = estimate.interval else { return };
        let (scale, [from, to], (across, down)) = match along {
            Along::X => (&self.x.scale, [low, high].map(|end| self.at(end, place)), (0.0, CAP)),
            Along::Y => (&self.y.scale, [low, high].map(|end| self.at(place, end)), (CAP, 0.0)),
        };
        figure.line(&[from, to], ink, WHISKER);
        let mean = match along {
            Along::X => self.at(estimate.mean, place),
            Along::Y => self.at(place, estimate.mean),
        };
        for (value, end) in [(low, from), (high, to)] {
            let far = (end.x - mean.x).abs().max((end.y - mean.y).abs());
            if scale.holds(value) && far >= radius {
                let one = Point::new(end.x - across, end.y - down);
                figure.line(&[one, Point::new(end.x + across, end.y + down)], ink, WHISKER);
            }
        }
    }

    /// Draws grid, axes, ticks and titles.
    pub(crate) fn draw(&self, figure: &mut Figure) {
        self.draw_grid(figure);
        let Rect { left, top, right, bottom } = self.area;
        let line = [Point::new(left - 0.5, bottom + 0.5), Point::new(right, bottom + 0.5)];
        figure.line(&line, Ink::AXIS, 1.0);
        let line = [Point::new(left - 0.5, top), Point::new(left - 0.5, bottom + 1.0)];
        figure.line(&line, Ink::AXIS, 1.0);
        if self.x.written {
            self.draw_x(figure);
        }
        if self.y.written {
            self.draw_y(figure);
        }
    }

    /// The lines of both axes' ticks, the fine ones first; none on an axis itself.
    fn draw_grid(&self, figure: &mut Figure) {
        let Rect { left, top, right, bottom } = self.area;
        for (named, ink) in [(false, Ink::FINE), (true, Ink::GRID)] {
            for share in self.x.lines(named) {
                let x = crisp(left + self.area.width() * share);
                figure.line(&[Point::new(x, top), Point::new(x, bottom)], ink, 1.0);
            }
            for share in self.y.lines(named) {
                let y = crisp(bottom - self.area.height() * share);
                figure.line(&[Point::new(left, y), Point::new(right, y)], ink, 1.0);
            }
        }
    }

    fn draw_x(&self, figure: &mut Figure) {
        let Rect { left, right, bottom, .. } = self.area;
        let labels = self.x.labels(self.area.width() / self.x.scale.ticks.len() as f64 - 6.0);
        let mut taken = f64::NEG_INFINITY;
        for (share, text) in labels {
            let x = left + self.area.width() * share;
            if !self.x.scale.is_slots() {
                let tick = [Point::new(crisp(x), bottom), Point::new(crisp(x), bottom + TICK)];
                figure.line(&tick, Ink::AXIS, 1.0);
            }
            let half = font::width(&text, TICK_SIZE) / 2.0;
            if x - half >= taken {
                taken = x + half + 7.0;
                let place = Point::new(x, bottom + TICK + 13.0);
                figure.write(Text::new(place, text).size(TICK_SIZE).anchor(Anchor::Middle));
            }
        }
        let title = label::shorten(&self.x.title, TITLE_SIZE, right - left);
        let place = Point::new(f64::midpoint(left, right), bottom + 37.0);
        figure.write(Text::new(place, title).size(TITLE_SIZE).anchor(Anchor::Middle));
    }

    /// Draws the ticks and the title on the left.
    pub(crate) fn draw_y(&self, figure: &mut Figure) {
        let Rect { left, top, bottom, .. } = self.area;
        let mut taken = f64::INFINITY;
        for (share, text) in self.y.labels(WIDEST_NAME) {
            let y = bottom - self.area.height() * share;
            if !self.y.scale.is_slots() {
                let tick = [Point::new(left - TICK, crisp(y)), Point::new(left, crisp(y))];
                figure.line(&tick, Ink::AXIS, 1.0);
            }
            if y <= taken {
                taken = y - TICK_SIZE - 1.0;
                let down = TICK_SIZE * font::CAPITALS / 2.0;
                let place = Point::new(left - TICK - 4.0, y + down);
                figure.write(Text::new(place, text).size(TICK_SIZE).anchor(Anchor::End));
            }
        }
        let title = label::shorten(&self.y.title, TITLE_SIZE, self.area.height() + 16.0);
        let place = Point::new(self.left + TITLE_SIZE * 0.9, f64::midpoint(top, bottom));
        figure.write(Text::new(place, title).size(TITLE_SIZE).anchor(Anchor::Middle).turned());
    }
}

/// How far the last label under an axis reaches beyond it.
fn overhang(x: &Axis) -> f64 {
    let last = x.scale.ticks.iter().rev().find_map(|tick| tick.label.as_deref());
    match last {
        Some(text) if !x.scale.is_slots() => (font::width(text, TICK_SIZE) / 2.0).max(6.0),
        Some(_) | None => 6.0,
    }
}

/// The middle of the whole point that holds `place`: a line of one point's width is sharp there.
fn crisp(place: f64) -> f64 {
    (place - 0.25).floor() + 0.5
}

fn snapped(area: Rect) -> Rect {
    Rect::new(area.left.round(), area.top.round(), area.right.round(), area.bottom.round())
}
