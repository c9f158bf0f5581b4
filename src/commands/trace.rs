//! `lindley trace`: single requests of one replication as spans.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::exit::{CommandError, Exit};
use super::fault::remember_seed;
use super::io::Io;
use super::opened::Opened;
use super::options::{Changes, seed};
use super::progress::Bar;
use super::whole::{Kind, write_whole};
use crate::observe::Kept;
use crate::report::{TraceOrigin, chrome, otlp};
use crate::study::{TracedRun, Variant, WantedTraces, trace_requests};
use crate::time::{Span, Time};
use crate::unit::Quantity;

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley trace shop.toml --out shop.json", "single requests, to be opened in Perfetto"),
    ("lindley trace shop.toml --slowest 5 --format otlp", "the slowest, for OpenTelemetry"),
];

/// What may be written anew.
const SPANS: Kind = Kind {
    name: "file of spans",
    beginnings: &["{\"displayTimeUnit\":\"ms\",\"otherData\":", "{\"resourceSpans\":"],
};

/// Requests that are kept if nobody says how many.
const REQUESTS: u32 = 20;

/// Shows single requests as spans, for tools that read traces.
///
/// All spans of a request are one trace: the request at its client, each call at its caller and at
/// its node, and what its time went on. Times are those of the simulation, from 0 on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    /// The form of the output.
    #[arg(long, value_name = "FORM", default_value = "chrome")]
    format: Format,
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prints the spans, warnings and errors only.
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    run: OneRun,
}

/// Which requests are shown.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which requests")]
struct Which {
    /// A sample of so many [default: 20]: the same in every variant, and that of a smaller number
    /// is its beginning.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    requests: Option<u32>,
    /// The N slowest instead, the slowest first: of those that ended in the measured window.
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "requests",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    slowest: Option<u32>,
    /// Only those that ended at this moment of the simulation or later, such as `90s`.
    #[arg(long, value_name = "TIME", value_parser = Span::from_text)]
    from: Option<Span>,
    /// Only those that ended before this moment.
    #[arg(long, value_name = "TIME", value_parser = Span::from_text)]
    to: Option<Span>,
}

/// What is run.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is run")]
struct OneRun {
    /// The variant [default: the first].
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// The replication, from 1.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    replication: u32,
    /// Sets a key by its path, such as `node.app.replicas=8`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// The seed of all randomness, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
}

/// A form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Trace events, as Perfetto and the tracing page of Chrome read them.
    Chrome,
    /// An export request of OpenTelemetry in JSON, as collectors, Jaeger and Tempo take it.
    Otlp,
}

/// Runs the replication and prints or writes the spans.
///
/// # Errors
/// If the arguments or the scenario are wrong, or the output cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { scenario, format, out, quiet, which, run } = args;
    io.be_quiet(quiet);
    let out = out.filter(|out| out != Path::new("-"));
    if let (Some(from), Some(to)) = (which.from, which.to)
        && from >= to
    {
        let sentence = "nothing ends from `--from` on and before `--to`: `--to` must be later";
        return Err(CommandError::Usage(sentence.to_owned()));
    }
    let (name, variant) = variant_of(&scenario, &run, io)?;
    if let Some(out) = &out {
        SPANS.check(out)?;
    }
    remember_seed(variant.graph.run.seed);
    let kept = match (which.slowest, which.requests) {
        (Some(count), _) => Kept::Slowest(count as usize),
        (None, count) => Kept::Sample(count.unwrap_or(REQUESTS) as usize),
    };
    let replication = run.replication - 1;
    let wanted = WantedTraces { replication, kept, from: which.from, to: which.to };
    let jobs = u64::from(variant.graph.run.replications);
    let traced = trace_requests(&variant, wanted, &Bar::new(jobs, quiet))?;
    let origin = TraceOrigin {
        scenario: name,
        variant: variant.name.clone(),
        replication: run.replication,
        seed: variant.graph.run.seed,
    };
    let text = match format {
        Format::Chrome => chrome(&variant.graph, &origin, &traced.requests),
        Format::Otlp => otlp(&variant.graph, &origin, &traced.requests),
    };
    if let Some(halt) = traced.halt {
        io.warn(&format!("the replication ended before its time: {halt}"));
    }
    if traced.ended == 0 {
        io.warn(&format!("no request ended{}: there are no spans", when(&traced)));
    }
    match &out {
        None => io.print(&text)?,
        Some(out) => write_whole(out, text.as_bytes())?,
    }
    io.note(&about(&origin, kept, &traced));
    if let Some(out) = &out {
        let place = match format {
            Format::Chrome => ", to be opened at https://ui.perfetto.dev",
            Format::Otlp => "",
        };
        io.note(&format!("They are in {}{place}", out.display()));
    }
    Ok(Exit::Done)
}

/// The name of the scenario, and the variant that is asked for.
fn variant_of(
    scenario: &str,
    run: &OneRun,
    io: &mut Io,
) -> Result<(String, Variant), CommandError> {
    let changes = Changes {
        sets: run.sets.clone(),
        variants: run.variant.iter().cloned().collect(),
        seed: run.seed,
        replications: None,
    };
    let opened = Opened::open(scenario, &changes)?;
    let first = opened.names(&changes)?.into_iter().next().into_iter().collect();
    let changes = Changes { variants: first, ..changes };
    let (opened, mut variants) = opened.variants(&changes, io)?;
    match variants.pop() {
        Some(variant) => Ok((opened.name, variant)),
        None => Err(CommandError::Usage(format!("`{}` has no variant to run", opened.name))),
    }
}

/// What is shown, in a sentence.
fn about(origin: &TraceOrigin, kept: Kept, traced: &TracedRun) -> String {
    let TraceOrigin { scenario, variant, replication, .. } = origin;
    let count = traced.requests.len();
    let what = match kept {
        Kept::Sample(_) => format!("a sample of {count}"),
        Kept::Slowest(_) => format!("the {count} slowest"),
    };
    let (ended, when) = (traced.ended, when(traced));
    format!(
        "{scenario}, variant {variant}, replication {replication}: {what} of the {ended} requests \
         that ended{when}"
    )
}

/// When the requests ended that were looked at.
fn when(traced: &TracedRun) -> String {
    let from = match traced.window.start {
        Time::ZERO => String::new(),
        at => format!(" from {} on", Span(at.0)),
    };
    let to = match traced.window.end {
        Time::NEVER => String::new(),
        at => format!(" before {}", Span(at.0)),
    };
    format!("{from}{to}")
}
