//! Estimates out of rows.

use super::draw::estimate::Estimate;
use super::error::PlotError;
use super::tables::{Column, Row, Table};

/// The columns that make an estimate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    mean: Column,
    low: Column,
    high: Column,
    status: Option<Column>,
}

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// A number, possibly a doubtful one.
    Known(Estimate),
    /// Too few data for any.
    Missing,
    /// A queue grows without end, so that there is none.
    Unstable,
}

impl Columns {
    /// The columns of these names; `status` is looked for and may be absent.
    pub(super) fn new(table: &Table, names: [&str; 3]) -> Result<Self, PlotError> {
        Ok(Self {
            mean: table.column(names[0])?,
            low: table.column(names[1])?,
            high: table.column(names[2])?,
            status: table.find("status"),
        })
    }

    /// The columns of `metric` in a table that has some for each metric, where `{metric}_status`
    /// says what this number is worth; without such a column the row's `status` does.
    pub(super) fn of_metric(table: &Table, metric: &str) -> Result<Self, PlotError> {
        let columns =
            Self::new(table, [metric, &format!("{metric}_low"), &format!("{metric}_high")])?;
        let own = table.find(&format!("{metric}_status"));
        Ok(Self { status: own.or(columns.status), ..columns })
    }

    /// The columns of most tables.
    pub(super) fn usual(table: &Table) -> Result<Self, PlotError> {
        Self::new(table, ["mean", "ci_low", "ci_high"])
    }

    /// What `row` says. An interval with one end only is none.
    pub(super) fn read(&self, row: Row<'_>) -> Result<Reading, PlotError> {
        let status = self.status.map_or("ok", |column| row.text(column));
        if status == "unstable" {
            return Ok(Reading::Unstable);
        }
        let interval = row.number(self.low)?.zip(row.number(self.high)?);
        Ok(match row.number(self.mean)? {
            Some(mean) if status != "insufficient" => {
                Reading::Known(Estimate { mean, interval, faint: status == "few-data" })
            }
            Some(_) | None => Reading::Missing,
        })
    }
}

impl Reading {
    /// The number, if there is one.
    pub(super) fn known(self) -> Option<Estimate> {
        match self {
            Self::Known(estimate) => Some(estimate),
            Self::Missing | Self::Unstable => None,
        }
    }

    /// The same reading in another unit.
    pub(super) fn times(self, factor: f64) -> Self {
        match self {
            Self::Known(e) => Self::Known(Estimate {
                mean: e.mean * factor,
                interval: e.interval.map(|(low, high)| (low * factor, high * factor)),
                faint: e.faint,
            }),
            Self::Missing | Self::Unstable => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::Tables;

    fn read(cells: &str) -> Reading {
        let mut tables = Tables::new();
        tables.insert("t", &format!("mean,ci_low,ci_high,status\n{cells}\n")).unwrap();
        let table = tables.get("t").unwrap();
        Columns::usual(table).unwrap().read(table.rows().next().unwrap()).unwrap()
    }

    #[test]
    fn the_status_decides_what_a_row_says() {
        let estimate = Estimate { mean: 2.0, interval: Some((1.0, 3.0)), faint: false };
        assert_eq!(read("2,1,3,ok"), Reading::Known(estimate));
        assert_eq!(read("2,1,3,few-data"), Reading::Known(Estimate { faint: true, ..estimate }));
        assert_eq!(read("2,1,3,insufficient"), Reading::Missing);
        assert_eq!(read("2,1,3,unstable"), Reading::Unstable);
    }

    #[test]
    fn the_status_of_a_metric_goes_before_that_of_the_row() {
        let mut tables = Tables::new();
        let text = "m,m_low,m_high,m_status,n,n_low,n_high,status\n2,1,3,few-data,2,1,3,ok\n";
        tables.insert("t", text).unwrap();
        let table = tables.get("t").unwrap();
        let is_faint = |metric| {
            let columns = Columns::of_metric(table, metric).unwrap();
            columns.read(table.rows().next().unwrap()).unwrap().known().unwrap().faint
        };
        assert_eq!([is_faint("m"), is_faint("n")], [true, false]);
    }

    #[test]
    fn half_an_interval_is_none() {
        assert_eq!(
            read("2,1,,ok"),
            Reading::Known(Estimate { mean: 2.0, interval: None, faint: false })
        );
    }
}
