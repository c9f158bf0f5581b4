//! A figure: a list of shapes on a page of a nominal size, drawn alike as SVG and as a bitmap.

use super::geometry::{Point, Rect};
use super::palette::{Ink, Series};
use super::stroke;

/// A finished drawing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    /// The width in points.
    pub(crate) width: f64,
    /// The height in points.
    pub(crate) height: f64,
    shapes: Vec<Shape>,
}

/// What a figure is made of.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Line { points: Vec<Point>, ink: Ink, width: f64, dash: &'static [f64] },
    Area { points: Vec<Point>, ink: Ink, opacity: f64 },
    Block { rect: Rect, ink: Ink },
    Text(Text),
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// On the base line, at the end that `anchor` names.
    pub(crate) at: Point,
    pub(crate) text: String,
    pub(crate) size: f64,
    pub(crate) ink: Ink,
    pub(crate) anchor: Anchor,
    /// Whether it runs upwards.
    pub(crate) turned: bool,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// What a figure can be drawn on.
pub(crate) trait Surface {
    /// A line of that width.
    fn stroke(&mut self, points: &[Point], width: f64, ink: Ink) -> Result<(), String>;
    /// A filled polygon.
    fn fill(&mut self, points: &[Point], ink: Ink, opacity: f64) -> Result<(), String>;
    /// A filled rectangle.
    fn block(&mut self, rect: Rect, ink: Ink) -> Result<(), String>;
    /// A line of text.
    fn text(&mut self, text: &Text) -> Result<(), String>;
}

impl Figure {
    /// A white page.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        let mut figure = Self { width, height, shapes: Vec::new() };
        figure.block(Rect::new(0.0, 0.0, width, height), Ink::WHITE);
        figure
    }

    /// A solid line through `points`.
    pub(crate) fn line(&mut self, points: &[Point], ink: Ink, width: f64) {
        self.dashed(points, ink, width, &[]);
    }

    /// A line through `points` in dashes; see [`Series::dash`].
    pub(crate) fn dashed(&mut self, points: &[Point], ink: Ink, width: f64, dash: &'static [f64]) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points: points.to_vec(), ink, width, dash });
        }
    }

    /// A polygon through which what lies below can be seen, unless `opacity` is 1.
    pub(crate) fn area(&mut self, points: Vec<Point>, ink: Ink, opacity: f64) {
        self.shapes.push(Shape::Area { points, ink, opacity });
    }

    /// A filled rectangle.
    pub(crate) fn block(&mut self, rect: Rect, ink: Ink) {
        self.shapes.push(Shape::Block { rect, ink });
    }

    /// The outline of a rectangle, within it.
    pub(crate) fn outline(&mut self, rect: Rect, ink: Ink, width: f64, dash: &'static [f64]) {
        self.dashed(&corners(rect, width / 2.0), ink, width, dash);
    }

    /// The sign of a series, hollow where the value it stands for is doubtful.
    pub(crate) fn marker(&mut self, at: Point, radius: f64, series: &Series, hollow: bool) {
        self.area(series.marker.outline(at, radius + 0.8), Ink::WHITE, 1.0);
        self.area(series.marker.outline(at, radius), series.ink, 1.0);
        if hollow {
            self.area(series.marker.outline(at, radius * 0.6), Ink::WHITE, 1.0);
        }
    }

    /// A text.
    pub(crate) fn write(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// Draws every shape in turn.
    pub(crate) fn draw_on(&self, surface: &mut impl Surface) -> Result<(), String> {
        for shape in &self.shapes {
            match shape {
                Shape::Line { points, ink, width, dash } => {
                    for dash in stroke::dashes(points, dash) {
                        surface.stroke(&dash, *width, *ink)?;
                    }
                }
                Shape::Area { points, ink, opacity } => surface.fill(points, *ink, *opacity)?,
                Shape::Block { rect, ink } => surface.block(*rect, *ink)?,
                Shape::Text(text) => surface.text(text)?,
            }
        }
        Ok(())
    }
}

/// Once round a rectangle, that far within it.
fn corners(rect: Rect, inset: f64) -> [Point; 5] {
    let (left, right) = (rect.left + inset, rect.right - inset);
    let (top, bottom) = (rect.top + inset, rect.bottom - inset);
    let corner = Point::new;
    let first = corner(left, top);
    [first, corner(right, top), corner(right, bottom), corner(left, bottom), first]
}

impl Text {
    /// A text that begins at `at`, in the size and colour of labels.
    pub(crate) fn new(at: Point, text: impl Into<String>) -> Self {
        let (text, anchor) = (text.into(), Anchor::Start);
        Self { at, text, size: 11.5, ink: Ink::TEXT, anchor, turned: false }
    }

    /// The same text in another size.
    pub(crate) fn size(self, size: f64) -> Self {
        Self { size, ..self }
    }

    /// The same text in another colour.
    pub(crate) fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// The same text with its middle or end at its place.
    pub(crate) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text running upwards.
    pub(crate) fn turned(self) -> Self {
        Self { turned: true, ..self }
    }
}
