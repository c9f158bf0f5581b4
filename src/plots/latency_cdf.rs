//! The distribution of latency: which share of successes was at most how slow.
//!
//! The vertical axis gives each further nine of the share the same room, since what people ask for
//! lies beyond the 99th percentile, where an ordinary axis shows nothing.

use super::draw::curve::{self, Curve};
use super::draw::legend::Sign;
use super::draw::page::Page;
use super::draw::panel::{Along, Axis, Panel};
use super::draw::scale::Scale;
use super::error::PlotError;
use super::read::Columns;
use super::tables::{Table, Tables};
use super::variants::Variants;
use super::{Picture, Plot, note};

pub(super) struct LatencyCdf;

impl Plot for LatencyCdf {
    fn name(&self) -> &'static str {
        "latency-cdf"
    }

    fn about(&self) -> &'static str {
        "share of successes at most so slow, with the tail drawn out"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("latency") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let curves = curves(table, &variants)?;
        let values = curve::extent(&curves);
        let highest = curves.iter().flat_map(Curve::places).fold(0.0, f64::max);
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let x = Axis::new(Scale::fit(&values, 9), "latency (ms)");
        let y = Axis::new(Scale::tail(highest), "share of successes that were no slower");
        let zeros = x.scale.is_log() && values.iter().any(|value| *value <= 0.0);
        let heading = "Distribution of latency";
        let (mut figure, room) = Page::new(heading, title)
            .legend(variants.legend(Sign::Line))
            .note(curves.iter().any(Curve::has_intervals), note::BANDS)
            .note(curves.iter().any(Curve::is_faint), note::FEW_LINES)
            .note(zeros, note::ZEROS)
            .note(variants.any_unstable(), note::UNSTABLE)
            .notes(variants.more())
            .open();
        let panel = Panel::new(room, x, y);
        panel.draw(&mut figure);
        curve::draw_all(&mut figure, &panel, &curves);
        Ok(vec![Picture::only(heading, figure)])
    }
}

/// One curve a variant, over all clients and endpoints.
fn curves(table: &Table, variants: &Variants) -> Result<Vec<Curve>, PlotError> {
    let (variant, quantile) = (table.column("variant")?, table.column("quantile")?);
    let (client, endpoint) = (table.column("client")?, table.column("endpoint")?);
    let columns = Columns::new(table, ["value_ms", "ci_low", "ci_high"])?;
    let mut points = vec![Vec::new(); variants.len()];
    for row in table.rows() {
        let all = row.text(client) == "*" && row.text(endpoint) == "*";
        if let (true, Some(index)) = (all, variants.find(row.text(variant)))
            && let Some(quantile) = row.number(quantile)?
        {
            points[index].push((quantile, columns.read(row)?.known()));
        }
    }
    let curve = |(variant, mut points): (&super::variants::Variant, Vec<(f64, _)>)| {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let series = variant.series;
        Curve { series, points, along: Along::X, markers: false, joined: true }
    };
    Ok(variants.iter().zip(points).map(curve).collect())
}
