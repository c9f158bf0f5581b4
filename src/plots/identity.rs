//! What it costs each variant to know who asks, and what that is worth to a thief, side by side.

use super::draw::estimate::{self, Estimate};
use super::draw::group::Groups;
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::read::{Columns, Reading};
use super::tables::{Table, Tables};
use super::variants::Variants;
use super::{Picture, Plot, note};

pub(super) struct Identity;

/// The metrics of the panels from top to bottom, what their axes say, and the factor to that.
const METRICS: [(&str, &str, f64); 7] = [
    ("authorised_latency_mean", "latency (ms)", 1.0),
    ("store_lookups", "look-ups (1/s)", 1.0),
    ("store_writes", "writes (1/s)", 1.0),
    ("identity_cores", "CPU (cores)", 1.0),
    ("credential_bytes", "bytes shown", 1.0),
    ("forced_logins", "forced (1/s)", 1.0),
    ("exposure_mean", "exposed (s)", 1e-3),
];

/// The height of a panel with what stands between it and the next.
const PANEL: f64 = 92.0;

const HEADING: &str = "What it costs to know who asks";

impl Plot for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn about(&self) -> &'static str {
        "latency, load on stores, CPU, bytes and exposure of each scheme"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("summary") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let mut rows = Vec::new();
        for (metric, axis, factor) in METRICS {
            let bars = bars(table, &variants, metric, factor)?;
            // Nothing is shown of what is nothing everywhere.
            if bars.iter().any(|(_, bar)| bar.mean > 0.0) {
                rows.push((metric, axis, bars));
            }
        }
        // Scenarios in which nobody is asked have none of these.
        if rows.len() < 2 {
            return Ok(Vec::new());
        }
        let known = || rows.iter().flat_map(|(.., bars)| bars.iter().map(|(_, bar)| bar));
        let (mut figure, room) = Page::new(HEADING, title)
            .legend(variants.legend(Sign::Bar))
            .note(known().any(|e| e.interval.is_some()), note::WHISKERS)
            .note(known().any(|e| e.faint), note::FEW_BARS)
            .note(
                rows.iter().any(|(metric, ..)| *metric == "exposure_mean"),
                "Exposed: how long a stolen credential works, of those that ended in the run.",
            )
            .note(variants.any_unstable(), note::UNSTABLE)
            .notes(variants.more())
            .with_room(PANEL * rows.len() as f64);
        let axes = rows.iter().map(|(_, axis, bars)| {
            let bars: Vec<Estimate> = bars.iter().map(|(_, bar)| *bar).collect();
            let most = estimate::extent(&bars).into_iter().fold(0.0, f64::max);
            let x = Axis::new(Scale::slots(&[String::new()]), "").bare();
            (x, Axis::new(Scale::from_zero(most, 3), *axis))
        });
        for (panel, (.., bars)) in Panel::stack(room, axes.collect()).iter().zip(&rows) {
            panel.draw(&mut figure);
            let groups = Groups { panel, lying: false, members: variants.len() };
            for (place, bar) in bars {
                if let Some(variant) = variants.iter().nth(*place) {
                    groups.draw(&mut figure, (0, *place), *bar, &variant.series);
                }
            }
        }
        Ok(vec![Picture::only(HEADING, figure)])
    }
}

/// What is known of a metric, with the places of the variants.
fn bars(
    table: &Table,
    variants: &Variants,
    wanted: &str,
    factor: f64,
) -> Result<Vec<(usize, Estimate)>, PlotError> {
    let (variant, metric) = (table.column("variant")?, table.column("metric")?);
    let columns = Columns::usual(table)?;
    let mut bars = Vec::new();
    for row in table.rows().filter(|row| row.text(metric) == wanted) {
        let reading: Reading = columns.read(row)?.times(factor);
        if let (Some(place), Some(bar)) = (variants.find(row.text(variant)), reading.known()) {
            bars.push((place, bar));
        }
    }
    Ok(bars)
}
