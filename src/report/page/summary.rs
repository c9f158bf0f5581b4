//! End-to-end numbers: metrics from top to bottom, variants from left to right.

use super::Folder;
use super::figures::Columns;
use super::html::{Cell, Line, details, element, section, table};
use crate::metrics;
use crate::plots::{PlotError, Table};

/// What everybody wants to know first, of those that a result has.
const FIRST: [&str; 16] = [
    "latency_mean",
    "latency_p50",
    "latency_p90",
    "latency_p99",
    "latency_p999",
    "page_load_mean",
    "wait_mean",
    "throughput",
    "success_ratio",
    "hit_ratio",
    "exposure_mean",
    "attack_succeeded",
    "forged_accepted",
    "cost_per_hour",
    "cost_per_million",
    "slo_met",
];

/// The end-to-end metrics; those that few look for stand in a table that opens.
pub(super) fn summary(folder: &Folder<'_>) -> Result<String, PlotError> {
    let Some(table) = folder.tables.get("summary") else { return Ok(String::new()) };
    let columns = Columns::of(table)?;
    let (variants, all) = (names(table, "variant")?, names(table, "metric")?);
    let (mut first, mut more) = (Vec::new(), Vec::new());
    for metric in &all {
        let (line, occurs) = line(table, columns, metric, &variants)?;
        let is_seen = occurs || metric == "slo_met" || metric == "success_ratio";
        match FIRST.iter().position(|name| name == metric) {
            Some(place) if is_seen => first.push((place, line)),
            Some(_) | None => more.push(line),
        }
    }
    first.sort_by_key(|(place, _)| *place);
    let first: Vec<Line> = first.into_iter().map(|(_, line)| line).collect();
    let heads: Vec<String> = std::iter::once(String::new()).chain(variants).collect();
    let legend = element(
        "p class=\"legend\"",
        "\u{b1} is how far the interval reaches to either side. ~: few data, its interval is \
         unreliable. -: no number, for too few data or nothing to measure. unstable: something \
         grows without limit, so no average has a meaning.",
    );
    let first = self::table("End to end", &heads, &first);
    let more = match self::table("All other metrics", &heads, &more) {
        none if none.is_empty() => none,
        more => details("All other metrics", &more),
    };
    Ok(section("Summary", &(first + &legend + &more)))
}

/// The line of `metric`, and whether it occurs in some variant.
fn line(
    table: &Table,
    columns: Columns,
    metric: &str,
    variants: &[String],
) -> Result<(Line, bool), PlotError> {
    let (of, what) = (table.column("variant")?, table.column("metric")?);
    let mut cells = vec![Cell::of("faint", "-"); variants.len()];
    let (mut head, mut occurs) = (metric.to_owned(), false);
    for row in table.rows().filter(|row| row.text(what) == metric) {
        head = columns.named(metric, row);
        let place = variants.iter().position(|name| name == row.text(of));
        if let Some(cell) = place.and_then(|place| cells.get_mut(place)) {
            *cell =
                if metric == "slo_met" { met(columns.occurs(row)) } else { columns.figure(row)? };
        }
        occurs |= columns.occurs(row);
    }
    Ok((Line { head, about: about(metric).to_owned(), cells }, occurs))
}

/// What a metric means; nothing of one that is of another version.
pub(super) fn about(metric: &str) -> &'static str {
    metrics::end_to_end().find(|it| it.name == metric).map_or("", |it| it.about)
}

/// Whether the objectives are met for sure.
fn met(is_met: bool) -> Cell {
    if is_met { Cell::of("good", "met") } else { Cell::of("bad", "not shown to be met") }
}

/// What stands in the column `name`, each once, in the order of the table.
pub(super) fn names(table: &Table, name: &str) -> Result<Vec<String>, PlotError> {
    let column = table.column(name)?;
    let mut names: Vec<String> = Vec::new();
    for row in table.rows() {
        let text = row.text(column);
        if names.iter().all(|other| other != text) {
            names.push(text.to_owned());
        }
    }
    Ok(names)
}
