//! How variants differ from the baseline: ratios, or differences where there is no ratio.

use super::Folder;
use super::figures::figure_of;
use super::html::{Cell, Line, element, section, table};
use super::summary::{about, names};
use crate::plots::{Column, PlotError, Row, Table};
use crate::stats::Rounded;

/// The columns that are read.
struct Columns {
    metric: Column,
    baseline: Column,
    variant: Column,
    ratio: [Column; 3],
    significant: Column,
    status: Column,
}

impl Columns {
    fn of(table: &Table) -> Result<Self, PlotError> {
        let column = |name| table.column(name);
        Ok(Self {
            metric: column("metric")?,
            baseline: column("baseline")?,
            variant: column("variant")?,
            ratio: [column("ratio")?, column("ratio_low")?, column("ratio_high")?],
            significant: column("significant")?,
            status: column("status")?,
        })
    }

    /// The ratio of `row` with its interval; none if there is no ratio.
    fn cell(&self, row: Row<'_>) -> Result<Option<Cell>, PlotError> {
        let [ratio, low, high] = self.ratio.map(|column| row.number(column));
        let (Some(ratio), Some(low), Some(high)) = (ratio?, low?, high?) else { return Ok(None) };
        let half = (high - low) / 2.0;
        let end = |value: f64| Rounded::new(value, half).value;
        let text = format!("\u{d7} {} [{}, {}]", end(ratio), end(low), end(high));
        let is_real = row.text(self.significant) == "true";
        let word = match (is_real, ratio < 1.0) {
            (true, true) => "lower",
            (true, false) => "higher",
            (false, _) => "none shown",
        };
        let cell = figure_of(row.text(self.status), format!("{text}, {word}"));
        Ok(Some(if is_real { cell } else { cell.fainter() }))
    }
}

/// The ratios of all metrics that have one, by variant.
pub(super) fn comparison(folder: &Folder<'_>) -> Result<String, PlotError> {
    let Some(table) = folder.tables.get("comparison") else { return Ok(String::new()) };
    let columns = Columns::of(table)?;
    let (variants, baselines) = (names(table, "variant")?, names(table, "baseline")?);
    let mut lines = Vec::new();
    for metric in names(table, "metric")? {
        let mut cells = vec![Cell::of("faint", "-"); variants.len()];
        let mut has_ratio = false;
        for row in table.rows().filter(|row| row.text(columns.metric) == metric) {
            let place = variants.iter().position(|name| name == row.text(columns.variant));
            if let Some((place, cell)) = place.zip(columns.cell(row)?) {
                cells[place] = cell;
                has_ratio = true;
            }
        }
        if has_ratio {
            let about = about(&metric).to_owned();
            lines.push(Line { head: metric, about, cells });
        }
    }
    let baseline = table.rows().next().map_or("", |row| row.text(columns.baseline));
    let caption = if baselines.len() > 1 {
        "Ratio to the baseline of the same name".to_owned()
    } else {
        format!("Ratio to {baseline}")
    };
    let heads: Vec<String> = std::iter::once(String::new()).chain(variants).collect();
    let mut html = self::table(&caption, &heads, &lines);
    for sentence in folder.sentences("assumptions") {
        html.push_str(&element("p class=\"legend\"", &super::head::plain(sentence)));
    }
    Ok(section("Comparison", &html))
}
