//! `lindley validate`: the program against what is known to be true.

use std::path::PathBuf;

use serde::Serialize;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::Work;
use super::progress::Bar;
use super::simulation::begin;
use crate::scenario::nearest;
use crate::study::Progress;
use crate::validate::theory::{Case, Options, built_in, cases, job_count, run as judged};
use crate::validate::{Judged, Report, cache, intervals, real};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley validate --quick", "against queueing theory, in less than a minute on one core"),
    ("lindley validate --case mm1-02", "one case, with all its requests"),
    ("lindley validate --group real", "against recordings of nginx, HAProxy, Envoy and Caddy"),
    ("lindley validate --group cache", "eviction: exact counts of misses, and closed forms"),
    ("lindley validate --group intervals", "how often intervals hold the truth, in minutes"),
];

/// Runs cases with known answers and says which of them come out.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which cases.
    #[arg(long, value_enum, default_value = "theory")]
    group: Group,
    /// The first cases of each kind, with fewer requests and tolerances to match.
    #[arg(long)]
    quick: bool,
    /// Only this case.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// Another table of cases, in the form of the one that is built in.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Threads to work with [default: RAYON_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Shows no progress.
    #[arg(long, short)]
    quiet: bool,
}

/// Cases that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Group {
    /// Queueing theory: closed forms and numerically exact values.
    Theory,
    /// Recordings of real proxies: nginx, HAProxy, Envoy, Caddy.
    Real,
    /// Eviction: counts of misses, hit by hit where they are known, and closed forms.
    Cache,
    /// Confidence intervals: how many of a thousand studies of known queues hold the truth.
    Intervals,
}

/// Runs the cases and prints what came of each: status 1 if one of them misses.
///
/// # Errors
/// If there is no such case, the table cannot be read, or somebody interrupts.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    match args.group {
        Group::Theory => {
            let table = table(args.table.as_ref())?;
            require_case(table.iter().map(|case| case.id.as_str()), args.case.as_deref())?;
            begin(&args.work(), io)?;
            let options = args.options();
            let bar = Bar::new(job_count(&table, &options), args.quiet);
            let report = judged(&table, &options, &bar).ok_or_else(CommandError::interrupted)?;
            print(&report, args.json, io)
        }
        Group::Real | Group::Cache | Group::Intervals if args.table.is_some() => {
            Err(CommandError::Usage("only theory takes a `--table`".to_owned()))
        }
        Group::Real => judge(&args, real::case_ids(), real::job_count, real::run, io),
        Group::Cache => judge(&args, cache::case_ids(), cache::job_count, cache::run, io),
        Group::Intervals => {
            judge(&args, intervals::case_ids(), intervals::job_count, intervals::run, io)
        }
    }
}

/// Runs the cases of a group that has a table of its own.
fn judge<C: Judged + Serialize>(
    args: &Args,
    ids: Vec<String>,
    job_count: fn(&Options) -> u64,
    run: fn(&Options, &dyn Progress) -> Option<Report<C>>,
    io: &mut Io,
) -> Result<Exit, CommandError> {
    require_case(ids.iter().map(String::as_str), args.case.as_deref())?;
    begin(&args.work(), io)?;
    let options = args.options();
    let bar = Bar::new(job_count(&options), args.quiet);
    let report = run(&options, &bar).ok_or_else(CommandError::interrupted)?;
    print(&report, args.json, io)
}

impl Args {
    fn options(&self) -> Options {
        Options { quick: self.quick, case: self.case.clone() }
    }

    fn work(&self) -> Work {
        Work { threads: self.threads, quiet: self.quiet, ..Work::default() }
    }
}

/// Prints a report; status 1 unless it passes.
fn print<C: Judged + Serialize>(
    report: &Report<C>,
    as_json: bool,
    io: &mut Io,
) -> Result<Exit, CommandError> {
    io.print(&if as_json { json(report)? } else { report.to_string() })?;
    Ok(if report.passes() { Exit::Done } else { Exit::Found })
}

fn table(path: Option<&PathBuf>) -> Result<Vec<Case>, CommandError> {
    let Some(path) = path else { return Ok(built_in()) };
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| CommandError::Files(format!("cannot read {name}: {error}")))?;
    cases(&text)
        .map_err(|error| CommandError::Usage(format!("{name} is no table of cases: {error}")))
}

fn require_case<'a>(
    mut known: impl Iterator<Item = &'a str> + Clone,
    id: Option<&str>,
) -> Result<(), CommandError> {
    let Some(id) = id else { return Ok(()) };
    let near = nearest(id, known.clone());
    if known.any(|case| case == id) {
        return Ok(());
    }
    let hint = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
    Err(CommandError::Usage(format!("there is no case `{id}`{hint}")))
}

fn json(report: &impl Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(report);
    text.map(|text| text + "\n").map_err(|error| CommandError::Fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_that_does_not_exist_is_refused_with_the_nearest_name() {
        let table = built_in();
        let known = || table.iter().map(|case| case.id.as_str());
        let error = require_case(known(), Some("mm1-2")).expect_err("no such case");
        assert!(error.to_string().starts_with("there is no case `mm1-2`: did you mean `mm1-"));
        assert!(require_case(known(), Some("mm1-02")).is_ok());
        assert!(require_case(known(), None).is_ok());
    }

    #[test]
    fn a_table_that_cannot_be_read_ends_with_the_status_for_files() {
        let error = table(Some(&PathBuf::from("no/such/table.json"))).expect_err("missing");
        assert_eq!(error.exit(), Exit::Files);
    }
}
