//! `lindley cache`: what share of a trace misses, for many policies and sizes of a cache.

mod replays;
mod sizes;
mod source;
mod table;

use std::path::PathBuf;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::{Work, no_option, shell_word};
use super::publish::{folder_of, publish};
use super::simulation::begin;
use crate::evict::replay::{Clock, Lifetime, Rule};
use crate::scenario::nearest;
use crate::time::{NANOS_PER_SEC, Span};
use crate::unit::Quantity;
use replays::Replays;
use sizes::Size;
use source::{Needs, Source};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley cache requests.csv", "miss ratios of a trace, by policy and size"),
    (
        "lindley cache cdn.oracleGeneral.gz --policy lru,sieve,belady --size 1%,10%,4GiB",
        "some of them, of a binary trace of libCacheSim",
    ),
    ("lindley cache requests.csv --policy lru,ttl --ttl 60s", "objects expire after a minute"),
];

/// The policies that are replayed unless others are named: as many as a figure shows.
const USUAL: &str = "fifo,lru,clock,lfu,arc,w-tiny-lfu,s3-fifo,sieve";

/// The sizes that are replayed unless others are named.
const SIZES: &str = "0.1%,0.3%,1%,3%,10%,30%";

/// Replays a trace through caches of many policies and sizes, and tells what misses.
///
/// The trace is CSV with a column `object` (or `path`) and, if objects differ, `size_bytes`; or
/// libCacheSim's binary `oracleGeneral`; either may be compressed with gzip. An object has the
/// largest size that any of its rows names, everywhere: an answer without its body, such as 304,
/// makes it no smaller. Where there is a column `method`, requests other than GET and HEAD are left
/// out and counted.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The trace.
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// Who goes first, by name, or `all`.
    ///
    /// Some know the future: `belady` is a bound, which no policy beats that has to store what it
    /// misses, where all objects are of one size or room is counted in objects; `belady-size` is a
    /// good choice where sizes differ, and no bound; `static` is the best content that never
    /// changes, which is no bound where popularity moves. `ttl` gives nothing up for want of room.
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',', default_value = USUAL)]
    policies: Vec<String>,
    /// How much a cache holds: objects (`10000`), bytes (`64MiB`), or a share of all that is asked
    /// for (`1%`).
    #[arg(long = "size", value_name = "SIZE", value_delimiter = ',', default_value = SIZES)]
    #[arg(value_parser = Size::read)]
    sizes: Vec<Size>,
    /// For how long an object may be used after it was stored, such as `60s`; for ever by default.
    /// The trace needs a column `arrival_us`. The policy `ttl` gives nothing up for want of room.
    #[arg(long, value_name = "TIME", value_parser = Span::from_text)]
    ttl: Option<Span>,
    /// How the cache tells the time: exactly, or by whole seconds as nginx does, so that an object
    /// is used to the end of the second in which its lifetime ends.
    #[arg(long, value_name = "CLOCK", default_value = "exact", requires = "ttl")]
    ttl_clock: TtlClock,
    /// Threads to work with [default: RAYON_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// The folder of the results [default: results/TRACE].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draws no plots.
    #[arg(long)]
    no_plots: bool,
    /// Prints JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Prints results, warnings and errors only.
    #[arg(long, short)]
    quiet: bool,
}

/// How a cache tells the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TtlClock {
    /// By nanoseconds.
    Exact,
    /// By whole seconds.
    Second,
}

/// Reads the trace twice: once for what there is of it, and once to replay it.
///
/// # Errors
/// If a policy is unknown, the trace is wrong or cannot be read, or results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let lifetime = lifetime(&args)?;
    let rules = rules(&args.policies, lifetime.is_some())?;
    let work = Work {
        threads: args.threads,
        out: args.out.clone(),
        no_plots: args.no_plots,
        json: args.json,
        quiet: args.quiet,
        ..Work::default()
    };
    begin(&work, io)?;
    let source = Source::new(&args.trace)?;
    let name = source.name();
    let folder = folder_of(&work, &name)?;
    let needs = Needs {
        next: rules.iter().any(|rule| rule.needs_next()),
        popularity: rules.contains(&Rule::Static),
        times: lifetime.is_some(),
    };
    let known = source.survey(needs)?;
    let replays = Replays::new(&rules, &args.sizes, lifetime, &known)?.run(&source, &known)?;
    let text = if args.json { replays.json()? } else { table::text(&replays, &known) };
    let until = args.ttl.map_or_else(String::new, |ttl| format!(", kept for {}", ttl.to_text()));
    let counts = (known.requests, known.objects());
    let title = format!("{name}: {} requests for {} objects{until}", counts.0, counts.1);
    let files = replays.files(&title, &command(&args))?;
    let told = publish(&folder, &title, files, &work)?;
    io.print(&text)?;
    if args.json {
        known.remarks().iter().for_each(|remark| io.note(remark));
    }
    io.note(&told);
    Ok(Exit::Done)
}

/// For how long objects may be used, if that is limited.
fn lifetime(args: &Args) -> Result<Option<Lifetime>, CommandError> {
    let Some(ttl) = args.ttl else { return Ok(None) };
    let clock = match args.ttl_clock {
        TtlClock::Exact => Clock::Exact,
        TtlClock::Second => Clock::Seconds,
    };
    let usage = |what: &str| Err(CommandError::Usage(what.to_owned()));
    if ttl == Span::ZERO {
        return usage("`--ttl 0s` would keep nothing: it is above 0s");
    }
    if clock == Clock::Seconds && !ttl.0.is_multiple_of(NANOS_PER_SEC) {
        return usage("a clock of whole seconds needs a `--ttl` of whole seconds");
    }
    Ok(Some(Lifetime { nanos: ttl.0, clock }))
}

/// The rules that words stand for; with lifetimes, of those that know them.
fn rules(words: &[String], has_lifetime: bool) -> Result<Vec<Rule>, CommandError> {
    let mut rules = Vec::new();
    for word in words {
        let found: Vec<Rule> = if word == "all" {
            let more = has_lifetime.then_some(Rule::Ttl);
            let known = Rule::all().filter(|rule| !has_lifetime || rule.knows_lifetimes());
            known.chain(more).collect()
        } else {
            Rule::named(word).into_iter().collect()
        };
        if found.is_empty() {
            let words: Vec<&str> = Rule::all().chain([Rule::Ttl]).map(Rule::word).collect();
            let hint = match nearest(word, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are `{}`, and `all`", words.join("`, `")),
            };
            return Err(CommandError::Usage(format!("there is no policy `{word}`: {hint}")));
        }
        for rule in found {
            if has_lifetime && !rule.knows_lifetimes() {
                let sentence = format!("`{word}` is of no use with `--ttl`: leave it out");
                return Err(CommandError::Usage(sentence));
            }
            if rule == Rule::Ttl && !has_lifetime {
                let sentence = "the policy `ttl` needs to know for how long: `--ttl 60s`";
                return Err(CommandError::Usage(sentence.to_owned()));
            }
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    Ok(rules)
}

/// The command line that gives the same again.
fn command(args: &Args) -> String {
    let trace = args.trace.to_string_lossy();
    let sizes: Vec<&str> = args.sizes.iter().map(|size| size.text.as_str()).collect();
    let (trace, policies) = (shell_word(&no_option(&trace)), args.policies.join(","));
    let clock = if args.ttl_clock == TtlClock::Second { " --ttl-clock second" } else { "" };
    let ttl = args.ttl.map(|ttl| format!(" --ttl {}{clock}", ttl.to_text())).unwrap_or_default();
    format!("lindley cache {trace} --policy {policies} --size {}{ttl}", sizes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_policy_is_refused_with_the_nearest_name() {
        let error = rules(&["seive".to_owned()], false).expect_err("unknown").to_string();
        assert_eq!(error, "there is no policy `seive`: did you mean `sieve`?");
        let error = rules(&["nope".to_owned()], false).expect_err("unknown").to_string();
        assert!(error.starts_with("there is no policy `nope`: there are `"), "{error}");
        assert!(error.contains("`lru`, ") && error.ends_with("`ttl`, and `all`"), "{error}");
        let words = ["all".to_owned(), "lru".to_owned()];
        assert_eq!(rules(&words, false).unwrap().len(), Rule::all().count());
    }
}
