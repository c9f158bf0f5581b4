//! The main metrics against the key that a sweep varied.

use super::draw::curve::{self, Curve};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Along, Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::read::{Columns, Reading};
use super::tables::{Table, Tables};
use super::variants::Variants;
use super::{Picture, Plot, metric, note, varied};

pub(super) struct Sweep;

const STRIP: f64 = 172.0;

/// The share of a slot over which the points of a name's variants are spread.
const SPREAD: f64 = 0.6;

impl Plot for Sweep {
    fn name(&self) -> &'static str {
        "sweep"
    }

    fn about(&self) -> &'static str {
        "the main metrics against a varied key, with bands"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("sweep") else { return Ok(Vec::new()) };
        let sweeps = varied::Sweep::all(table)?;
        let several = sweeps.len() > 1;
        let mut pictures = Vec::new();
        for sweep in sweeps.iter().filter(|sweep| sweep.keys.len() == 1) {
            let part = if several { sweep.name.clone() } else { String::new() };
            pictures.extend(Strips::read(tables, table, sweep)?.draw(title, sweep, part));
        }
        Ok(pictures)
    }
}

/// One metric's curves.
struct Strip {
    metric: String,
    title: String,
    curves: Vec<Curve>,
}

struct Strips {
    variants: Variants,
    strips: Vec<Strip>,
    unstable: usize,
    missing: bool,
}

impl Strips {
    fn read(tables: &Tables, table: &Table, sweep: &varied::Sweep) -> Result<Self, PlotError> {
        let variants = Variants::of(tables, table)?;
        let (name, variant) = (table.column("sweep")?, table.column("variant")?);
        let key = &sweep.keys[0];
        let (mut strips, mut unstable, mut missing) = (Vec::new(), 0, false);
        for metric in sweep.main_metrics() {
            let columns = Columns::of_metric(table, metric)?;
            let mut points = vec![Vec::new(); variants.len()];
            unstable = 0;
            for row in table.rows().filter(|row| row.text(name) == sweep.name) {
                let (Some(index), Some(mut place)) =
                    (variants.find(row.text(variant)), key.place(row))
                else {
                    continue;
                };
                if !key.is_number() {
                    let share = (index as f64 + 0.5) / variants.len() as f64 - 0.5;
                    place += SPREAD * share;
                }
                let reading = columns.read(row)?;
                unstable += usize::from(reading == Reading::Unstable);
                missing |= reading == Reading::Missing;
                points[index].push((place, reading.known()));
            }
            let curves = variants.iter().zip(points).map(|(variant, mut points)| {
                points.sort_by(|a, b| a.0.total_cmp(&b.0));
                let (series, joined) = (variant.series, key.is_number());
                Curve { series, points, along: Along::Y, markers: true, joined }
            });
            let title = metric::axis(metric, &metric::unit(tables, metric)?);
            strips.push(Strip { metric: metric.to_owned(), title, curves: curves.collect() });
        }
        strips.retain(|strip| strip.curves.iter().any(|curve| curve.places().next().is_some()));
        Ok(Self { variants, strips, unstable, missing })
    }

    fn draw(&self, title: &str, sweep: &varied::Sweep, part: String) -> Option<Picture> {
        if self.strips.is_empty() {
            return None;
        }
        let key = &sweep.keys[0];
        let sign = if key.is_number() { Sign::LineAndMarker } else { Sign::Marker };
        let curves = || self.strips.iter().flat_map(|strip| &strip.curves);
        let intervals = if key.is_number() { note::BANDS } else { note::WHISKERS };
        let unstable = format!(
            "{} of the points are unstable (a node cannot keep up with its load): no number.",
            self.unstable
        );
        let shown: Vec<String> =
            self.strips.iter().map(|strip| metric::words(&strip.metric)).collect();
        let heading = format!("Sweep “{}”: {}", sweep.name, shown.join(", "));
        let (mut figure, room) = Page::new(heading.clone(), title)
            .legend(self.variants.legend(sign))
            .note(curves().any(Curve::has_intervals), intervals)
            .note(curves().any(Curve::is_faint), note::FEW_MARKERS)
            .note(self.missing, note::NO_NUMBER)
            .note(self.unstable > 0, unstable)
            .notes(self.variants.more())
            .with_room(STRIP * self.strips.len() as f64 + 40.0);
        let x = Axis::new(key.scale(), key.title());
        let axes = self.strips.iter().enumerate().map(|(index, strip)| {
            let y = Axis::new(Scale::fit(&curve::extent(&strip.curves), 5), strip.title.clone());
            (if index + 1 == self.strips.len() { x.clone() } else { x.clone().bare() }, y)
        });
        for (panel, strip) in Panel::stack(room, axes.collect()).iter().zip(&self.strips) {
            panel.draw(&mut figure);
            curve::draw_all(&mut figure, panel, &strip.curves);
        }
        Some(Picture { part, heading, figure })
    }
}
