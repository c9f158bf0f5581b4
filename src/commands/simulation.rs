//! Running variants from the command line: threads, a bar, a line about the time, and the proof
//! that a second run comes out the same.

use super::exit::CommandError;
use super::fault::remember_seed;
use super::interrupt;
use super::io::Io;
use super::options::{Closer, Work};
use super::progress::Bar;
use super::threads;
use super::timing::Watch;
use crate::stats::percent;
use crate::study::{Plan, Precision, Variant, VariantResult, imprecise, run_variants};

/// Begins a command that computes: quiet or not, with its threads, listening to Ctrl-C. Returns
/// the number of threads.
///
/// # Errors
/// If the system gives no threads.
pub(super) fn begin(work: &Work, io: &mut Io) -> Result<usize, CommandError> {
    io.be_quiet(work.quiet);
    interrupt::listen();
    threads::start(work)
}

/// Runs all replications of `variants`, twice if determinism is to be checked.
///
/// # Errors
/// If an audit fails, if two runs differ, or if somebody interrupts.
pub(super) fn simulate(
    variants: &[Variant],
    closer: &Closer,
    work: &Work,
    io: &mut Io,
) -> Result<Vec<VariantResult>, CommandError> {
    let threads = begin(work, io)?;
    if let Some(first) = variants.first() {
        remember_seed(first.graph.run.seed);
    }
    let watch = Watch::start();
    let results = once(variants, closer.plan(), work)?;
    if closer.check_determinism {
        let again = once(variants, closer.plan(), work)?;
        match first_difference(&results, &again) {
            None => io.note("Two runs agree in the fingerprints of all replications."),
            Some(where_it_is) => {
                return Err(CommandError::Fault(format!(
                    "two runs differ, first in {where_it_is}"
                )));
            }
        }
    }
    if let Some(precision) = closer.plan().precision {
        results.iter().for_each(|result| tell_imprecise(result, precision, io));
    }
    let times = if closer.check_determinism { 2 } else { 1 };
    let events: u64 = results.iter().flat_map(|it| &it.replications).map(|run| run.events).sum();
    io.note(&watch.line(times * events, threads));
    Ok(results)
}

/// Warns of a variant whose headlines are not as precise as they should be.
fn tell_imprecise(result: &VariantResult, precision: Precision, io: &mut Io) {
    let share = |share: f64| percent(share, 0.0);
    let found = imprecise(result, precision).into_iter().map(|(metric, achieved)| {
        if achieved.is_finite() {
            format!("{metric} is known to {}", share(achieved))
        } else {
            format!("{metric} has no interval")
        }
    });
    let found = found.collect::<Vec<_>>().join(", ");
    if !found.is_empty() {
        io.warn(&format!(
            "{}: a precision of {} was not reached after {} replications, which are the most that \
             are run: {found}",
            result.name,
            share(precision.half_width),
            result.replications.len()
        ));
    }
}

fn once(variants: &[Variant], plan: Plan, work: &Work) -> Result<Vec<VariantResult>, CommandError> {
    let jobs = variants.iter().map(|it| u64::from(it.graph.run.replications)).sum();
    Ok(run_variants(variants, plan, &Bar::new(jobs, work.quiet))?)
}

/// Where two runs of the same differ first.
fn first_difference(one: &[VariantResult], other: &[VariantResult]) -> Option<String> {
    for (one, other) in one.iter().zip(other) {
        let name = &one.name;
        for (number, (a, b)) in (1..).zip(one.replications.iter().zip(&other.replications)) {
            if (a.observable, a.strict, a.events) != (b.observable, b.strict, b.events) {
                return Some(format!("variant `{name}`, replication {number}"));
            }
        }
        let counts = (one.replications.len(), other.replications.len());
        if counts.0 != counts.1 {
            return Some(format!(
                "variant `{name}`, with {} or {} replications",
                counts.0, counts.1
            ));
        }
    }
    None
}
