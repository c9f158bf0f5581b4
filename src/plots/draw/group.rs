//! Groups of bars side by side, one bar a series, upright or lying.

use super::bar;
use super::curve::whisker;
use super::estimate::Estimate;
use super::figure::Figure;
use super::geometry::{Point, Rect};
use super::palette::Series;
use super::panel::Panel;

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
            self.draw_whisker(figure, middle, estimate, series);
            figure.marker(tip, 4.0, series, estimate.faint);
            return;
        }
        let rect = self.rect(from, to, estimate.mean);
        if estimate.faint {
            bar::hollow(figure, rect, series);
        } else {
            bar::solid(figure, rect, series);
        }
        self.draw_whisker(figure, middle, estimate, series);
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

    fn draw_whisker(&self, figure: &mut Figure, at: f64, estimate: Estimate, series: &Series) {
        if let Some((low, high)) = estimate.interval {
            let ink = if self.values_are_log() { series.ink } else { series.ink.darker(0.55) };
            whisker(figure, self.at(at, low), self.at(at, high), ink);
        }
    }

    /// The place of a value; lying groups are counted from the top.
    pub(crate) fn at(&self, along: f64, value: f64) -> Point {
        if self.lying {
            let slots = self.panel.y.scale.ticks.len() as f64;
            self.panel.at(value, slots - along)
        } else {
            self.panel.at(along, value)
        }
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
