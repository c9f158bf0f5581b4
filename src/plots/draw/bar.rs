//! Bars with hatches, so that they are told apart in grey too.

use super::figure::Figure;
use super::geometry::{Point, Rect};
use super::palette::{Hatch, Ink, Series};

const SPACING: f64 = 5.0;
const THIN: f64 = 0.8;

/// A full bar in the colour and hatch of its series.
pub(crate) fn solid(figure: &mut Figure, rect: Rect, series: &Series) {
    if rect.width() < 0.05 || rect.height() < 0.05 {
        return;
    }
    figure.block(rect, series.ink);
    hatch(figure, rect, series.hatch, series.ink.lighter(0.55));
    if rect.width() > 3.0 && rect.height() > 3.0 {
        figure.outline(rect, series.ink.darker(0.25), THIN);
    }
}

/// The bar of a value that is not to be relied on: pale, in a dashed frame.
pub(crate) fn hollow(figure: &mut Figure, rect: Rect, series: &Series) {
    figure.block(rect, series.ink.lighter(0.85));
    let corner = Point::new;
    let half = 0.5;
    let frame = [
        corner(rect.left + half, rect.top + half),
        corner(rect.right - half, rect.top + half),
        corner(rect.right - half, rect.bottom - half),
        corner(rect.left + half, rect.bottom - half),
        corner(rect.left + half, rect.top + half),
    ];
    figure.dashed(&frame, series.ink, 1.0, &[3.0, 2.0]);
}

fn hatch(figure: &mut Figure, rect: Rect, hatch: Hatch, ink: Ink) {
    match hatch {
        Hatch::Plain => {}
        Hatch::Rising => slanted(figure, rect, true, ink),
        Hatch::Falling => slanted(figure, rect, false, ink),
        Hatch::Crossed => {
            slanted(figure, rect, true, ink);
            slanted(figure, rect, false, ink);
        }
        Hatch::Level => level(figure, rect, ink),
    }
}

/// Lines at 45 degrees, clipped to the rectangle.
fn slanted(figure: &mut Figure, rect: Rect, rising: bool, ink: Ink) {
    let (width, height) = (rect.width(), rect.height());
    let mut offset = SPACING / 2.0;
    while offset < width + height {
        let (x0, y0) = if offset <= height { (0.0, offset) } else { (offset - height, height) };
        let (x1, y1) = if offset <= width { (offset, 0.0) } else { (width, offset - width) };
        let place = |x: f64, y: f64| {
            let y = if rising { rect.top + y } else { rect.bottom - y };
            Point::new(rect.left + x, y)
        };
        figure.line(&[place(x0, y0), place(x1, y1)], ink, THIN);
        offset += SPACING;
    }
}

/// Lines along the longer side.
fn level(figure: &mut Figure, rect: Rect, ink: Ink) {
    let lying = rect.width() >= rect.height();
    let room = if lying { rect.height() } else { rect.width() };
    let count = (room / SPACING).round().max(1.0);
    for line in 0..count as usize {
        let at = room * (line as f64 + 0.5) / count;
        let ends = if lying {
            [Point::new(rect.left, rect.top + at), Point::new(rect.right, rect.top + at)]
        } else {
            [Point::new(rect.left + at, rect.top), Point::new(rect.left + at, rect.bottom)]
        };
        figure.line(&ends, ink, THIN);
    }
}
