//! Which variants are drawn if there are too many to be told apart: those that a conclusion names.

use super::error::PlotError;
use super::tables::Tables;

/// What several variants are ranked by in a conclusion, the first that all have.
const METRICS: [&str; 3] = ["page_load_mean", "latency_p99", "latency_mean"];

/// How variants come out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranking {
    /// What they are ranked by; none if no table says how they come out.
    pub(super) metric: Option<&'static str>,
    /// The baseline, then the others from good to bad.
    names: Vec<String>,
}

/// The ranking that the summary gives: who cannot keep up comes last.
pub(super) fn ranking(tables: &Tables, unstable: &[String]) -> Result<Ranking, PlotError> {
    let none = Ranking { metric: None, names: Vec::new() };
    let Some(summary) = tables.get("summary") else { return Ok(none) };
    let (Some(metric), Some(mean)) = (summary.find("metric"), summary.find("mean")) else {
        return Ok(none);
    };
    let variant = summary.column("variant")?;
    let mut names = Vec::new();
    if let Some(table) = tables.get("comparison") {
        let baseline = table.column("baseline")?;
        names.extend(table.rows().next().map(|row| row.text(baseline).to_owned()));
    }
    for wanted in METRICS {
        let mut found = Vec::new();
        for row in summary.rows().filter(|row| row.text(metric) == wanted) {
            let name = row.text(variant).to_owned();
            let number = row.number(mean)?.filter(|_| !unstable.contains(&name));
            found.extend(number.map(|number| (number, name)));
        }
        if !found.is_empty() {
            found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            names.extend(found.into_iter().map(|(_, name)| name));
            return Ok(Ranking { metric: Some(wanted), names });
        }
    }
    Ok(none)
}

impl Ranking {
    /// The best `most` of `all`, and after those that are ranked the others in their order.
    pub(super) fn kept(&self, all: &[String], most: usize) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        let ranked = self.names.iter().filter(|name| all.contains(name));
        for name in ranked.chain(all) {
            if kept.len() < most && !kept.contains(name) {
                kept.push(name.clone());
            }
        }
        kept
    }
}
