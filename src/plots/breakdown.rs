//! Where the time of a request goes: the parts of its critical path.

use super::draw::figure::{Figure, Text};
use super::draw::font;
use super::draw::geometry::{Point, Rect};
use super::draw::legend::{Entry, Sign};
use super::draw::page::Page;
use super::draw::palette::{self, Ink};
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::draw::{bar, number};
use super::error::PlotError;
use super::tables::{Table, Tables};
use super::variants::{Variants, push_new};
use super::{Picture, Plot, note};

pub(super) struct Breakdown;

/// The parts in the order in which a request meets them, with the words for them.
const PARTS: [(&str, &str); 8] = [
    ("network", "network"),
    ("connect", "connecting"),
    ("tls", "TLS"),
    ("queue", "queueing"),
    ("service", "service"),
    ("auth", "authentication"),
    ("downstream", "downstream"),
    ("backoff", "back-off"),
];

/// The bands, and what stands over their panels.
const BANDS: [(&str, &str); 2] = [("all", "All requests"), ("p99+", "The slowest 1 % of requests")];

const TOTAL: f64 = 10.5;

impl Plot for Breakdown {
    fn name(&self) -> &'static str {
        "breakdown"
    }

    fn about(&self) -> &'static str {
        "where the time of a request goes, for all and for the slowest"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("breakdown") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let column = table.column("endpoint")?;
        let mut endpoints = Vec::new();
        for row in table.rows() {
            push_new(&mut endpoints, row.text(column));
        }
        if endpoints.iter().any(|endpoint| endpoint == "*") {
            endpoints = vec!["*".to_owned()];
        }
        let several = endpoints.len() > 1;
        let mut pictures = Vec::new();
        for endpoint in endpoints {
            let stacks = Stacks::read(table, &variants, &endpoint)?;
            let part = if several { endpoint.clone() } else { String::new() };
            let heading = match endpoint.as_str() {
                "*" => "Where the time goes".to_owned(),
                name => format!("Where the time goes: {name}"),
            };
            if let Some(figure) = stacks.draw(&heading, title, &variants) {
                pictures.push(Picture { part, heading, figure });
            }
        }
        Ok(pictures)
    }
}

/// By band and variant: the parts that have a number, in milliseconds.
struct Stacks(Vec<Vec<Vec<(usize, f64)>>>);

impl Stacks {
    fn read(table: &Table, variants: &Variants, endpoint: &str) -> Result<Self, PlotError> {
        let (variant, of) = (table.column("variant")?, table.column("endpoint")?);
        let (band, part) = (table.column("band")?, table.column("part")?);
        let mean = table.column("mean_ms")?;
        let mut stacks = vec![vec![Vec::new(); variants.len()]; BANDS.len()];
        for row in table.rows().filter(|row| row.text(of) == endpoint) {
            let band = BANDS.iter().position(|(name, _)| *name == row.text(band));
            let part = PARTS.iter().position(|(name, _)| *name == row.text(part));
            let variant = variants.find(row.text(variant));
            if let (Some(band), Some(variant), Some(part), Some(mean)) =
                (band, variant, part, row.number(mean)?)
            {
                stacks[band][variant].push((part, mean));
            }
        }
        stacks.iter_mut().flatten().for_each(|stack| stack.sort_by_key(|(part, _)| *part));
        Ok(Self(stacks))
    }

    fn draw(&self, heading: &str, title: &str, variants: &Variants) -> Option<Figure> {
        let drawn: Vec<usize> =
            (0..BANDS.len()).filter(|band| self.0[*band].iter().any(|s| !s.is_empty())).collect();
        if drawn.is_empty() {
            return None;
        }
        let missing = drawn.iter().any(|band| self.0[*band].iter().any(Vec::is_empty));
        let height = 24.0 * variants.len() as f64 + 84.0;
        let (mut figure, room) = Page::new(heading, title)
            .legend(self.legend())
            .note(missing, note::NO_NUMBER)
            .note(variants.any_unstable(), note::UNSTABLE)
            .notes(variants.more())
            .with_room(height * drawn.len() as f64);
        for (band, room) in drawn.iter().zip(room.rows(drawn.len(), 8.0)) {
            let place = Point::new(room.left, room.top + 14.0);
            figure.write(Text::new(place, BANDS[*band].1).size(13.0));
            let room = Rect { top: room.top + 20.0, ..room };
            draw_band(&mut figure, room, &self.0[*band], variants);
        }
        Some(figure)
    }

    /// The parts that occur.
    fn legend(&self) -> Vec<Entry> {
        let occurs = |part: usize| {
            self.0.iter().flatten().flatten().any(|(own, mean)| *own == part && *mean > 0.0)
        };
        (0..PARTS.len())
            .filter(|part| occurs(*part))
            .map(|part| Entry {
                label: PARTS[part].1.to_owned(),
                series: palette::series(part),
                sign: Sign::Bar,
            })
            .collect()
    }
}

fn draw_band(figure: &mut Figure, room: Rect, stacks: &[Vec<(usize, f64)>], variants: &Variants) {
    let total = |stack: &Vec<(usize, f64)>| stack.iter().map(|(_, mean)| mean).sum::<f64>();
    let longest = stacks.iter().map(total).fold(0.0, f64::max);
    let names: Vec<String> = variants.iter().rev().map(|variant| variant.label.clone()).collect();
    let x = Axis::new(Scale::from_zero(longest * 1.08, 8), "mean time (ms)");
    let panel = Panel::new(room, x, Axis::new(Scale::slots(&names), ""));
    panel.draw(figure);
    for (index, stack) in stacks.iter().enumerate().filter(|(_, stack)| !stack.is_empty()) {
        let slot = (variants.len() - 1 - index) as f64;
        let mut reached = 0.0;
        for (part, mean) in stack {
            let from = panel.at(reached, slot + 0.84);
            reached += mean;
            let to = panel.at(reached, slot + 0.16);
            let rect = Rect::new(from.x, from.y, to.x, to.y);
            bar::solid(figure, rect, &palette::series(*part));
        }
        let end = panel.at(reached, slot + 0.5);
        let place = Point::new(end.x + 5.0, end.y + TOTAL * font::CAPITALS / 2.0);
        figure.write(Text::new(place, number::short(reached)).size(TOTAL).ink(Ink::TEXT));
    }
}
