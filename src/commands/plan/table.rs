//! What a plan shows on the terminal: a line for each load and machine, and the answers.

use crate::commands::aligned::{aligned, figure};
use crate::metrics::Unit;
use crate::report::{Objective, PlanCell, PlanRun, PlanTable, Provenance, plan_sentences};
use crate::stats::{Rounded, percent};

/// So many lines are shown at most; the file has all.
const MAX_LINES: usize = 100;

/// All of it.
pub(super) fn table(provenance: &Provenance, table: &PlanTable) -> String {
    let names = table.variants();
    let has_variants = names.len() > 1;
    let mut head: Vec<String> = has_variants.then(|| "variant".to_owned()).into_iter().collect();
    let left = head.len() + 2;
    head.extend(["load", "machine", "replicas", "per hour"].map(str::to_owned));
    head.extend(table.objectives.iter().map(heading));
    let fails = fails(table);
    head.extend(fails.then(|| "fail".to_owned()));
    head.extend(["not met", "cheapest"].map(str::to_owned));
    let mut rows = vec![head];
    let line = |cell: &PlanCell| cells(table, cell, has_variants, fails);
    rows.extend(table.cells.iter().take(MAX_LINES).map(line));
    let mut text = format!("{}: {}\n", provenance.scenario, provenance.title);
    let (first, last) = (table.replicas.first(), table.replicas.last());
    let range = match first.zip(last) {
        Some((first, last)) if first != last => format!("{first} to {last}"),
        _ => last.map_or_else(String::new, u32::to_string),
    };
    let (node, seed, runs) = (&table.node, provenance.seed, table.runs);
    let counted = |count: usize, word: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {word}{s}")
    };
    let s = if range == "1" { "" } else { "s" };
    text.push_str(&format!(
        "plan of `{node}`, {range} replica{s}, {}, {} run, seed {seed}\n\n",
        counted(table.loads.len(), "load"),
        counted(runs, "design"),
    ));
    text.push_str(&aligned(&rows, left));
    if table.cells.len() > MAX_LINES {
        text.push_str(&format!("and {} more in plan.csv\n", table.cells.len() - MAX_LINES));
    }
    text.push_str(
        "not met: the next smaller number, which was run and is not shown to meet the objectives;\n\
         where none is, that which stands best of those that were run, or the largest.\n",
    );
    if table.cells.iter().take(MAX_LINES).any(|cell| is_few(table, cell)) {
        text.push_str("~ few data: the interval is unreliable.\n");
    }
    text.push('\n');
    for sentence in plan_sentences(table) {
        text.push_str(&format!("{sentence}\n"));
    }
    if let Some(alike) = alike(table, &names) {
        text.push_str(&format!("{alike}\n"));
    }
    text.push_str(&format!("\nReproduce: {}\n", provenance.command));
    text
}

fn heading(objective: &Objective) -> String {
    let what = objective.what;
    if objective.unit == Unit::Millis { format!("{what} ms") } else { what.to_owned() }
}

/// Whether some requests fail at what is enough and no column says so already: latency is that of
/// successes.
fn fails(table: &PlanTable) -> bool {
    let is_told = table.objectives.iter().any(|it| it.metric == "success_ratio");
    let mut runs = table.cells.iter().filter_map(|it| it.enough.as_ref());
    !is_told && runs.any(|it| it.failing().is_some_and(|share| share > 0.0))
}

fn cells(table: &PlanTable, cell: &PlanCell, has_variants: bool, fails: bool) -> Vec<String> {
    let mut cells: Vec<String> = has_variants.then(|| cell.variant.clone()).into_iter().collect();
    cells.extend([table.load(cell.load), table.machines[cell.machine].clone()]);
    let none = || "-".to_owned();
    let enough = cell.enough.as_ref();
    cells.push(enough.map_or_else(|| "none".to_owned(), |it| it.replicas.to_string()));
    let cost = enough.and_then(PlanRun::cost);
    cells.push(cost.map_or_else(none, |it| Rounded::plain(it).to_string()));
    for objective in &table.objectives {
        let reading = enough.and_then(|it| it.row.metrics.get(objective.metric));
        cells.push(figure(objective.unit, reading));
    }
    if fails {
        let failing = enough.and_then(PlanRun::failing);
        cells.push(failing.map_or_else(none, |it| percent(it, 0.0)));
    }
    let mark = |it: &PlanRun| if it.is_few(&table.objectives) { "~" } else { "" };
    let below = |it: &PlanRun| format!("{} {}{}", it.replicas, mark(it), it.word());
    cells.push(cell.below.as_ref().map_or_else(none, below));
    cells.push(if table.is_cheapest(cell) { "yes".to_owned() } else { String::new() });
    cells
}

/// Whether what stands in a cell's line rests on few data.
fn is_few(table: &PlanTable, cell: &PlanCell) -> bool {
    cell.enough.iter().chain(&cell.below).any(|it| it.is_few(&table.objectives))
}

/// A sentence that names variants that come to the same at every load, if there are any: a plan
/// lies over what variants set, so those that differ in what is planned are one.
fn alike(table: &PlanTable, names: &[&str]) -> Option<String> {
    let of = |name: &str| -> Vec<_> {
        let own = table.cells.iter().filter(|cell| cell.variant == name);
        own.map(|cell| (&cell.enough, &cell.below)).collect()
    };
    let same = |name: &&str| {
        let own = of(name);
        names.iter().filter(|other| of(other) == own).map(|it| format!("`{it}`")).collect()
    };
    let groups = names.iter().map(same);
    let alike: Vec<String> = groups.filter(|it: &Vec<_>| it.len() > 1).max_by_key(Vec::len)?;
    let alike = alike.join(", ");
    Some(format!(
        "{alike} come to the same at every load: what is planned takes the place of what they set, \
         or what they set makes no difference here."
    ))
}
