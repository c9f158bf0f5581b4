//! Numbers out of the tables of a result, as the terminal writes them.

use super::html::Cell;
use crate::metrics::Unit;
use crate::plots::{Column, PlotError, Row, Table};
use crate::report::terminal::number;
use crate::stats::{Interval, Status};

/// The columns that make a figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    unit: Column,
    mean: Column,
    low: Column,
    high: Column,
    status: Column,
}

impl Columns {
    /// Those of a table of metrics.
    ///
    /// # Errors
    /// If one is missing.
    pub(super) fn of(table: &Table) -> Result<Self, PlotError> {
        Ok(Self {
            unit: table.column("unit")?,
            mean: table.column("mean")?,
            low: table.column("ci_low")?,
            high: table.column("ci_high")?,
            status: table.column("status")?,
        })
    }

    /// What `row` says; only a share has its unit with it.
    ///
    /// # Errors
    /// If a cell holds no number.
    pub(super) fn figure(&self, row: Row<'_>) -> Result<Cell, PlotError> {
        let Some(mean) = row.number(self.mean)? else {
            return Ok(match row.text(self.status) {
                "unstable" => Cell::of("bad", "unstable"),
                _ => Cell::of("faint", "-"),
            });
        };
        let ends = row.number(self.low)?.zip(row.number(self.high)?);
        let interval = ends.map(|(low, high)| Interval { mean, low, high });
        let unit = Unit::named(row.text(self.unit)).unwrap_or(Unit::Count);
        Ok(figure_of(row.text(self.status), number(unit, mean, interval)))
    }

    /// The name of the metric of `row` with its unit, where figures need one.
    pub(super) fn named(&self, name: &str, row: Row<'_>) -> String {
        match row.text(self.unit) {
            "share" | "count" | "" => name.to_owned(),
            unit => format!("{name} ({unit})"),
        }
    }

    /// Whether there is a number, and not a zero.
    pub(super) fn occurs(&self, row: Row<'_>) -> bool {
        row.number(self.mean).is_ok_and(|mean| mean.is_some_and(|mean| mean > 0.0))
    }
}

/// `figure` with the mark of what it is worth.
pub(super) fn figure_of(status: &str, figure: String) -> Cell {
    if status == Status::FewData.text() {
        Cell::of("faint", format!("~{figure}"))
    } else if status == Status::Insufficient.text() {
        Cell::of("faint", "-")
    } else if status == Status::Unstable.text() {
        Cell::of("bad", "unstable")
    } else {
        Cell::plain(figure)
    }
}
