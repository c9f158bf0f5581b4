//! `lindley plan`: the cheapest machine times replicas that meets the objectives, over loads.

mod asked;
mod table;

use std::sync::Arc;

use asked::Asked;

use super::exit::{CommandError, Exit};
use super::fault::remember_seed;
use super::io::Io;
use super::opened::Opened;
use super::options::{Changes, Work, shell_word};
use super::progress::Bar;
use super::publish::{folder_of, publish};
use super::simulation::begin;
use super::timing::Watch;
use crate::report::{
    Objective, PlanCell, PlanRun, PlanTable, Provenance, SloOutcome, digest, fingerprint,
    plan_files, plan_json,
};
use crate::scenario::plan::{Design, Sizing};
use crate::study::{Extent, Rung, Searched, Variant, VariantResult, smallest_along};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley plan shop.toml", "the cheapest machines for each load, as its [plan] asks"),
    ("lindley plan shop.toml --replicas 1..64", "the same with more replicas"),
];

/// A search at one load asks for so many runs or so, which the bar counts on.
const RUNS_OF_A_SEARCH: u64 = 3;

/// Finds the cheapest machine and the smallest number of replicas that meet the SLO, over loads.
///
/// Says where Scale Up stops paying. What the scenario's `[plan]` says is used where no option says
/// anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    /// The node whose machines are planned.
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// The machines that it may have, such as `small,big`; each needs a price.
    #[arg(long, value_name = "NAMES")]
    machines: Option<String>,
    /// How many replicas there may be, such as `1..32` or `1,2,4,8`.
    #[arg(long, value_name = "NUMBERS")]
    replicas: Option<String>,
    /// The loads: `KEY=100/s..2000/s` for eight of equal ratio, or `KEY=a,b,c`.
    #[arg(long, value_name = "KEY=VALUES")]
    load: Option<String>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    work: Work,
}

/// What is kept of a run.
struct Ran {
    run: PlanRun,
    objectives: Vec<Objective>,
    fingerprint: String,
    events: u64,
}

/// Searches, prints and writes.
///
/// # Errors
/// If the scenario or the plan is wrong, a run fails or is interrupted, or the results cannot be
/// written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let mut asked = Asked::of(&args, io)?;
    let threads = begin(&args.work, io)?;
    let provenance = provenance(&args, &asked);
    remember_seed(provenance.seed);
    // A folder of its own: what other commands wrote of the scenario stays.
    let folder = folder_of(&args.work, &format!("{}-plan", asked.opened.name))?;
    let watch = Watch::start();
    let searched = search(&mut asked, args.work.quiet)?;
    let events = searched.runs.values().map(|ran| ran.events).sum();
    io.note(&watch.line(events, threads));
    let table = collected(&asked, searched);
    let place = publish(&folder, &provenance.title, plan_files(&provenance, &table), &args.work)?;
    if args.work.json {
        io.print(&format!("{:#}\n", plan_json(&provenance, &table)))?;
    } else {
        io.print(&table::table(&provenance, &table))?;
    }
    io.note(&place);
    Ok(if args.work.assert_slo && !table.is_met() { Exit::Found } else { Exit::Done })
}

/// Looks for the smallest number of replicas for each variant and machine, along the loads.
fn search(asked: &mut Asked, is_quiet: bool) -> Result<Searched<Ran>, CommandError> {
    let Asked { opened, variants, sizing, replications, .. } = asked;
    let machines = sizing.machines().len();
    let replicas = sizing.replicas();
    let (loads, steps) = (sizing.loads().len(), replicas.len());
    let extent = Extent { chains: variants.len() * machines, loads, steps };
    let searches = (extent.chains * loads) as u64;
    let bar = Bar::new(searches * RUNS_OF_A_SEARCH * u64::from(*replications), is_quiet);
    let variant = |rung: Rung| {
        let name = variants[rung.chain / machines].clone();
        graph(opened, sizing, &name, machines, rung)
    };
    let judge = |result: &VariantResult| {
        // The number of replicas is put in when it is known which run this was.
        let (run, objectives) = PlanRun::of(0, result);
        let does = run.slo == SloOutcome::Met;
        let ran = Ran {
            run,
            objectives,
            fingerprint: fingerprint(std::slice::from_ref(result)),
            events: result.replications.iter().map(|run| run.events).sum(),
        };
        (does, ran)
    };
    let mut searched = smallest_along(extent, variant, judge, &bar)?;
    for (rung, ran) in &mut searched.runs {
        ran.run.replicas = replicas[rung.step];
    }
    Ok(searched)
}

/// What is run at one rung of a search.
fn graph(
    opened: &mut Opened,
    sizing: &Sizing,
    name: &str,
    machines: usize,
    rung: Rung,
) -> Result<Variant, CommandError> {
    let at = Design { machine: rung.chain % machines, step: rung.step, load: rung.load };
    match opened.graph(name, &sizing.overlays(at)) {
        Some(graph) => Ok(Variant { name: name.to_owned(), graph: Arc::new(graph) }),
        None => Err(opened.wrong()),
    }
}

/// The searches as a table.
fn collected(asked: &Asked, searched: Searched<Ran>) -> PlanTable {
    let Searched { enough, runs } = searched;
    let sizing = &asked.sizing;
    let machines = sizing.machines();
    let mut objectives: Vec<Objective> = Vec::new();
    for objective in runs.values().flat_map(|ran| &ran.objectives) {
        if !objectives.contains(objective) {
            objectives.push(*objective);
        }
    }
    let mut cells = Vec::new();
    for (number, variant) in asked.variants.iter().enumerate() {
        for load in 0..sizing.loads().len() {
            for machine in 0..machines.len() {
                let chain = number * machines.len() + machine;
                let rung = |step: usize| Rung { chain, load, step };
                let here = || runs.range(rung(0)..=rung(usize::MAX)).map(|(_, ran)| &ran.run);
                let kept = |step: usize| runs.get(&rung(step)).map(|it| it.run.clone());
                let enough = enough[chain][load];
                let below = match enough {
                    Some(step) => step.checked_sub(1).and_then(kept),
                    None => here().max_by_key(|it| it.nearness()).cloned(),
                };
                let looked_at = here().map(|it| it.replicas).collect();
                let (variant, enough) = (variant.clone(), enough.and_then(kept));
                cells.push(PlanCell { variant, load, machine, enough, below, looked_at });
            }
        }
    }
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
    let fingerprints: Vec<&str> = runs.values().map(|ran| ran.fingerprint.as_str()).collect();
    PlanTable {
        node: sizing.node().to_owned(),
        replicas: sizing.replicas(),
        key: sizing.load_key().to_string(),
        loads: owned(sizing.loads()),
        objectives,
        cells,
        runs: runs.len(),
        fingerprint: fingerprints.join(" "),
        events: runs.values().map(|ran| ran.events).sum(),
        machines: owned(machines),
    }
}

fn provenance(args: &Args, asked: &Asked) -> Provenance {
    let opened = &asked.opened;
    let text = opened.text();
    let mut command = format!("lindley plan {}", shell_word(opened.word()));
    let mut overlays = args.changes.overlays();
    for (option, value) in args.said() {
        if let Some(value) = value {
            command.push_str(&format!(" {option} {}", shell_word(value)));
            overlays.push(format!("{option} {value}"));
        }
    }
    command.push_str(&args.changes.words());
    Provenance {
        scenario: opened.name.clone(),
        title: asked.title.clone(),
        digest: digest(&text),
        text,
        overlays,
        seed: asked.seed,
        command,
    }
}

impl Args {
    /// The options of a plan, as they were given.
    fn said(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("--node", self.node.as_deref()),
            ("--machines", self.machines.as_deref()),
            ("--replicas", self.replicas.as_deref()),
            ("--load", self.load.as_deref()),
        ]
    }
}
