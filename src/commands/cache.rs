//! `lindley cache`: what share of a trace misses, for many policies and sizes of a cache.

mod replays;
mod sizes;
mod source;
mod table;

use std::path::PathBuf;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::options::{Work, shell_word};
use super::publish::{folder_of, publish};
use super::simulation::begin;
use crate::evict::replay::Rule;
use crate::scenario::nearest;
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
];

/// The policies that are replayed unless others are named: as many as a figure shows.
const USUAL: &str = "fifo,lru,clock,lfu,arc,w-tiny-lfu,s3-fifo,sieve";

/// The sizes that are replayed unless others are named.
const SIZES: &str = "0.1%,0.3%,1%,3%,10%,30%";

/// Replays a trace through caches of many policies and sizes, and tells what misses.
///
/// The trace is CSV with a column `object` (or `path`) and, if objects differ, `size_bytes`; or
/// libCacheSim's binary `oracleGeneral`; either may be compressed with gzip.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The trace.
    #[arg(value_name = "TRACE")]
    trace: PathBuf,
    /// Who goes first, by name; also `static`, `belady` and `belady-size`, which know the future,
    /// or `all`.
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',', default_value = USUAL)]
    policies: Vec<String>,
    /// How much a cache holds: objects (`10000`), bytes (`64MiB`), or a share of all that is asked
    /// for (`1%`).
    #[arg(long = "size", value_name = "SIZE", value_delimiter = ',', default_value = SIZES)]
    #[arg(value_parser = Size::read)]
    sizes: Vec<Size>,
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

/// Reads the trace twice: once for what there is of it, and once to replay it.
///
/// # Errors
/// If a policy is unknown, the trace is wrong or cannot be read, or results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let rules = rules(&args.policies)?;
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
    let needs = Needs {
        next: rules.iter().any(|rule| rule.needs_next()),
        popularity: rules.contains(&Rule::Static),
    };
    let known = source.survey(needs)?;
    let replays = Replays::new(&rules, &args.sizes, &known)?.run(&source, &known)?;
    let text = if args.json { replays.json()? } else { table::text(&replays, &known) };
    let name = source.name();
    let title = format!("{name}: {} requests for {} objects", known.requests, known.objects());
    let files = replays.files(&title, &command(&args))?;
    let told = publish(&folder_of(&work, &name), &title, files, &work)?;
    io.print(&text)?;
    io.note(&told);
    Ok(Exit::Done)
}

/// The rules that words stand for.
fn rules(words: &[String]) -> Result<Vec<Rule>, CommandError> {
    let mut rules = Vec::new();
    for word in words {
        let found: Vec<Rule> = if word == "all" {
            Rule::all().collect()
        } else {
            Rule::named(word).into_iter().collect()
        };
        if found.is_empty() {
            let hint = nearest(word, Rule::all().map(Rule::word))
                .map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            return Err(CommandError::Usage(format!("there is no policy `{word}`{hint}")));
        }
        for rule in found {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    Ok(rules)
}

/// The command line that gives the same again.
fn command(args: &Args) -> String {
    let trace = args.trace.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let sizes: Vec<&str> = args.sizes.iter().map(|size| size.text.as_str()).collect();
    let (trace, policies) = (shell_word(&trace), args.policies.join(","));
    format!("lindley cache {trace} --policy {policies} --size {}", sizes.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_policy_is_refused_with_the_nearest_name() {
        let error = rules(&["seive".to_owned()]).expect_err("unknown").to_string();
        assert_eq!(error, "there is no policy `seive`: did you mean `sieve`?");
        let words = ["all".to_owned(), "lru".to_owned()];
        assert_eq!(rules(&words).unwrap().len(), Rule::all().count());
    }
}
