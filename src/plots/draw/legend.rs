//! The legend: below the plots, in columns, so that it never lies on data.

use super::figure::{Figure, Text};
use super::font;
use super::geometry::{Point, Rect};
use super::palette::{Ink, Series};
use super::{bar, label};

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) series: Series,
    pub(crate) sign: Sign,
}

/// What an entry shows of its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Line,
    LineAndMarker,
    Marker,
    Bar,
}

/// The legend set into columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Legend {
    entries: Vec<Entry>,
    columns: usize,
    column_width: f64,
}

const SIZE: f64 = 11.5;
const ROW: f64 = 18.0;
const SIGN_WIDTH: f64 = 34.0;
const GAP: f64 = 22.0;
const WIDEST_LABEL: f64 = 330.0;

impl Legend {
    /// The entries in as few rows as `width` allows.
    pub(crate) fn new(mut entries: Vec<Entry>, width: f64) -> Self {
        let names: Vec<String> = entries.iter().map(|entry| entry.label.clone()).collect();
        for (entry, label) in entries.iter_mut().zip(label::shorten_all(&names, SIZE, WIDEST_LABEL))
        {
            entry.label = label;
        }
        let widest = entries.iter().map(|e| font::width(&e.label, SIZE)).fold(0.0, f64::max);
        let column_width = SIGN_WIDTH + widest + GAP;
        let fit = ((width + GAP) / column_width).floor().max(1.0) as usize;
        let rows = entries.len().div_ceil(fit).max(1);
        let columns = entries.len().div_ceil(rows).max(1);
        Self { entries, columns, column_width }
    }

    /// The height that it takes.
    pub(crate) fn height(&self) -> f64 {
        self.entries.len().div_ceil(self.columns) as f64 * ROW
    }

    /// Draws it with its upper left corner at `corner`.
    pub(crate) fn draw(&self, figure: &mut Figure, corner: Point) {
        for (index, entry) in self.entries.iter().enumerate() {
            let x = corner.x + (index % self.columns) as f64 * self.column_width;
            let y = corner.y + (index / self.columns) as f64 * ROW + ROW / 2.0;
            entry.draw(figure, Point::new(x, y));
        }
    }
}

impl Entry {
    fn draw(&self, figure: &mut Figure, at: Point) {
        let (from, to) = (at, Point::new(at.x + 26.0, at.y));
        let middle = Point::new(at.x + 13.0, at.y);
        let line = |figure: &mut Figure| {
            figure.dashed(&[from, to], self.series.ink, 1.8, self.series.dash);
        };
        match self.sign {
            Sign::Line => line(figure),
            Sign::LineAndMarker => {
                line(figure);
                figure.marker(middle, 3.4, &self.series, false);
            }
            Sign::Marker => figure.marker(middle, 4.4, &self.series, false),
            Sign::Bar => {
                let rect = Rect::new(at.x + 4.0, at.y - 5.0, at.x + 26.0, at.y + 6.0);
                bar::solid(figure, rect, &self.series);
            }
        }
        let place = Point::new(at.x + SIGN_WIDTH, at.y + SIZE * font::CAPITALS / 2.0);
        figure.write(Text::new(place, self.label.clone()).size(SIZE).ink(Ink::TEXT));
    }
}
