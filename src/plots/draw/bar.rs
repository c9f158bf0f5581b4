//! Bars with hatches, so that they are told apart in grey too.

use super::figure::Figure;
use super::geometry::{Point, Rect};
use super::palette::{Hatch, Ink, Series};

const SPACING: f64 = 5.0;
const THIN: f64 = 0.8;

/// A full bar in the colour and hatch of its series.
pub(crate) fn solid(figure: &mut Figure, rect: Rect, series: &Series) {
    let least = rect.width().min(rect.height());
    if least < 0.05 {
        return;
    }
    figure.block(rect, series.ink);
    if least > 3.0 {
        hatch(figure, rect, series.hatch, series.ink.lighter(0.55));
        figure.outline(rect, series.ink.darker(0.25), THIN, &[]);
    }
}

/// The bar of a value that is not to be relied on: pale, in a dashed frame.
pub(crate) fn hollow(figure: &mut Figure, rect: Rect, series: &Series) {
    figure.block(rect, series.ink.lighter(0.85));
    figure.outline(rect, series.ink, 1.0, &[3.0, 2.0]);
}

fn hatch(figure: &mut Figure, rect: Rect, hatch: Hatch, ink: Ink) {
    let within = Rect::new(
        rect.left + THIN / 2.0,
        rect.top + THIN / 2.0,
        rect.right - THIN / 2.0,
        rect.bottom - THIN / 2.0,
    );
    let mut lines = Vec::new();
    if matches!(hatch, Hatch::Rising | Hatch::Crossed) {
        lines.push(slanted(within, true));
    }
    if matches!(hatch, Hatch::Falling | Hatch::Crossed) {
        lines.push(slanted(within, false));
    }
    if matches!(hatch, Hatch::Level | Hatch::Grid) {
        lines.push(straight(within, true));
    }
    if matches!(hatch, Hatch::Upright | Hatch::Grid) {
        lines.push(straight(within, false));
    }
    for line in lines {
        figure.line(&line, ink, THIN);
    }
}

/// Lines at 45 degrees, joined to one along the edges, where the frame covers it.
fn slanted(rect: Rect, rising: bool) -> Vec<Point> {
    let (width, height) = (rect.width(), rect.height());
    let place = |x: f64, y: f64| {
        let y = if rising { rect.top + y } else { rect.bottom - y };
        Point::new(rect.left + x, y)
    };
    let mut line = Vec::new();
    for stroke in 0..((width + height) / SPACING) as u32 {
        let at = (f64::from(stroke) + 0.5) * SPACING;
        let low = if at <= height { place(0.0, at) } else { place(at - height, height) };
        let high = if at <= width { place(at, 0.0) } else { place(width, at - width) };
        zigzag(&mut line, stroke, [low, high], [place(0.0, height), place(width, 0.0)]);
    }
    line
}

/// Level or upright lines, joined to one at the ends.
fn straight(rect: Rect, level: bool) -> Vec<Point> {
    let room = if level { rect.height() } else { rect.width() };
    let count = (room / SPACING).round().max(1.0);
    let mut line = Vec::new();
    for stroke in 0..count as u32 {
        let at = room * (f64::from(stroke) + 0.5) / count;
        let ends = if level {
            [Point::new(rect.left, rect.top + at), Point::new(rect.right, rect.top + at)]
        } else {
            [Point::new(rect.left + at, rect.top), Point::new(rect.left + at, rect.bottom)]
        };
        zigzag(&mut line, stroke, ends, ends);
    }
    line
}

/// Adds a stroke: every other one is drawn from `to` back to `from`. A step from one edge to
/// another goes by the corner between them.
fn zigzag(line: &mut Vec<Point>, stroke: u32, [from, to]: [Point; 2], corners: [Point; 2]) {
    let odd = stroke % 2 == 1;
    let (first, last, corner) = if odd { (to, from, corners[1]) } else { (from, to, corners[0]) };
    if let Some(end) = line.last()
        && (end.x - first.x).abs() > 1e-9
        && (end.y - first.y).abs() > 1e-9
    {
        line.push(corner);
    }
    line.extend([first, last]);
}
