//! `sweep.csv`: what every variant came to at every point of a sweep, and the manifest beside it.
//! A metric has four columns: its mean, the two ends of its interval as `_low` and `_high`, and
//! what it is worth as `_status`. `status` at the end is what the mean latency is worth.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::manifest::{SCHEMA, written};
use super::sheet::{Cell, Sheet};
use super::{Provenance, ResultFile, digest};
use crate::metrics::end_to_end;
use crate::study::{SWEEP_METRICS, Shard, SweepReading, SweepRow};

/// The points of a sweep, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepTable {
    /// The name of the sweep.
    pub sweep: String,
    /// The keys that it varies, as dotted paths.
    pub keys: Vec<String>,
    /// How many points the sweep has.
    pub points: usize,
    /// Which part of the sweep this is, if it is not all of it.
    pub shard: Option<Shard>,
    /// All variants at all points, or at those of the shard.
    pub lines: Vec<SweepLine>,
}

/// One variant at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepLine {
    /// The number of the point, from 0.
    pub point: usize,
    /// The variant.
    pub variant: String,
    /// What the keys are set to.
    pub values: Vec<String>,
    /// What it came to.
    pub row: SweepRow,
    /// How it stands to the SLO, if there is one.
    pub slo: Option<String>,
    /// Whether the SLO says how many requests must succeed.
    pub minds_failures: bool,
    /// The observable fingerprint of its replications.
    pub fingerprint: String,
    /// Events of all its replications.
    pub events: u64,
}

impl SweepLine {
    /// The share of requests that failed, if there is a number.
    #[must_use]
    pub fn failing(&self) -> Option<f64> {
        self.row.mean("success_ratio").map(|success| 1.0 - success)
    }
}

/// The files of a sweep: the manifest and the table.
#[must_use]
pub fn sweep_files(provenance: &Provenance, table: &SweepTable) -> Vec<ResultFile> {
    vec![written(&manifest(provenance, table)), sheet(table)]
}

/// The sweep as one value: the manifest's keys, and `"rows"` with what stands in the table.
#[must_use]
pub fn sweep_json(provenance: &Provenance, table: &SweepTable) -> Value {
    let row = |line: &SweepLine| {
        let values = table.keys.iter().zip(&line.values);
        let metrics = line.row.metrics.iter();
        let at_nodes = |readings: &BTreeMap<String, SweepReading>| {
            let each = readings.iter().map(|(node, it)| (node.clone(), reading(it)));
            each.collect::<serde_json::Map<_, _>>()
        };
        json!({
            "point": line.point,
            "variant": line.variant,
            "values": values
                .map(|(key, value)| (key.clone(), json!(value)))
                .collect::<serde_json::Map<_, _>>(),
            "metrics": metrics
                .map(|(name, it)| (name.clone(), reading(it)))
                .collect::<serde_json::Map<_, _>>(),
            "utilisation": at_nodes(&line.row.utilisation),
            "queue_max": at_nodes(&line.row.queue_max),
            "status": line.row.status,
            "slo": line.slo,
        })
    };
    let mut value = manifest(provenance, table);
    value["rows"] = table.lines.iter().map(row).collect();
    value
}

/// A metric as one value.
pub(super) fn reading(it: &SweepReading) -> Value {
    let [mean, low, high] = it.numbers;
    json!({ "mean": mean, "ci_low": low, "ci_high": high, "status": it.status })
}

/// The metrics that have columns: those of every sweep, and all others of which some line has a
/// number, in the order of results.
fn metrics_of(table: &SweepTable) -> Vec<&'static str> {
    let has_number = |name: &str| table.lines.iter().any(|line| line.row.mean(name).is_some());
    let others = end_to_end().map(|it| it.name).filter(|name| !SWEEP_METRICS.contains(name));
    SWEEP_METRICS.into_iter().chain(others.filter(|name| has_number(name))).collect()
}

fn manifest(provenance: &Provenance, table: &SweepTable) -> Value {
    let fingerprints: Vec<&str> = table.lines.iter().map(|it| it.fingerprint.as_str()).collect();
    let variants: BTreeSet<&str> = table.lines.iter().map(|it| it.variant.as_str()).collect();
    let mut manifest = json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "schema": SCHEMA,
        "scenario": provenance.scenario,
        "title": provenance.title,
        "command": provenance.command,
        "seed": provenance.seed,
        "overlays": provenance.overlays,
        "fingerprint": digest(&fingerprints.join(" ")),
        "sweep": table.sweep,
        "keys": table.keys,
        "variants": variants,
        "points": table.points,
        "events": table.lines.iter().map(|line| line.events).sum::<u64>(),
        "digest": provenance.digest,
        "text": provenance.text,
    });
    if let Some(shard) = table.shard {
        let own: BTreeSet<usize> = table.lines.iter().map(|line| line.point).collect();
        manifest["shard"] = json!({ "number": shard.number, "of": shard.of, "points": own.len() });
    }
    manifest
}

/// The readings of one metric at nodes, by their names.
type AtNodes = fn(&SweepRow) -> &BTreeMap<String, SweepReading>;

fn sheet(table: &SweepTable) -> ResultFile {
    let at_nodes: [(&str, AtNodes); 2] =
        [("utilisation", |row| &row.utilisation), ("queue_max", |row| &row.queue_max)];
    let nodes = at_nodes.map(|(name, of)| {
        let all = table.lines.iter().flat_map(|line| of(&line.row).keys());
        (name, of, all.map(String::as_str).collect::<BTreeSet<&str>>())
    });
    let own_of = |(name, _, nodes): &(&str, AtNodes, BTreeSet<&str>)| {
        nodes.iter().map(|node| format!("{name}_{node}")).collect::<Vec<_>>()
    };
    let of_all = metrics_of(table);
    let metrics = of_all.iter().map(|name| (*name).to_owned());
    let metrics = metrics.chain(nodes.iter().flat_map(own_of));
    let own = |name: String| ["", "_low", "_high", "_status"].map(|end| format!("{name}{end}"));
    let mut columns: Vec<String> = ["point", "sweep", "variant"].map(str::to_owned).to_vec();
    columns.extend(table.keys.iter().cloned());
    columns.extend(metrics.flat_map(own));
    columns.push("status".to_owned());
    let mut sheet = Sheet::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    for line in &table.lines {
        let mut cells = vec![Cell::Count(line.point as u64)];
        cells.extend([table.sweep.as_str().into(), line.variant.as_str().into()]);
        cells.extend(line.values.iter().map(|value| Cell::from(value.as_str())));
        let own = nodes.iter().flat_map(|(_, of, nodes)| {
            nodes.iter().map(|node| of(&line.row).get(*node)).collect::<Vec<_>>()
        });
        let readings = of_all.iter().map(|name| line.row.metrics.get(*name)).chain(own);
        for reading in readings {
            cells.extend(reading.map_or([None; 3], |it| it.numbers).map(Cell::Number));
            cells.push(reading.map_or("", |it| it.status.text()).into());
        }
        cells.push(line.row.status.text().into());
        sheet.push(&cells);
    }
    sheet.into_file("sweep.csv")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::{Tables, draw_all};
    use crate::stats::Status;

    fn table() -> SweepTable {
        let names = SWEEP_METRICS.iter().chain(&["hit_ratio"]);
        let names: Vec<&str> = names.copied().collect();
        let of = |numbers| SweepReading { numbers, status: Status::FewData };
        let line = |(point, variant, value, node): (usize, &str, &str, &str)| SweepLine {
            point,
            variant: variant.to_owned(),
            values: vec![value.to_owned()],
            row: SweepRow {
                metrics: names
                    .iter()
                    .map(|name| ((*name).to_owned(), of([Some(1.5), Some(1.25), None])))
                    .collect(),
                utilisation: [(node.to_owned(), of([Some(0.5), None, None]))].into(),
                queue_max: [(node.to_owned(), of([Some(7.0), None, None]))].into(),
                status: Status::Ok,
            },
            slo: None,
            minds_failures: false,
            fingerprint: format!("{point:016x}"),
            events: 2,
        };
        let lines = [(0, "up", "1/s", "big"), (0, "out", "1/s", "small"), (1, "up", "2/s", "big")];
        let keys = vec!["node.users.arrivals.poisson".to_owned()];
        let (sweep, lines) = ("load".to_owned(), lines.map(line).to_vec());
        SweepTable { sweep, keys, points: 2, shard: None, lines }
    }

    #[test]
    fn a_row_has_the_keys_four_cells_a_metric_and_the_status() {
        let text = String::from_utf8(sheet(&table()).bytes).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        let head = "point,sweep,variant,node.users.arrivals.poisson,latency_mean,latency_mean_low,";
        assert!(lines[0].starts_with(head), "{}", lines[0]);
        assert!(
            lines[0].contains(",utilisation_small_high,utilisation_small_status,queue_max_big,")
        );
        let tail = "queue_max_small_low,queue_max_small_high,queue_max_small_status,status";
        assert!(lines[0].ends_with(tail));
        let start = "0,load,out,1/s,1.5,1.25,,few-data,1.5,1.25,,few-data,";
        assert!(lines[2].starts_with(start), "{}", lines[2]);
        assert!(lines[2].ends_with(",,,,0.5,,,few-data,,,,,7,,,few-data,ok"), "{}", lines[2]);
    }

    #[test]
    fn a_metric_that_only_some_scenarios_have_gets_columns_where_it_has_a_number() {
        let text = String::from_utf8(sheet(&table()).bytes).expect("UTF-8");
        let head = text.lines().next().expect("a header");
        assert!(
            head.contains(",hit_ratio,hit_ratio_low,hit_ratio_high,hit_ratio_status,"),
            "{head}"
        );
        assert!(!head.contains("page_load_mean"), "{head}");
    }

    #[test]
    fn a_sweep_can_be_drawn() {
        let mut tables = Tables::new();
        let text = String::from_utf8(sheet(&table()).bytes).expect("UTF-8");
        tables.insert("sweep", &text).expect("a table");
        assert!(!draw_all(&tables, "t").expect("drawn").is_empty());
    }

    #[test]
    fn the_manifest_says_what_was_varied() {
        let value = manifest(&Provenance::default(), &table());
        assert_eq!(value["keys"], json!(["node.users.arrivals.poisson"]));
        assert_eq!((&value["points"], &value["events"]), (&json!(2), &json!(6)));
        assert!(value.get("shard").is_none());
    }

    #[test]
    fn the_manifest_of_a_shard_says_which_one_it_is_and_how_many_points_it_has() {
        let mut part = table();
        part.lines.retain(|line| line.point == 1);
        part.shard = Some(Shard { number: 2, of: 2 });
        let value = manifest(&Provenance::default(), &part);
        assert_eq!(value["shard"], json!({ "number": 2, "of": 2, "points": 1 }));
        assert_eq!(value["points"], json!(2));
    }
}
