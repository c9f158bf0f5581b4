//! What happens at the nodes, each variant in a table of its own.

use super::Folder;
use super::figures::Columns;
use super::html::{Cell, Line, section, table};
use super::summary::names;
use crate::plots::{PlotError, Table};

/// Metrics from left to right, each with its heading; those that occur nowhere are left out.
const SHOWN: [(&str, &str); 9] = [
    ("utilisation", "utilisation"),
    ("arrival_rate", "arrivals (1/s)"),
    ("wait_mean", "wait, mean (ms)"),
    ("wait_p99", "wait, p99 (ms)"),
    ("in_system_mean", "in system"),
    ("hit_ratio", "hits"),
    ("refused_ratio", "refused"),
    ("dropped_ratio", "dropped"),
    ("abandoned_ratio", "abandoned"),
];

/// The nodes of all variants, as wholes: no replicas and no classes apart.
pub(super) fn nodes(folder: &Folder<'_>) -> Result<String, PlotError> {
    let Some(table) = folder.tables.get("nodes") else { return Ok(String::new()) };
    let mut html = String::new();
    for variant in names(table, "variant")? {
        html.push_str(&of(table, &variant)?);
    }
    Ok(section("Nodes", &html))
}

fn of(table: &Table, variant: &str) -> Result<String, PlotError> {
    let (of, node) = (table.column("variant")?, table.column("node")?);
    let (replica, class) = (table.column("replica")?, table.column("class")?);
    let metric = table.column("metric")?;
    let columns = Columns::of(table)?;
    let mut lines: Vec<Line> = Vec::new();
    let mut occurs = [false; SHOWN.len()];
    let whole = table.rows().filter(|row| {
        row.text(of) == variant && row.text(replica).is_empty() && row.text(class).is_empty()
    });
    for row in whole {
        let place = SHOWN.iter().position(|(name, _)| *name == row.text(metric));
        let Some(place) = place else { continue };
        let name = row.text(node);
        if lines.last().is_none_or(|line| line.head != name) {
            let cells = vec![Cell::of("faint", "-"); SHOWN.len()];
            lines.push(Line { head: name.to_owned(), about: String::new(), cells });
        }
        if let Some(line) = lines.last_mut() {
            line.cells[place] = columns.figure(row)?;
        }
        occurs[place] |= columns.occurs(row);
    }
    for line in &mut lines {
        let mut shown = occurs.iter();
        line.cells.retain(|_| shown.next().is_some_and(|it| *it));
    }
    let heads = SHOWN.iter().zip(occurs).filter(|(_, occurs)| *occurs);
    let heads: Vec<String> = std::iter::once("node")
        .chain(heads.map(|((_, head), _)| *head))
        .map(str::to_owned)
        .collect();
    Ok(self::table(variant, &heads, &lines))
}
