//! `lindley sweep`: variants over a grid of values; can be stopped, and goes on.

mod asked;
mod desk;
mod ending;
mod knee;
mod lock;
mod outline;
mod points;
mod state;
mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use asked::Asked;
use desk::Desk;
use state::State;

use super::columns::Columns;
use super::exit::{CommandError, Exit};
use super::fault::remember_seed;
use super::io::Io;
use super::options::{Changes, Work};
use super::progress::Bar;
use super::publish::{folder_of, require_slo};
use super::simulation::begin;
use super::timing::Watch;
use crate::report::{fingerprint, slo_outcome, slo_verdicts};
use crate::study::{Progress, Shard, StudyError, SweepRow, Variant, VariantResult, run_points};
use crate::world::Stopper;

// What shards are put together with.
pub(super) use desk::progress;
pub(super) use ending::Ending;
pub(super) use outline::Outline;
pub(super) use points::{POINTS, points_of};
pub(super) use state::Finished;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley sweep shop.toml --sweep load", "a sweep of the scenario; finds the knee"),
    ("lindley sweep shop.toml --vary node.app.replicas=1..8", "a sweep of the moment"),
    ("lindley sweep shop.toml --sweep load --shard 2/4", "the second of four parts of it"),
];

/// What a sweep is called that only the command line asks for.
const OF_THE_MOMENT: &str = "vary";

/// Runs variants over all points of a sweep, and finds the largest load that meets the SLO.
///
/// Finished points are kept: a sweep that was stopped goes on when the same command is given again.
/// With `--shard` several machines share the points, and `merge` puts together what they have.
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
    /// Runs one of N parts of the points, from 1/N to N/N, into a folder of its own.
    #[arg(long, value_name = "I/N", value_parser = Shard::read, allow_hyphen_values = true)]
    shard: Option<Shard>,
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

/// Runs what is not finished, prints and writes.
///
/// # Errors
/// If the scenario is wrong, another process works on the sweep, the run fails or is interrupted,
/// or the results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let sweep = Asked::of(&args, io)?;
    let variants: Vec<Variant> = sweep.points.iter().map(|it| it.variant.clone()).collect();
    require_slo(&variants, &args.work)?;
    let columns = args.columns.of(&variants)?;
    table::check(&columns)?;
    let threads = begin(&args.work, io)?;
    let provenance = sweep.provenance(&args);
    remember_seed(provenance.seed);
    // A folder of its own: what `run` and `compare` wrote of the scenario stays.
    let folder = folder_of(&args.work, &sweep.folder())?;
    let watch = Watch::start();
    let outline = sweep.outline(&args, &provenance);
    let (desk, state, finished) = Desk::open(&folder, &outline.header, args.restart, io)?;
    let (finished, events) = finish(&sweep, state, finished, args.work.quiet)?;
    io.note(&watch.line(events, threads));
    let ending = Ending::new(provenance, outline, finished);
    let place = ending.write(&folder, &args.work)?;
    desk.clear();
    ending.print(&columns, &args.work, io)?;
    io.note(&place);
    Ok(ending.exit(&args.work))
}

/// Runs the points that are not among `finished`. Returns all of them, and how many events
/// there were now.
fn finish(
    sweep: &Asked,
    state: State,
    mut finished: Vec<Finished>,
    is_quiet: bool,
) -> Result<(Vec<Finished>, u64), CommandError> {
    // A damaged state may hold points of others.
    finished.retain(|it| sweep.is_own(it.place));
    let mut all: Vec<Option<Finished>> = vec![None; sweep.points.len()];
    keep(&mut all, finished);
    let is_open: Vec<bool> =
        all.iter().enumerate().map(|(place, it)| it.is_none() && sweep.is_own(place)).collect();
    let open = sweep.points.iter().zip(&is_open).filter(|(_, is_open)| **is_open);
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
    let ran = run_points(&sweep.points, |place| is_open[place], conclude, &bar);
    drop(bar);
    let (_, new, error) = book.into_inner().expect("no job panics");
    if let Some(error) = error {
        return Err(CommandError::Files(format!("cannot keep a finished point: {error}")));
    }
    match ran {
        Err(StudyError::Stopped) => {
            let kept = all.iter().flatten().count() + new.len();
            let own = (0..all.len()).filter(|place| sweep.is_own(*place)).count();
            return Err(CommandError::Interrupted(format!(
                "{kept} of {own} points are kept; the same command goes on from there"
            )));
        }
        Err(StudyError::Fault(fault)) => return Err(fault.into()),
        Ok(()) => {}
    }
    let events = new.iter().map(|point| point.events).sum();
    keep(&mut all, new);
    Ok((all.into_iter().flatten().collect(), events))
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

    fn stopper(&self) -> Option<Stopper> {
        self.bar.stopper()
    }
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
        minds_failures: result.graph.run.slo.is_some_and(|slo| slo.success.is_some()),
        fingerprint: fingerprint(std::slice::from_ref(result)),
        events: result.replications.iter().map(|run| run.events).sum(),
    }
}
