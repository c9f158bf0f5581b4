//! `lindley sweep`: variants over a grid of values; can be stopped, and goes on.

mod desk;
mod knee;
mod lock;
mod state;
mod table;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use desk::Desk;
use state::{Finished, Header, State};

use super::columns::Columns;
use super::exit::{CommandError, Exit};
use super::fault::remember_seed;
use super::io::Io;
use super::opened::Opened;
use super::options::{Changes, Work, shell_word};
use super::progress::Bar;
use super::publish::{folder_of, publish, require_slo};
use super::simulation::begin;
use super::timing::Watch;
use super::varied::none_is_set;
use crate::report::{
    Provenance, SweepLine, SweepTable, digest, fingerprint, slo_outcome, slo_verdicts, sweep_files,
    sweep_json,
};
use crate::scenario::argument::vary;
use crate::scenario::overlay::Assignment;
use crate::scenario::sweep::{Grid, axes, select};
use crate::study::{
    Progress, StudyError, SweepPoint, SweepRow, Variant, VariantResult, run_points,
};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley sweep shop.toml --sweep load", "a sweep of the scenario; finds the knee"),
    ("lindley sweep shop.toml --vary node.app.replicas=1..8", "a sweep of the moment"),
];

/// What a sweep is called that only the command line asks for.
const OF_THE_MOMENT: &str = "vary";

/// Runs variants over all points of a sweep, and finds the largest load that meets the SLO.
///
/// Finished points are kept: a sweep that was stopped goes on when the same command is given again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    /// The sweep of the scenario; not needed if it has one only, or with `--vary`.
    #[arg(long, value_name = "NAME")]
    sweep: Option<String>,
    /// Varies a key over `1..8`, `1..9..2` or `a,b,c`; may be repeated for a grid.
    #[arg(long = "vary", value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// Forgets the points that an earlier, stopped sweep has finished.
    #[arg(long)]
    restart: bool,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    work: Work,
}

/// A sweep with all its points built and checked.
struct Sweep {
    opened: Opened,
    name: String,
    grid: Grid,
    points: Vec<SweepPoint>,
}

/// Runs what is not finished, prints and writes.
///
/// # Errors
/// If the scenario is wrong, another process works on the sweep, the run fails or is interrupted,
/// or the results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let sweep = Sweep::build(&args, io)?;
    let variants: Vec<Variant> = sweep.points.iter().map(|it| it.variant.clone()).collect();
    require_slo(&variants, &args.work)?;
    let columns = args.columns.of(&variants)?;
    table::check(&columns)?;
    let threads = begin(&args.work, io)?;
    let provenance = sweep.provenance(&args);
    remember_seed(provenance.seed);
    // A folder of its own: what `run` and `compare` wrote of the scenario stays.
    let folder = folder_of(&args.work, &format!("{}-{}", sweep.opened.name, sweep.name))?;
    let watch = Watch::start();
    let header = sweep.header(&provenance);
    let (desk, state, finished) = Desk::open(&folder, &header, args.restart, io)?;
    let ran = sweep.finish(state, finished, args.work.quiet);
    if matches!(ran, Err(CommandError::Interrupted)) {
        io.note("Finished points are kept: the same command goes on from here.");
    }
    let (finished, events) = ran?;
    io.note(&watch.line(events, threads));
    let table = sweep.table(finished);
    let place = publish(&folder, &provenance.title, sweep_files(&provenance, &table), &args.work)?;
    desk.clear();
    if args.work.json {
        io.print(&format!("{:#}\n", sweep_json(&provenance, &table)))?;
    } else {
        let (axes, scenario) = (sweep.grid.axes(), &sweep.opened.scenario);
        let is_varied = |name: &str| axes.iter().any(|axis| scenario.changes(name, &axis.key));
        io.print(&table::table(&provenance, &table, axes, (&columns, is_varied)))?;
    }
    io.note(&place);
    let is_met = table.lines.iter().all(|line| line.slo.as_deref() == Some("met"));
    Ok(if args.work.assert_slo && !is_met { Exit::Found } else { Exit::Done })
}

impl Sweep {
    /// Builds and checks every variant at every point.
    fn build(args: &Args, io: &mut Io) -> Result<Self, CommandError> {
        let mut opened = Opened::open(&args.scenario, &args.changes)?;
        let variants = opened.names(&args.changes)?;
        let Some((name, grid)) = grid(args, &mut opened) else { return Err(opened.into_error()) };
        let keys = grid.axes().iter().map(|axis| &axis.key);
        none_is_set(keys, "varied", &args.changes)?;
        let mut points = Vec::new();
        for cell in grid.cells() {
            let cell_sets: Vec<Assignment> = cell
                .overlays()
                .map(|(path, item)| Assignment { path: path.clone(), value: item.clone() })
                .collect();
            for name in &variants {
                let graph = opened.graph(name, &cell_sets).map(Arc::new);
                let variant = graph.map(|graph| Variant { name: name.clone(), graph });
                points.extend(variant.map(|variant| SweepPoint { point: cell.number, variant }));
            }
            if opened.diagnostics.is_full() {
                break;
            }
        }
        Ok(Self { opened: opened.checked(io)?, name, grid, points })
    }

    fn provenance(&self, args: &Args) -> Provenance {
        let text = self.opened.text();
        let mut command = format!("lindley sweep {}", shell_word(self.opened.word()));
        if let Some(name) = &args.sweep {
            command.push_str(&format!(" --sweep {}", shell_word(name)));
        }
        for vary in &args.vary {
            command.push_str(&format!(" --vary {}", shell_word(vary)));
        }
        command.push_str(&args.changes.words());
        let run = &self.points[0].variant.graph.run;
        Provenance {
            scenario: self.opened.name.clone(),
            title: run.title.clone(),
            digest: digest(&text),
            text,
            overlays: args.changes.overlays().into_iter().chain(args.vary.clone()).collect(),
            seed: run.seed,
            command,
        }
    }

    fn header(&self, provenance: &Provenance) -> Header {
        let mut grid = format!("{}\n{}\n", self.name, provenance.overlays.join("\n"));
        for axis in self.grid.axes() {
            let labels: Vec<&str> = axis.values.iter().map(|level| level.label.as_str()).collect();
            grid.push_str(&format!("{} = {}\n", axis.key, labels.join(", ")));
        }
        for point in self.points.iter().take_while(|it| it.point == 0) {
            grid.push_str(&format!("{}\n", point.variant.name));
        }
        Header {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: provenance.digest.clone(),
            grid: digest(&grid),
            seed: provenance.seed,
            replications: self.points[0].variant.graph.run.replications,
        }
    }

    /// Runs the points that are not among `finished`. Returns all of them, and how many events
    /// there were now.
    fn finish(
        &self,
        state: State,
        finished: Vec<Finished>,
        is_quiet: bool,
    ) -> Result<(Vec<Finished>, u64), CommandError> {
        let mut all: Vec<Option<Finished>> = vec![None; self.points.len()];
        keep(&mut all, finished);
        let is_open: Vec<bool> = all.iter().map(Option::is_none).collect();
        let open = self.points.iter().zip(&is_open).filter(|(_, is_open)| **is_open);
        let jobs = open.map(|(it, _)| u64::from(it.variant.graph.run.replications)).sum();
        let bar = StoppableBar { bar: Bar::new(jobs, is_quiet), is_failed: AtomicBool::new(false) };
        let book = Mutex::new((state, Vec::new(), None));
        let conclude = |place: usize, result: VariantResult| {
            let point = concluded(place, &result);
            let mut book = book.lock().expect("no job panics while it writes down a point");
            if let Err(error) = book.0.push(&point) {
                bar.is_failed.store(true, Ordering::Relaxed);
                book.2 = Some(error);
            }
            book.1.push(point);
        };
        let ran = run_points(&self.points, |place| is_open[place], conclude, &bar);
        drop(bar);
        let (_, new, error) = book.into_inner().expect("no job panics");
        if let Some(error) = error {
            return Err(CommandError::Files(format!("cannot keep a finished point: {error}")));
        }
        match ran {
            Err(StudyError::Stopped) => return Err(CommandError::Interrupted),
            Err(StudyError::Fault(fault)) => return Err(fault.into()),
            Ok(()) => {}
        }
        let events = new.iter().map(|point| point.events).sum();
        keep(&mut all, new);
        Ok((all.into_iter().flatten().collect(), events))
    }

    fn table(&self, finished: Vec<Finished>) -> SweepTable {
        let line = |(point, it): (&SweepPoint, Finished)| SweepLine {
            point: point.point,
            variant: point.variant.name.clone(),
            values: self.grid.cell(point.point).labels().map(str::to_owned).collect(),
            row: it.row,
            slo: it.slo,
            minds_failures: point.variant.graph.run.slo.is_some_and(|slo| slo.success.is_some()),
            fingerprint: it.fingerprint,
            events: it.events,
        };
        SweepTable {
            sweep: self.name.clone(),
            keys: self.grid.axes().iter().map(|axis| axis.key.to_string()).collect(),
            lines: self.points.iter().zip(finished).map(line).collect(),
        }
    }
}

/// A bar that also stops when a finished point cannot be kept.
struct StoppableBar {
    bar: Bar,
    is_failed: AtomicBool,
}

impl Progress for StoppableBar {
    fn advance(&self) {
        self.bar.advance();
    }

    fn is_stopped(&self) -> bool {
        self.bar.is_stopped() || self.is_failed.load(Ordering::Relaxed)
    }
}

/// The sweep's name and grid; none if something is wrong, which is noted.
fn grid(args: &Args, opened: &mut Opened) -> Option<(String, Grid)> {
    let Opened { scenario, diagnostics, .. } = opened;
    let mut name = OF_THE_MOMENT.to_owned();
    let mut found = Vec::new();
    if args.sweep.is_some() || args.vary.is_empty() {
        let (chosen, entry) = select(scenario.sweeps(), args.sweep.as_deref(), diagnostics)?;
        name = chosen.to_owned();
        found = axes(entry, diagnostics);
    }
    for text in &args.vary {
        let axis = vary(text, &mut scenario.sources, diagnostics);
        found.extend(axis);
    }
    let grid = Grid::new(found, diagnostics)?;
    (!diagnostics.has_errors()).then_some((name, grid))
}

/// Puts points into their places; a damaged state may name places that there are none of.
fn keep(all: &mut [Option<Finished>], points: Vec<Finished>) {
    for point in points {
        if let Some(place) = all.get_mut(point.place) {
            *place = Some(point);
        }
    }
}

fn concluded(place: usize, result: &VariantResult) -> Finished {
    Finished {
        place,
        row: SweepRow::of(result),
        slo: slo_outcome(&slo_verdicts(result)).map(|outcome| outcome.word().to_owned()),
        fingerprint: fingerprint(std::slice::from_ref(result)),
        events: result.replications.iter().map(|run| run.events).sum(),
    }
}
