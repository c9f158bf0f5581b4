//! What a sweep shows on the terminal: a line for each variant at each point, and the knees.

use std::collections::BTreeMap;

use super::knee::{Standing, ascending, load_axis, told};
use super::outline::{Outline, Varied};
use crate::commands::aligned::{aligned, figure};
use crate::commands::exit::CommandError;
use crate::metrics::Unit;
use crate::report::{Column, Provenance, SweepLine, SweepTable};
use crate::stats::{Status, percent};
use crate::study::{SweepReading, SweepRow};

/// So many lines are shown at most; the file has all.
const MAX_LINES: usize = 100;

/// The metrics that are shown, with their headings. Latency is that of successes, so their rate
/// stands beside it.
const SHOWN: [(&str, Unit, &str); 4] = [
    ("latency_mean", Unit::Millis, "mean ms"),
    ("latency_p99", Unit::Millis, "p99 ms"),
    ("goodput", Unit::PerSecond, "successes/s"),
    ("cost_per_million", Unit::PerMillion, "per million"),
];

/// Makes sure that a sweep keeps what is to be shown.
///
/// # Errors
/// If it does not.
pub(super) fn check(columns: &[Column]) -> Result<(), CommandError> {
    let is_kept =
        |it: &&Column| it.node.is_none() || it.metric == "utilisation" || it.metric == "queue_max";
    match columns.iter().find(|it| !is_kept(it)) {
        None => Ok(()),
        Some(it) => Err(CommandError::Usage(format!(
            "of nodes a sweep keeps `utilisation` and `queue_max`, not `{}`: use `lindley compare`",
            it.metric
        ))),
    }
}

/// What a line has of a column.
fn reading_of<'l>(column: &Column, line: &'l SweepLine) -> Option<&'l SweepReading> {
    match &column.node {
        None => line.row.metrics.get(column.metric),
        Some(node) if column.metric == "utilisation" => line.row.utilisation.get(node),
        Some(node) => line.row.queue_max.get(node),
    }
}

/// All of it with the columns that are asked for. Of a shard no more is told than its lines: what
/// holds of all points is known when there are all.
pub(super) fn table(
    provenance: &Provenance,
    table: &SweepTable,
    outline: &Outline,
    more: &[Column],
) -> String {
    let has_slo = table.lines.iter().any(|line| line.slo.is_some());
    let fails = table.lines.iter().any(|line| line.failing().is_some_and(|it| it > 0.0));
    let mut head: Vec<String> = table.keys.iter().map(|key| last_words(key).to_owned()).collect();
    head.push("variant".to_owned());
    head.extend(SHOWN.map(|(.., heading)| heading.to_owned()));
    head.extend(more.iter().map(Column::heading));
    head.extend(fails.then(|| "fail".to_owned()));
    head.push("status".to_owned());
    head.extend(has_slo.then(|| "SLO".to_owned()));
    let mut rows = vec![head];
    rows.extend(table.lines.iter().take(MAX_LINES).map(|line| cells(line, more, fails, has_slo)));
    let mut text = format!("{}: {}\n", provenance.scenario, provenance.title);
    let part =
        table.shard.map_or_else(String::new, |it| format!(", shard {} of {}", it.number, it.of));
    text.push_str(&format!("sweep {}{part}, seed {}\n\n", table.sweep, provenance.seed));
    text.push_str(&aligned(&rows, table.keys.len() + 1));
    let is_few = |line: &SweepLine| {
        let few = |(name, ..): &(&str, Unit, &str)| {
            line.row.metrics.get(*name).is_some_and(|it| it.status == Status::FewData)
        };
        let asked = |column: &Column| {
            reading_of(column, line).is_some_and(|it| it.status == Status::FewData)
        };
        SHOWN.iter().any(few) || more.iter().any(asked)
    };
    if table.lines.iter().take(MAX_LINES).any(is_few) {
        text.push_str("~ few data: the interval is unreliable.\n");
    }
    if table.lines.len() > MAX_LINES {
        text.push_str(&format!("and {} more in sweep.csv\n", table.lines.len() - MAX_LINES));
    }
    let is_whole = table.shard.is_none();
    if let Some(alike) = alike(table, &outline.hidden).filter(|_| is_whole) {
        text.push_str(&format!("\n{alike}\n"));
    }
    if has_slo && is_whole {
        text.push('\n');
        text.push_str(&knees(table, &outline.axes));
    }
    text.push_str(&format!("\nReproduce: {}\n", provenance.command));
    text
}

/// A sentence that names variants that come to the same at every point, if there are any, and why
/// if that is known: a sweep lies over what variants set, so one that varies all that sets them
/// apart makes them one. Something that `hidden` variants set is varied.
fn alike(table: &SweepTable, hidden: &[String]) -> Option<String> {
    let mut variants: Vec<(&str, Vec<&SweepRow>)> = Vec::new();
    for line in &table.lines {
        match variants.iter_mut().find(|(name, _)| *name == line.variant) {
            Some((_, rows)) => rows.push(&line.row),
            None => variants.push((&line.variant, vec![&line.row])),
        }
    }
    let same = |rows: &Vec<&SweepRow>| {
        let names = variants.iter().filter(|(_, other)| other == rows);
        names.map(|(name, _)| *name).collect::<Vec<_>>()
    };
    let groups = variants.iter().map(|(_, rows)| same(rows));
    let alike = groups.filter(|names| names.len() > 1).max_by_key(Vec::len)?;
    let names: Vec<String> = alike.iter().map(|name| format!("`{name}`")).collect();
    let why = if alike.iter().any(|name| hidden.iter().any(|it| it == name)) {
        "what is varied takes the place of what they set"
    } else {
        "what they set makes no difference here"
    };
    Some(format!("{} come to the same at every point: {why}.", names.join(", ")))
}

fn cells(line: &SweepLine, more: &[Column], fails: bool, has_slo: bool) -> Vec<String> {
    let mut cells = line.values.clone();
    cells.push(line.variant.clone());
    cells.extend(SHOWN.map(|(metric, unit, _)| figure(unit, line.row.metrics.get(metric))));
    cells.extend(more.iter().map(|column| figure(column.unit, reading_of(column, line))));
    if fails {
        let failing = line.failing().map(|it| percent(it, 0.0));
        cells.push(failing.unwrap_or_else(|| "-".to_owned()));
    }
    cells.push(line.row.status.text().to_owned());
    cells.extend(has_slo.then(|| line.slo.clone().unwrap_or_default()));
    cells
}

/// One sentence for each variant with an SLO and each combination of the other axes, along the load
/// or, if there are no numbers, along the last axis.
fn knees(table: &SweepTable, axes: &[Varied]) -> String {
    let found = load_axis(axes);
    let along = found.as_ref().map_or_else(|| axes.len().saturating_sub(1), |(place, _)| *place);
    let Some(axis) = axes.get(along) else { return String::new() };
    let labels: Vec<&str> = axis.labels.iter().map(String::as_str).collect();
    let order = match &found {
        Some((_, numbers)) => ascending(numbers),
        None => (0..labels.len()).collect(),
    };
    // How each value stands, by what else is set and by variant, in the table's order.
    let mut curves: Vec<(String, Vec<Standing<'_>>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for line in &table.lines {
        let mut name = line.variant.clone();
        for (place, (key, value)) in table.keys.iter().zip(&line.values).enumerate() {
            if place != along {
                name.push_str(&format!(", {} = {value}", last_words(key)));
            }
        }
        let place = *places.entry(name.clone()).or_insert_with(|| {
            curves.push((name, vec![Standing::default(); labels.len()]));
            curves.len() - 1
        });
        if let Some(level) = labels.iter().position(|label| *label == line.values[along]) {
            let (slo, failing) = (line.slo.as_deref(), line.failing());
            let minds_failures = line.minds_failures;
            curves[place].1[level] = Standing { slo, failing, minds_failures };
        }
    }
    let sentence = |(name, outcomes): &(String, Vec<Standing<'_>>)| {
        let levels: Vec<_> = order.iter().map(|place| (labels[*place], outcomes[*place])).collect();
        told(&table.keys[along], &levels, found.is_some()).map(|text| format!("{name}: {text}\n"))
    };
    curves.iter().filter_map(sentence).collect()
}

/// The last two parts of a path, which are enough to tell keys apart for a reader.
fn last_words(key: &str) -> &str {
    key.rmatch_indices('.').nth(1).map_or(key, |(at, _)| &key[at + 1..])
}
