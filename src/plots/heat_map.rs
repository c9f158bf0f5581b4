//! A metric over the grid of two varied keys: a cell a point, a panel a variant.

use super::draw::estimate::Estimate;
use super::draw::figure::{Anchor, Figure, Text};
use super::draw::geometry::{Point, Rect};
use super::draw::page::Page;
use super::draw::palette::{self, Ink};
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::draw::{font, number};
use super::error::PlotError;
use super::read::{Columns, Reading};
use super::tables::{Table, Tables};
use super::variants::Variants;
use super::{Picture, Plot, metric, note, varied};

pub(super) struct HeatMap;

const CELL: f64 = 34.0;
const BAR: f64 = 84.0;
const NUMBER: f64 = 11.0;
const EMPTY: Ink = Ink(232, 232, 232);

impl Plot for HeatMap {
    fn name(&self) -> &'static str {
        "heat-map"
    }

    fn about(&self) -> &'static str {
        "the main metrics over the grid of two varied keys"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("sweep") else { return Ok(Vec::new()) };
        let sweeps = varied::Sweep::all(table)?;
        let several = sweeps.len() > 1;
        let mut pictures = Vec::new();
        for sweep in sweeps.iter().filter(|sweep| sweep.keys.len() == 2) {
            for metric in sweep.main_metrics() {
                let grid = Grid::read(tables, table, sweep, metric)?;
                let part = match several {
                    true => format!("{}-{metric}", sweep.name),
                    false => metric.to_owned(),
                };
                if let Some(figure) = grid.draw(title) {
                    pictures.push(Picture { part, heading: grid.heading(), figure });
                }
            }
        }
        Ok(pictures)
    }
}

/// One metric of one sweep.
struct Grid<'a> {
    sweep: &'a varied::Sweep,
    metric: &'a str,
    axis: String,
    variants: Variants,
    /// Variant, column, row, and what is known.
    cells: Vec<(usize, usize, usize, Reading)>,
}

impl<'a> Grid<'a> {
    fn read(
        tables: &Tables,
        table: &Table,
        sweep: &'a varied::Sweep,
        metric: &'a str,
    ) -> Result<Self, PlotError> {
        let variants = Variants::of(tables, table)?;
        let (name, variant) = (table.column("sweep")?, table.column("variant")?);
        let columns = Columns::of_metric(table, metric)?;
        let mut cells = Vec::new();
        for row in table.rows().filter(|row| row.text(name) == sweep.name) {
            if let (Some(variant), Some(x), Some(y)) =
                (variants.find(row.text(variant)), sweep.keys[0].slot(row), sweep.keys[1].slot(row))
            {
                cells.push((variant, x, y, columns.read(row)?));
            }
        }
        let axis = metric::axis(metric, &metric::unit(tables, metric)?);
        Ok(Self { sweep, metric, axis, variants, cells })
    }

    fn heading(&self) -> String {
        format!("Sweep “{}”: {}", self.sweep.name, metric::words(self.metric))
    }

    fn known(&self) -> impl Iterator<Item = Estimate> {
        self.cells.iter().filter_map(|(.., reading)| reading.known())
    }

    fn draw(&self, title: &str) -> Option<Figure> {
        let means: Vec<f64> = self.known().map(|estimate| estimate.mean).collect();
        let colours = Colours::new(&means)?;
        let across = if self.variants.len() == 1 { 1 } else { 2 };
        let down = self.variants.len().div_ceil(across);
        let rows = self.sweep.keys[1].count() as f64;
        let height = (rows * CELL + 76.0).clamp(190.0, 480.0);
        let any = |wanted: Reading| self.cells.iter().any(|(.., reading)| *reading == wanted);
        let (mut figure, room) = Page::new(self.heading(), title)
            .note(self.known().any(|e| e.faint), "In brackets: few data.")
            .note(any(Reading::Missing), "A dash: too few data for a number.")
            .note(any(Reading::Unstable), note::UNSTABLE)
            .notes(self.variants.more())
            .with_room(height * down as f64);
        let bar = Rect { left: room.right - BAR, ..room };
        colours.draw_bar(&mut figure, bar, &self.axis);
        let panels = Rect { right: room.right - BAR - 12.0, ..room };
        let rooms = panels.rows(down, 6.0).into_iter().flat_map(|row| row.columns(across, 14.0));
        for (index, room) in rooms.take(self.variants.len()).enumerate() {
            self.draw_panel(&mut figure, room, index, &colours);
        }
        Some(figure)
    }

    fn draw_panel(&self, figure: &mut Figure, room: Rect, index: usize, colours: &Colours) {
        let [x, y] = [0, 1].map(|key| {
            let key = &self.sweep.keys[key];
            Axis::new(key.slots(), key.title())
        });
        let panel = Panel::new(Rect { top: room.top + 20.0, ..room }, x, y);
        if let Some(label) = self.variants.labels(panel.area.width() / 1.1).get(index) {
            let place = Point::new(panel.area.left, room.top + 16.0);
            figure.write(Text::new(place, label.clone()).size(12.0));
        }
        figure.block(panel.area, EMPTY);
        panel.draw(figure);
        for (_, column, row, reading) in self.cells.iter().filter(|cell| cell.0 == index) {
            let (column, row) = (*column as f64, *row as f64);
            let (low, high) = (panel.at(column, row), panel.at(column + 1.0, row + 1.0));
            let cell = Rect::new(low.x + 0.5, high.y + 0.5, high.x - 0.5, low.y - 0.5);
            draw_cell(figure, cell, *reading, colours);
        }
    }
}

fn draw_cell(figure: &mut Figure, cell: Rect, reading: Reading, colours: &Colours) {
    let (ink, text) = match reading {
        Reading::Known(e) if e.faint => {
            (colours.of(e.mean), format!("({})", number::short(e.mean)))
        }
        Reading::Known(e) => (colours.of(e.mean), number::short(e.mean)),
        Reading::Missing => (EMPTY, "–".to_owned()),
        Reading::Unstable => (EMPTY, "unstable".to_owned()),
    };
    figure.block(cell, ink);
    let room = (cell.width() - 4.0) / font::width(&text, 1.0);
    let size = NUMBER.min(room).min(cell.height() - 2.0);
    if size >= 6.0 {
        let middle = cell.centre();
        let place = Point::new(middle.x, middle.y + size * font::CAPITALS / 2.0);
        let text = Text::new(place, text).size(size).ink(ink.readable());
        figure.write(text.anchor(Anchor::Middle));
    }
}

/// The colours of the cells, from the least number to the greatest.
struct Colours {
    scale: Scale,
}

impl Colours {
    /// Nothing if there is no number.
    fn new(means: &[f64]) -> Option<Self> {
        let low = means.iter().copied().reduce(f64::min)?;
        let high = means.iter().copied().reduce(f64::max)?;
        let scale = match Scale::fit(means, 6) {
            log if log.is_log() => log,
            _ => Scale::linear(low, high, 6),
        };
        Some(Self { scale })
    }

    fn of(&self, value: f64) -> Ink {
        palette::viridis(self.scale.place(value))
    }

    fn draw_bar(&self, figure: &mut Figure, room: Rect, title: &str) {
        const STEPS: u32 = 64;
        let height = (room.height() - 96.0).min(260.0);
        let top = room.top + 24.0;
        let left = room.right - 14.0;
        for step in 0..STEPS {
            let (from, to) = (f64::from(step), f64::from(step + 1));
            let bottom = top + height * (1.0 - from / f64::from(STEPS));
            let above = top + height * (1.0 - to / f64::from(STEPS));
            let ink = palette::viridis((from + 0.5) / f64::from(STEPS));
            figure.block(Rect::new(left, above, room.right, bottom), ink);
        }
        let area = Rect::new(left, top, room.right, top + height);
        Panel::beside(area, Axis::new(self.scale.clone(), title)).draw_y(figure);
    }
}
