//! Percentiles of latency side by side, with their intervals.

use super::draw::estimate::{self, Estimate};
use super::draw::group::{Groups, members};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::read::{Columns, Reading};
use super::tables::{Table, Tables};
use super::variants::Variants;
use super::{Picture, Plot, metric, note};

pub(super) struct Percentiles;

const SHOWN: [(&str, &str); 5] = [
    ("latency_p50", "p50"),
    ("latency_p90", "p90"),
    ("latency_p95", "p95"),
    ("latency_p99", "p99"),
    ("latency_p999", "p99.9"),
];

impl Plot for Percentiles {
    fn name(&self) -> &'static str {
        "percentiles"
    }

    fn about(&self) -> &'static str {
        "percentiles of latency by variant, with intervals"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("summary") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let bars = bars(table, &variants)?;
        let known: Vec<Estimate> = bars.iter().filter_map(|bar| bar.reading.known()).collect();
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let mut present: Vec<usize> = bars.iter().map(|bar| bar.percentile).collect();
        present.sort_unstable();
        present.dedup();
        let names: Vec<String> = present.iter().map(|&p| SHOWN[p].1.to_owned()).collect();
        let values = estimate::extent(&known);
        let unit = metric::unit(tables, SHOWN[present[0]].0)?;
        let x = Axis::new(Scale::slots(&names), "percentile");
        let y = Axis::new(Scale::fit(&values, 7), format!("latency ({unit})"));
        let log = y.scale.is_log();
        let few = if log { note::FEW_MARKERS } else { note::FEW_BARS };
        let missing = bars.iter().any(|bar| bar.reading == Reading::Missing);
        let heading = "Percentiles of latency";
        let (mut figure, room) = Page::new(heading, title)
            .legend(variants.legend(if log { Sign::Marker } else { Sign::Bar }))
            .note(known.iter().any(|e| e.interval.is_some()), note::WHISKERS)
            .note(log, note::LOG_POINTS)
            .note(known.iter().any(|e| e.faint), few)
            .note(missing, note::NO_NUMBER)
            .note(variants.any_unstable(), note::UNSTABLE)
            .notes(variants.more())
            .open();
        let panel = Panel::new(room, x, y);
        panel.draw(&mut figure);
        let drawn = bars.iter().filter(|bar| bar.reading.known().is_some());
        let members = members(variants.len(), drawn.map(|bar| bar.variant));
        let groups = Groups { panel: &panel, lying: false, members: members.len() };
        for bar in &bars {
            let group = present.iter().position(|p| *p == bar.percentile);
            let member = members.iter().position(|member| *member == bar.variant);
            let variant = variants.iter().nth(bar.variant);
            if let (Some(group), Some(member), Some(variant), Some(e)) =
                (group, member, variant, bar.reading.known())
            {
                groups.draw(&mut figure, (group, member), e, &variant.series);
            }
        }
        Ok(vec![Picture::only(heading, figure)])
    }
}

struct Bar {
    variant: usize,
    percentile: usize,
    reading: Reading,
}

fn bars(table: &Table, variants: &Variants) -> Result<Vec<Bar>, PlotError> {
    let (variant, metric) = (table.column("variant")?, table.column("metric")?);
    let columns = Columns::usual(table)?;
    let mut bars = Vec::new();
    for row in table.rows() {
        let percentile = SHOWN.iter().position(|(name, _)| *name == row.text(metric));
        if let (Some(percentile), Some(variant)) = (percentile, variants.find(row.text(variant))) {
            bars.push(Bar { variant, percentile, reading: columns.read(row)? });
        }
    }
    Ok(bars)
}
