//! A page: heading above, plots in the middle, legend and notes below.

use super::figure::{Figure, Text};
use super::geometry::{Point, Rect};
use super::label;
use super::legend::{Entry, Legend};
use super::palette::Ink;

/// What stands around the plots of a figure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    heading: String,
    title: String,
    legend: Vec<Entry>,
    notes: Vec<String>,
}

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 500.0;
const MARGIN: f64 = 20.0;
const HEAD: f64 = 62.0;
const TAIL: f64 = 16.0;
const GAP: f64 = 10.0;
const LEAST: f64 = 300.0;
const NOTE_SIZE: f64 = 10.5;
const NOTE_ROW: f64 = 14.5;
const ROOM: f64 = WIDTH - 2.0 * MARGIN;

impl Page {
    /// A page that says what is shown (`heading`) and of which scenario (`title`).
    pub(crate) fn new(heading: impl Into<String>, title: &str) -> Self {
        let (heading, title) = (heading.into(), title.to_owned());
        Self { heading, title, legend: Vec::new(), notes: Vec::new() }
    }

    /// The same page with these entries in its legend.
    pub(crate) fn legend(self, legend: Vec<Entry>) -> Self {
        Self { legend, ..self }
    }

    /// The same page with one more note if `when` holds.
    pub(crate) fn note(mut self, when: bool, text: impl Into<String>) -> Self {
        if when {
            self.notes.push(text.into());
        }
        self
    }

    /// The same page with these notes more.
    pub(crate) fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// The figure and the room for its plots, in a figure of the usual height; higher if legend and
    /// notes are long.
    pub(crate) fn open(self) -> (Figure, Rect) {
        let room = HEIGHT - HEAD - TAIL - self.foot();
        self.with_room(room.max(LEAST))
    }

    /// The figure and a room of `height` for its plots.
    pub(crate) fn with_room(self, height: f64) -> (Figure, Rect) {
        let total = (HEAD + height + self.foot() + TAIL).ceil();
        let mut figure = Figure::new(WIDTH, total);
        let head = label::shorten(&self.heading, 18.0, ROOM);
        figure.write(Text::new(Point::new(MARGIN, 30.0), head).size(18.0));
        let title = label::shorten(&self.title, 12.5, ROOM);
        figure.write(Text::new(Point::new(MARGIN, 48.0), title).size(12.5).ink(Ink::QUIET));
        let mut y = HEAD + height + GAP;
        if !self.legend.is_empty() {
            let legend = Legend::new(self.legend.clone(), ROOM);
            legend.draw(&mut figure, Point::new(MARGIN, y));
            y += legend.height() + 2.0;
        }
        for line in self.lines() {
            y += NOTE_ROW;
            let note = Text::new(Point::new(MARGIN, y - 3.0), line);
            figure.write(note.size(NOTE_SIZE).ink(Ink::QUIET));
        }
        (figure, Rect::new(MARGIN, HEAD, WIDTH - MARGIN, HEAD + height))
    }

    /// The height of what stands below the plots.
    fn foot(&self) -> f64 {
        let legend = match self.legend.len() {
            0 => 0.0,
            _ => Legend::new(self.legend.clone(), ROOM).height() + 2.0,
        };
        let foot = legend + self.lines().len() as f64 * NOTE_ROW;
        if foot > 0.0 { GAP + foot } else { 0.0 }
    }

    fn lines(&self) -> Vec<String> {
        if self.notes.is_empty() {
            return Vec::new();
        }
        label::wrap(&self.notes.join(" "), NOTE_SIZE, ROOM)
    }
}
