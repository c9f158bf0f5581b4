//! What a run came to.

use super::column::Column;
use super::figure::{Marks, number};
use super::grid::Grid;
use super::paper::Paper;
use crate::check::fullest;
use crate::metrics::Unit;
use crate::model::Study;
use crate::report::drift::drift;
use crate::report::manifest::warmup_from;
use crate::report::stability::{halted, short_of, trouble};
use crate::report::{Bound, Provenance, SloOutcome, SloVerdict, fingerprint, slo_verdicts};
use crate::stats::{MAX_UNFINISHED, MIN_REPLICATIONS, percent};
use crate::study::{NodeRow, SummaryRow, VariantResult};

/// End-to-end metrics, and how they are called here.
const LADDER: [(&str, &str); 11] = [
    ("latency_mean", "latency mean (ms)"),
    ("latency_p50", "p50"),
    ("latency_p90", "p90"),
    ("latency_p95", "p95"),
    ("latency_p99", "p99"),
    ("latency_p999", "p99.9"),
    ("latency_max", "longest of a run"),
    ("page_load_mean", "page load mean (ms)"),
    ("wait_mean", "wait mean (ms)"),
    ("throughput", "throughput (1/s)"),
    ("success_ratio", "success"),
];

/// Those of [`LADDER`] that show only where there is a number.
const IF_ANY: [&str; 2] = ["latency_max", "page_load_mean"];

/// Metrics of nodes, how they are called here, and whether they show only if something happened.
const AT_NODES: [(&str, &str, bool); 7] = [
    ("utilisation", "utilisation", false),
    ("wait_mean", "wait mean (ms)", false),
    ("wait_p99", "wait p99 (ms)", false),
    ("in_system_mean", "in system", false),
    ("refused_ratio", "refused", true),
    ("dropped_ratio", "dropped", true),
    ("abandoned_ratio", "abandoned", true),
];

/// From this share of the time on the busiest is a bottleneck. Below a half a request at one core
/// waits for less time than it is served, on average (M/M/1: a share over what is left of 1).
const IS_NARROW: f64 = 0.5;

/// A run that goes on for so many times its duration, until nothing is under way, is told to.
const PROLONGED: f64 = 1.5;

/// Writes all of it.
pub(super) fn write(
    paper: &mut Paper,
    provenance: &Provenance,
    results: &[VariantResult],
    more: &[Column],
) {
    head(paper, provenance, results);
    let mut marks = Marks::default();
    for result in results {
        paper.gap();
        if results.len() > 1 {
            paper.heading(&result.name);
        }
        ladder(&mut marks, result, more).write(paper);
        let nodes = at_nodes(&mut marks, result);
        if !nodes.is_empty() {
            paper.gap();
            nodes.write(paper);
        }
        paper.gap();
        paper.line(&bottleneck(&mut marks, result));
        let succeed = result.metric("success_ratio").and_then(|row| row.mean).unwrap_or(1.0);
        let verdicts = slo_verdicts(result);
        verdicts.iter().for_each(|it| paper.line(&objective(&mut marks, it, succeed)));
    }
    paper.gap();
    marks.footnotes(results).iter().for_each(|text| paper.note(text));
    paper.whole(&format!("Reproduce: {}", provenance.command), false);
    paper.whole(&format!("Fingerprint: {}", fingerprint(results)), false);
}

/// What was run.
pub(super) fn head(paper: &mut Paper, provenance: &Provenance, results: &[VariantResult]) {
    if provenance.title.is_empty() {
        paper.heading(&provenance.scenario);
    } else {
        paper.heading(&format!("{}: {}", provenance.scenario, provenance.title));
    }
    let mut told = Vec::new();
    for result in results {
        let text = setting(provenance.seed, result);
        if !told.contains(&text) {
            paper.note(&text);
            told.push(text);
        }
    }
    for text in prolonged(results).into_iter().chain(drift(results)) {
        paper.note(&text);
    }
}

/// That runs went on for long after the last arrival, if they did: the means over time are of all
/// of it.
fn prolonged(results: &[VariantResult]) -> Option<String> {
    let lasted = |result: &VariantResult| {
        let runs = result.replications.iter().map(|run| run.window);
        (runs.max().unwrap_or_default(), result.graph.run.duration, result.name.clone())
    };
    let all = results.iter().filter(|result| result.graph.run.study == Study::Terminating);
    let (longest, duration, name) = all.map(lasted).max()?;
    (longest.as_secs_f64() > PROLONGED * duration.as_secs_f64()).then(|| {
        format!(
            "`{name}` went on for up to {longest} until its last request had ended: rates and \
             utilisations are over all of that, and lower than in the {duration} of arrivals."
        )
    })
}

fn setting(seed: u64, result: &VariantResult) -> String {
    let run = &result.graph.run;
    let study = match run.study {
        Study::SteadyState => "steady state",
        Study::Terminating => "terminating",
    };
    let cut = match run.study {
        Study::SteadyState => format!("warm-up {} ({})", result.window, warmup_from(&result.graph)),
        Study::Terminating => warmup_from(&result.graph).to_owned(),
    };
    let count = result.replications.len();
    let plural = if count == 1 { "" } else { "s" };
    let sure = percent(run.confidence, 0.0);
    format!(
        "{study}, seed {seed}, {count} replication{plural} of {}, {cut}, {sure} intervals",
        run.duration
    )
}

/// The end-to-end numbers from top to bottom; of errors those that occurred.
fn ladder(marks: &mut Marks, result: &VariantResult, more: &[Column]) -> Grid {
    let summary = result.summary();
    let find = |name: &str| summary.iter().find(|row| row.metric == name);
    let mut grid = Grid::new(["end to end".to_owned(), String::new()]);
    for (metric, name) in LADDER {
        let if_any = IF_ANY.contains(&metric);
        let row = find(metric).filter(|row| row.mean.is_some() || !if_any);
        if !if_any || row.is_some() {
            grid.push([name.to_owned(), marks.figure(row)]);
        }
    }
    let occurs = |row: &&SummaryRow| row.mean.is_some_and(|mean| mean > 0.0);
    for row in summary.iter().filter(|row| row.metric.starts_with("errors_")).filter(occurs) {
        let name = row.metric.trim_start_matches("errors_").replace('_', " ");
        grid.push([format!("errors: {name}"), marks.figure(Some(row))]);
    }
    if let Some(late) = find("late_ratio").filter(occurs) {
        grid.push(["answers for nobody".to_owned(), marks.figure(Some(late))]);
    }
    // What the table shows in any case is not shown again.
    let is_shown = |name: &str| {
        let is_error = name.starts_with("errors_") || name == "late_ratio";
        let has_number = find(name).is_some_and(|row| row.mean.is_some());
        is_error && find(name).filter(occurs).is_some()
            || LADDER.iter().any(|(metric, _)| *metric == name)
                && (has_number || !IF_ANY.contains(&name))
    };
    for column in more.iter().filter(|it| it.node.is_some() || !is_shown(it.metric)) {
        grid.push([column.heading(), marks.figure(column.of(result).as_ref())]);
    }
    let share = match result.in_flight_share() {
        share if share > 1.0 => "more than came".to_owned(),
        share => number(Unit::Share, share, None),
    };
    grid.push(["in flight at the end".to_owned(), share]);
    grid
}

/// Numbers at nodes; nothing if there are none.
fn at_nodes(marks: &mut Marks, result: &VariantResult) -> Grid {
    let rows: Vec<NodeRow> = result.nodes();
    let whole = |it: &&NodeRow| it.replica.is_none() && it.class.is_none();
    let of = |metric: &str| -> Vec<&NodeRow> {
        rows.iter().filter(whole).filter(|it| it.row.metric == metric).collect()
    };
    let shown: Vec<_> = AT_NODES
        .into_iter()
        .map(|(metric, name, if_any)| (name, of(metric), if_any))
        .filter(|(_, rows, if_any)| {
            let any = |it: &&NodeRow| it.row.mean.is_some_and(|mean| !if_any || mean > 0.0);
            rows.iter().any(any)
        })
        .collect();
    let names = shown.iter().map(|(name, ..)| (*name).to_owned());
    let mut grid = Grid::new(std::iter::once("node".to_owned()).chain(names));
    if shown.is_empty() {
        return grid;
    }
    for (place, plan) in result.graph.plans.iter().enumerate() {
        let own = |rows: &[&NodeRow]| {
            let found = rows.iter().find(|it| it.node.index() == place);
            found.map(|it| it.row.clone())
        };
        // A node without machines has no queue: there is nothing to say of it.
        if plan.shape.is_some() {
            let figures = shown.iter().map(|(_, rows, _)| marks.figure(own(rows).as_ref()));
            let name = result.graph.names[place].clone();
            grid.push(std::iter::once(name).chain(figures));
        }
    }
    grid
}

/// Which node is the busiest, or what grows. What is no core and yet fuller comes first: a pool of
/// connections keeps its callers waiting while all nodes rest.
fn bottleneck(marks: &mut Marks, result: &VariantResult) -> String {
    if let Some(trouble) = trouble(result) {
        let short =
            short_of(result).map_or_else(String::new, |it| format!(" Too little: {}.", it.text));
        return format!("`{}` {trouble}.{short}", result.name);
    }
    if let Some(halted) = halted(result) {
        return halted;
    }
    let busiest = busiest(result);
    let busy = busiest.as_ref().and_then(|(_, row)| row.mean).unwrap_or(0.0);
    if let Some(it) = fullest(&result.graph).filter(|it| it.load > busy) {
        return format!(
            "{} {} on average without queues ({}).",
            called(it.load),
            it.text,
            number(Unit::Share, it.load, None)
        );
    }
    match busiest {
        Some((node, row)) => {
            let (called, busy) = (called(busy), marks.figure(Some(&row)));
            format!("{called} `{node}`, whose cores are at work for {busy} of the time.")
        }
        None => no_bottleneck(result).to_owned(),
    }
}

/// What the busiest is called: nothing is narrow where all rest for most of the time.
fn called(busy: f64) -> &'static str {
    if busy < IS_NARROW { "Busiest:" } else { "Bottleneck:" }
}

/// Why no node is told to be the busiest.
fn no_bottleneck(result: &VariantResult) -> &'static str {
    let shapes = result.graph.plans.iter().filter_map(|plan| plan.shape.as_ref());
    let has_cores = shapes.flat_map(|shape| &shape.machines).any(|machine| machine.cores > 0);
    let is_steady = result.graph.run.study == Study::SteadyState;
    if !has_cores {
        "No node has cores, so none is a bottleneck."
    } else if is_steady && result.in_flight_share() > MAX_UNFINISHED {
        "More than 1 % of the requests were on the way at the end, which leaves no means: the run \
         is too short for its latencies, or something grows."
    } else {
        "There are too few data to tell which node is the busiest."
    }
}

/// The node whose cores are at work for most of the time, and its utilisation.
pub(super) fn busiest(result: &VariantResult) -> Option<(String, SummaryRow)> {
    let rows = result.nodes().into_iter();
    let used = rows.filter(|it| {
        let is_whole = it.replica.is_none() && it.class.is_none();
        is_whole && it.row.metric == "utilisation" && it.row.mean.is_some()
    });
    let busiest = used.max_by(|a, b| {
        let mean = |it: &NodeRow| it.row.mean.unwrap_or(0.0);
        mean(a).total_cmp(&mean(b))
    })?;
    Some((result.graph.names[busiest.node.index()].clone(), busiest.row))
}

/// Whether an objective asks for all of a share.
fn is_all(it: &SloVerdict) -> bool {
    it.unit == Unit::Share && it.bound == Bound::AtLeast && it.target >= 1.0
}

/// A latency is told to be that of successes if fewer requests than this succeed.
const NEARLY_ALL: f64 = 0.99;

/// One objective, and how it stands where this share of requests succeeds.
fn objective(marks: &mut Marks, it: &SloVerdict, succeed: f64) -> String {
    let sign = match it.bound {
        Bound::AtMost => "at most",
        Bound::AtLeast => "at least",
    };
    let unit = if it.unit == Unit::Millis { " ms" } else { "" };
    let target = number(it.unit, it.target, None);
    let outcome = match it.outcome {
        SloOutcome::Met => "met",
        SloOutcome::Missed if it.measured.is_none() => "MISSED, latency grows without limit",
        SloOutcome::Missed => "MISSED",
        SloOutcome::Unclear => match &it.measured {
            Some(row) if is_all(it) && row.mean >= Some(1.0) => {
                "unclear, nothing failed but no run can show that nothing ever fails"
            }
            Some(row) if row.interval.is_some() => "unclear, the interval straddles it",
            Some(row) if (row.replications as usize) < MIN_REPLICATIONS => {
                "unclear, so few replications give no interval"
            }
            Some(_) | None => "unclear, there is no interval",
        },
        SloOutcome::Unknown => "unknown, there is no number",
    };
    let text = format!("SLO {} {sign} {target}{unit}: {outcome}", it.what);
    match &it.measured {
        Some(row) if it.unit == Unit::Millis && succeed < NEARLY_ALL => {
            let share = number(Unit::Share, succeed, None);
            let figure = marks.figure(Some(row));
            format!("{text} ({figure}{unit}, of the {share} of the requests that succeed)")
        }
        Some(row) => format!("{text} ({}{unit})", marks.figure(Some(row))),
        None => text,
    }
}
