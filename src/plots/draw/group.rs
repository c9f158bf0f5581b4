//! Groups of bars side by side, one bar a series, upright or lying.

use super::bar;
use super::estimate::Estimate;
use super::figure::Figure;
use super::geometry::{Point, Rect};
use super::palette::{Ink, Series};
use super::panel::{Along, Panel};

/// How the bars of a panel stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Groups<'a> {
    pub(crate) panel: &'a Panel,
    /// Whether the values run to the right, and the groups from top to bottom.
    pub(crate) lying: bool,
    /// Bars in a group.
    pub(crate) members: usize,
}

/// The share of its slot that a group fills.
const FILL: f64 = 0.78;
const RADIUS: f64 = 4.0;

/// Which of `count` series have a bar anywhere, so that no room is kept for one that has none.
pub(crate) fn members(count: usize, drawn: impl Iterator<Item = usize>) -> Vec<usize> {
    let drawn: Vec<usize> = drawn.collect();
    (0..count).filter(|series| drawn.contains(series)).collect()
}

impl Groups<'_> {
    /// Draws one bar with its interval. On a log scale, where a bar's length means nothing, its
    /// marker stands in.
    pub(crate) fn draw(
        &self,
        figure: &mut Figure,
        (group, member): (usize, usize),
        estimate: Estimate,
        series: &Series,
    ) {
        let (from, to) = self.span(group, member);
        let middle = f64::midpoint(from, to);
        let tip = self.at(middle, estimate.mean);
        if self.values_are_log() {
            self.draw_whisker(figure, middle, estimate, (series.ink, RADIUS + 1.5));
            figure.marker(tip, RADIUS, series, estimate.faint);
            return;
        }
        let rect = self.rect(from, to, estimate.mean);
        if estimate.faint {
            bar::hollow(figure, rect, series);
        } else {
            bar::solid(figure, rect, series);
        }
        self.draw_whisker(figure, middle, estimate, (series.ink.on_itself(), 0.0));
    }

    /// The start and end of a member along the axis of the groups.
    pub(crate) fn span(&self, group: usize, member: usize) -> (f64, f64) {
        let width = FILL / self.members as f64;
        let from = group as f64 + (1.0 - FILL) / 2.0 + width * member as f64;
        (from, from + width)
    }

    fn values_are_log(&self) -> bool {
        if self.lying { self.panel.x.scale.is_log() } else { self.panel.y.scale.is_log() }
    }

    /// Draws the interval of an estimate at a place along the axis of the groups; see
    /// [`Panel::whisker`].
    pub(crate) fn draw_whisker(
        &self,
        figure: &mut Figure,
        at: f64,
        estimate: Estimate,
        ink_and_radius: (Ink, f64),
    ) {
        let along = if self.lying { Along::X } else { Along::Y };
        self.panel.whisker(figure, along, self.along(at), estimate, ink_and_radius);
    }

    /// The place of a value.
    pub(crate) fn at(&self, along: f64, value: f64) -> Point {
        if self.lying {
            self.panel.at(value, self.along(along))
        } else {
            self.panel.at(along, value)
        }
    }

    /// A place along the axis of the groups; lying ones are counted from the top.
    fn along(&self, at: f64) -> f64 {
        if self.lying { self.panel.y.scale.ticks.len() as f64 - at } else { at }
    }

    fn rect(&self, from: f64, to: f64, value: f64) -> Rect {
        let (a, b) = (self.at(from, 0.0), self.at(to, value));
        let inset = 0.4;
        if self.lying {
            Rect::new(a.x, a.y.min(b.y) + inset, b.x, a.y.max(b.y) - inset)
        } else {
            Rect::new(a.x + inset, b.y, b.x - inset, a.y)
        }
    }
}
