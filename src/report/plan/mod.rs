//! `plan.csv`: for every load and machine the smallest number of replicas that meets the
//! objectives, what that costs, and which machine is cheapest; and the manifest beside it.
//!
//! The smallest number is a claim about two: itself, which is shown to meet the objectives, and
//! the one below, which was run as well and is not. Both stand in each row.

mod run;
mod sentence;

use serde_json::{Value, json};

use super::manifest::{SCHEMA, written};
use super::sheet::{Cell, Sheet};
use super::sweep::reading;
use super::{Provenance, ResultFile, digest};
use crate::study::SweepReading;

pub use run::{Objective, PlanRun, Unshown};
pub use sentence::plan_sentences;

/// Figures of a computed load that are told at least.
const LEAST_FIGURES: usize = 4;

/// Prices are alike if they differ by less than this share: the bytes of priced links are counted,
/// so that equal machines may cost a little more or less.
const ALIKE: f64 = 1e-3;

/// What is shown beside the objectives: latency is that of successes.
const SUCCESS: &str = "success_ratio";

/// What a plan came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanTable {
    /// The node that is planned.
    pub node: String,
    /// Its machines.
    pub machines: Vec<String>,
    /// The numbers of replicas among which the smallest was looked for, going up.
    pub replicas: Vec<u32>,
    /// The key that is the load.
    pub key: String,
    /// The loads, going up.
    pub loads: Vec<String>,
    /// What the objectives are about.
    pub objectives: Vec<Objective>,
    /// All variants at all loads on all machines, in this order.
    pub cells: Vec<PlanCell>,
    /// How many designs were run.
    pub runs: usize,
    /// The observable fingerprints of all that was run, in one.
    pub fingerprint: String,
    /// Events of all that was run.
    pub events: u64,
}

/// One machine under one load.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanCell {
    /// The variant.
    pub variant: String,
    /// The place of the load.
    pub load: usize,
    /// The place of the machine.
    pub machine: usize,
    /// The smallest number of replicas that meets the objectives, if one does.
    pub enough: Option<PlanRun>,
    /// A number that was run and is not shown to meet them: the neighbour below the smallest. If
    /// none meets them, of those that stand best the largest. None if the first of all is enough.
    pub below: Option<PlanRun>,
    /// All numbers that were run, going up.
    pub looked_at: Vec<u32>,
}

impl PlanCell {
    /// What is claimed: `met` if the number below is not, `least` if there is no number below, and
    /// without any that meets the objectives how that stands which stands best.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match (&self.enough, &self.below) {
            (Some(_), Some(_)) => "met",
            (Some(_), None) => "least",
            (None, below) => below.as_ref().map_or("unknown", PlanRun::word),
        }
    }

    fn cost(&self) -> Option<f64> {
        self.enough.as_ref().and_then(PlanRun::cost)
    }

    /// What is said of the cell rests on these.
    fn runs(&self) -> impl Iterator<Item = &PlanRun> {
        self.enough.iter().chain(&self.below)
    }
}

impl PlanTable {
    /// A load as people read it: with no more figures than tell it from the other loads.
    #[must_use]
    pub fn load(&self, at: usize) -> String {
        let whole = &self.loads[at];
        let short = shortened(whole);
        let is_other = |(place, other): (usize, &String)| place != at && shortened(other) == short;
        if self.loads.iter().enumerate().any(is_other) { whole.clone() } else { short }
    }

    /// The names of the variants, in their order.
    #[must_use]
    pub fn variants(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for cell in &self.cells {
            if !names.contains(&cell.variant.as_str()) {
                names.push(&cell.variant);
            }
        }
        names
    }

    /// Whether no other machine is cheaper under this load: several may be.
    #[must_use]
    pub fn is_cheapest(&self, cell: &PlanCell) -> bool {
        let same = self.cells.iter().filter(|it| it.variant == cell.variant);
        let costs = same.filter(|it| it.load == cell.load).filter_map(PlanCell::cost);
        let least = costs.fold(f64::INFINITY, f64::min);
        cell.cost().is_some_and(|cost| cost <= least * (1.0 + ALIKE))
    }

    /// The metrics that are told of each number: those of objectives, and how many succeed.
    fn metrics(&self) -> Vec<&'static str> {
        let mut metrics: Vec<&'static str> = self.objectives.iter().map(|it| it.metric).collect();
        if !metrics.contains(&SUCCESS) {
            metrics.push(SUCCESS);
        }
        metrics
    }

    /// Whether some machine meets the objectives at every load in every variant.
    #[must_use]
    pub fn is_met(&self) -> bool {
        let has_one = |(variant, load): (&str, usize)| {
            let here = self.cells.iter().filter(|it| it.variant == variant && it.load == load);
            here.into_iter().any(|it| it.enough.is_some())
        };
        let loads = 0..self.loads.len();
        let all = self.variants().into_iter();
        all.flat_map(|name| loads.clone().map(move |load| (name, load))).all(has_one)
    }
}

/// The files of a plan: the manifest and the table.
#[must_use]
pub fn plan_files(provenance: &Provenance, table: &PlanTable) -> Vec<ResultFile> {
    vec![written(&manifest(provenance, table)), sheet(table)]
}

/// The plan as one value: the manifest's keys, `"rows"` with what stands in the table, and
/// `"conclusion"` with the answers.
#[must_use]
pub fn plan_json(provenance: &Provenance, table: &PlanTable) -> Value {
    let run = |it: &PlanRun| {
        let metrics = table.metrics().into_iter().filter_map(|metric| {
            let found = it.row.metrics.get(metric)?;
            Some((metric.to_owned(), reading(found)))
        });
        json!({
            "replicas": it.replicas,
            "slo": it.slo.word(),
            "unstable": it.is_unstable,
            "cost_per_hour": it.cost(),
            "metrics": metrics.collect::<serde_json::Map<_, _>>(),
        })
    };
    let row = |cell: &PlanCell| {
        json!({
            "variant": cell.variant,
            "load": table.loads[cell.load],
            "machine": table.machines[cell.machine],
            "enough": cell.enough.as_ref().map(run),
            "below": cell.below.as_ref().map(run),
            "looked_at": cell.looked_at,
            "status": cell.status(),
            "cheapest": table.is_cheapest(cell),
        })
    };
    let mut value = manifest(provenance, table);
    value["rows"] = table.cells.iter().map(row).collect();
    value
}

fn manifest(provenance: &Provenance, table: &PlanTable) -> Value {
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "schema": SCHEMA,
        "scenario": provenance.scenario,
        "title": provenance.title,
        "command": provenance.command,
        "seed": provenance.seed,
        "overlays": provenance.overlays,
        "fingerprint": digest(&table.fingerprint),
        "conclusion": plan_sentences(table),
        "node": table.node,
        "machines": table.machines,
        "replicas": table.replicas,
        "load": table.key,
        "loads": table.loads,
        "variants": table.variants(),
        "runs": table.runs,
        "events": table.events,
        "digest": provenance.digest,
        "text": provenance.text,
    })
}

fn sheet(table: &PlanTable) -> ResultFile {
    let own = |name: &str| ["", "_low", "_high", "_status"].map(|end| format!("{name}{end}"));
    let mut columns: Vec<String> =
        ["variant", "load", "machine", "replicas", "cost_per_hour"].map(str::to_owned).to_vec();
    columns.extend(table.metrics().into_iter().flat_map(own));
    columns.extend(["below", "below_slo", "looked_at", "status", "cheapest"].map(str::to_owned));
    let mut sheet = Sheet::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let count =
        |run: Option<&PlanRun>| run.map_or(Cell::Empty, |it| Cell::Count(u64::from(it.replicas)));
    for cell in &table.cells {
        let (enough, below) = (cell.enough.as_ref(), cell.below.as_ref());
        let (load, machine) = (&table.loads[cell.load], &table.machines[cell.machine]);
        let mut cells = vec![cell.variant.as_str().into(), load.as_str().into()];
        cells.extend([machine.as_str().into(), count(enough), Cell::Number(cell.cost())]);
        for metric in table.metrics() {
            let reading: Option<&SweepReading> = enough.and_then(|it| it.row.metrics.get(metric));
            cells.extend(reading.map_or([None; 3], |it| it.numbers).map(Cell::Number));
            cells.push(reading.map_or("", |it| it.status.text()).into());
        }
        cells.extend([count(below), below.map_or("", PlanRun::word).into()]);
        let looked_at: Vec<String> = cell.looked_at.iter().map(u32::to_string).collect();
        cells.push(looked_at.join(" ").as_str().into());
        let is_cheapest = if table.is_cheapest(cell) { "yes" } else { "no" };
        cells.extend([cell.status().into(), is_cheapest.into()]);
        sheet.push(&cells);
    }
    sheet.into_file("plan.csv")
}

/// A quantity whose number has at most one digit more than its whole part, or four figures: what
/// is computed between two ends has digits that nobody reads.
fn shortened(label: &str) -> String {
    let is_unit = |c: char| !(c.is_ascii_digit() || c == '.');
    let (number, unit) = label.split_at(label.find(is_unit).unwrap_or(label.len()));
    match number.split_once('.') {
        Some((whole, rest)) => {
            let kept = LEAST_FIGURES.saturating_sub(whole.trim_start_matches('0').len()).max(1);
            let zeros =
                if whole == "0" { rest.len() - rest.trim_start_matches('0').len() } else { 0 };
            if rest.len() <= kept + zeros {
                return label.to_owned();
            }
            number.parse::<f64>().map_or_else(
                |_| label.to_owned(),
                |it| format!("{it:.digits$}{unit}", digits = kept + zeros),
            )
        }
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests;
