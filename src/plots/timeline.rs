//! Goodput, requests in the system and latency as the run went on.

use super::error::PlotError;
use super::over_time::{self, Strip};
use super::read::Columns;
use super::tables::Tables;
use super::variants::Variants;
use super::{Picture, Plot};

pub(super) struct Timeline;

const HEADING: &str = "Goodput, requests in the system and latency over time";
const HEADING_SCALED: &str = "Goodput, requests, latency and replicas over time";

/// What the panels show from top to bottom: titles, and metrics of which the first is taken that
/// has numbers.
const STRIPS: [(&str, &[&str]); 4] = [
    ("goodput (1/s)", &["goodput"]),
    ("in system (requests)", &["in_system", "queue"]),
    ("mean latency, by end (ms)", &["latency_mean"]),
    ("replicas on, of who scales", &["replicas_on"]),
];

impl Plot for Timeline {
    fn name(&self) -> &'static str {
        "timeline"
    }

    fn about(&self) -> &'static str {
        "goodput, requests in the system and, at the time at which requests end, latency"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        let Some(table) = tables.get("timeline") else { return Ok(Vec::new()) };
        let variants = Variants::of(tables, table)?;
        let (variant, node) = (table.column("variant")?, table.column("node")?);
        let (metric, t) = (table.column("metric")?, table.column("t_s")?);
        let columns = Columns::usual(table)?;
        let mut strips = Vec::new();
        for (name, metrics) in STRIPS {
            for wanted in metrics {
                let mut strip = Strip::new(name, &variants);
                for row in table.rows() {
                    if row.text(node) != "*" || row.text(metric) != *wanted {
                        continue;
                    }
                    if let (Some(index), Some(t)) =
                        (variants.find(row.text(variant)), row.number(t)?)
                    {
                        strip.push(index, t, columns.read(row)?.known());
                    }
                }
                if !strip.is_empty() {
                    strips.push(strip);
                    break;
                }
            }
        }
        let heading = if strips.len() == STRIPS.len() { HEADING_SCALED } else { HEADING };
        Ok(over_time::draw(heading, title, &strips, &variants).into_iter().collect())
    }
}
