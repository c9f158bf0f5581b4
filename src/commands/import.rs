//! `lindley import`: an access log becomes traces and a scenario.

mod source;
mod table;
mod traces;

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::{Work, no_option, shell_word};
use super::publish::folder_of;
use super::simulation::begin;
use crate::access_log::{Described, Imported, Profile, described, printable, scenario};
use crate::report::{ResultFile, WriteError, write_folder_with};
use crate::time::{MAX_SPAN, NANOS_PER_SEC};
use source::Source;
use table::Line;
use traces::Traces;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley import access.log", "a scenario and traces from a server's access log"),
    ("lindley import access.log.gz --out shop --endpoints 5", "the same, elsewhere and shorter"),
];

/// How many steps the fitted rate has, at most.
const STEPS: u64 = 60;

/// Makes traces and a scenario of an access log.
///
/// The log is in Common or Combined Log Format, as Apache, nginx and others write it, and may be
/// compressed with gzip. It is read twice and never held. Written are `scenario.toml`, which runs
/// at once, `trace.csv` with all requests, for `lindley cache`, a trace for each endpoint, and what
/// was fitted, as `endpoints.csv`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The log.
    #[arg(value_name = "ACCESS_LOG")]
    log: PathBuf,
    /// How many endpoints are told apart; all others are one more.
    #[arg(long, value_name = "N", default_value_t = 12)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=200))]
    endpoints: u16,
    /// The share of lines that may be malformed; they are told and left out.
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    malformed: f64,
    /// The folder of the results [default: results/ACCESS_LOG].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Prints JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Prints results, warnings and errors only.
    #[arg(long, short)]
    quiet: bool,
}

/// What says how the results came about.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    title: &'a str,
    command: &'a str,
    requests: u64,
    malformed: u64,
    seconds: u64,
}

/// Reads the log twice: once for what there is of it, and once to write its traces.
///
/// # Errors
/// If too many lines are malformed, the log cannot be read, or results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let work = Work { out: args.out.clone(), quiet: args.quiet, ..Work::default() };
    begin(&work, io)?;
    let source = Source::new(&args.log, args.malformed);
    let folder = folder_of(&work, &source.stem())?;
    let (mut survey, faults) = source.survey()?;
    let profile = Profile::of(&survey.seconds, STEPS)
        .filter(|profile| profile.seconds <= MAX_SPAN.0 / NANOS_PER_SEC)
        .ok_or_else(|| source.usage("covers more than 100 years"))?;
    let (requests, is_full) = (survey.requests, survey.is_full);
    let (has_sessions, has_addresses) = (survey.has_sessions, survey.has_addresses);
    let seconds = std::mem::take(&mut survey.seconds);
    let mut condensed = survey.condensed(usize::from(args.endpoints));
    let with_file = |it: Described| {
        let file = traces::file_of(&it);
        (it, file)
    };
    let endpoints = described(std::mem::take(&mut condensed.endpoints));
    let endpoints: Vec<(Described, String)> = endpoints.into_iter().map(with_file).collect();
    let log = printable(source.name().as_bytes());
    let imported = Imported {
        log: &log,
        endpoints: &endpoints,
        profile: &profile,
        requests,
        malformed: faults.count,
        is_full,
    };
    let lines: Vec<Line> = endpoints.iter().map(|(it, file)| Line::of(it, file)).collect();
    let scenario = scenario(&imported);
    keep_changed(&folder.join("scenario.toml"), &scenario)?;
    let mut large = Vec::new();
    write_folder_with(&folder, |new: &Path| {
        let mut traces = Traces::create(new, &endpoints, requests, has_addresses, has_sessions)?;
        source.rows(&seconds, &condensed, |row| traces.write(row))?;
        large = traces.finish(new)?;
        Ok::<_, CommandError>(Cow::Owned(vec![
            ResultFile { name: "manifest.json".to_owned(), bytes: manifest(&args, &imported)? },
            ResultFile { name: "endpoints.csv".to_owned(), bytes: table::csv(&lines)? },
            ResultFile { name: "scenario.toml".to_owned(), bytes: scenario.into_bytes() },
        ]))
    })?;
    io.print(&if args.json {
        table::json(&imported, &lines)?
    } else {
        table::text(&imported, &lines)
    })?;
    tell(&faults, is_full, &large, io);
    let scenario = folder.join("scenario.toml");
    io.note(&format!("Try it: lindley run {}", shell_word(&scenario.to_string_lossy())));
    Ok(Exit::Done)
}

/// Leaves a scenario alone that is not the one that would be written: somebody may have written
/// into it what requests cost.
///
/// # Errors
/// If there is one, or if it cannot be read.
fn keep_changed(path: &Path, scenario: &str) -> Result<(), CommandError> {
    let why = match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(there) if there == scenario.as_bytes() => return Ok(()),
        Ok(_) => "there is another one already, which would be lost: move it away, or choose \
                  another folder with --out"
            .to_owned(),
        Err(error) => error.to_string(),
    };
    Err(CommandError::Files(format!("cannot write `{}`: {why}", path.display())))
}

/// What a person should know of what was left out or is too large.
fn tell(faults: &source::Faults, is_full: bool, large: &[String], io: &mut Io) {
    if faults.count > 0 {
        io.note(&faults.sentence());
    }
    if is_full {
        io.note("Not all objects and endpoints are told apart: there are more than are held.");
    }
    for file in large {
        io.note(&format!("{file} is too large for `lindley run`: import a part of the log."));
    }
}

fn manifest(args: &Args, imported: &Imported<'_>) -> Result<Vec<u8>, CommandError> {
    let log = args.log.to_string_lossy();
    let log = shell_word(&no_option(&log));
    let (endpoints, malformed) = (args.endpoints, args.malformed);
    let manifest = Manifest {
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        title: imported.log,
        command: &format!("lindley import {log} --endpoints {endpoints} --malformed {malformed}"),
        requests: imported.requests,
        malformed: imported.malformed,
        seconds: imported.profile.seconds,
    };
    table::pretty(&manifest).map(String::into_bytes)
}

/// A share such as `5%` or `0.05`.
fn share(text: &str) -> Result<f64, String> {
    let (number, of) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let share = number.trim_end().parse::<f64>().ok().map(|number| number / of);
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share is from 0 to 1, such as `5%` or `0.05`".to_owned())
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> Self {
        Self::Files(error.to_string())
    }
}
