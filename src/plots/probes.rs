//! What the probes of a scenario counted at their moments.

use super::error::PlotError;
use super::over_time::{self, ByName, Strip};
use super::read::Columns;
use super::tables::Tables;
use super::variants::Variants;
use super::{Picture, Plot};

pub(super) struct Probes;

/// More panels than these would not be looked at.
const MOST: usize = 8;

impl Plot for Probes {
    fn name(&self) -> &'static str {
        "probes"
    }

    fn about(&self) -> &'static str {
        "the number present at the moments of each probe"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("probes") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let (variant, probe) = (table.column("variant")?, table.column("probe")?);
        let t = table.column("t_s")?;
        let columns = Columns::usual(table)?;
        let mut strips = ByName::new();
        for row in table.rows() {
            if let (Some(index), Some(t)) = (variants.find(row.text(variant)), row.number(t)?) {
                let name = row.text(probe);
                strips
                    .entry(name.to_owned())
                    .or_insert_with(|| Strip::new(format!("{name} (number)"), &variants))
                    .push(index, t, columns.read(row)?.known());
            }
        }
        let strips: Vec<Strip> = strips.into_values().take(MOST).collect();
        Ok(over_time::draw("Present at the probes", title, &strips, &variants)
            .into_iter()
            .collect())
    }
}
