//! `lindley compare`: variants or files under common random numbers.

use std::path::{Path, PathBuf};

use super::baseline::Recorded;
use super::columns::Columns;
use super::exit::{CommandError, Exit};
use super::io::{Io, WIDTH};
use super::opened::Opened;
use super::options::{Changes, Closer, Work, shell_word};
use super::publish::{folder_of, publish, require_slo, watched};
use super::shipped;
use super::simulation::simulate;
use crate::report::{Provenance, compare_json, compare_table, digest, result_files, run_table};
use crate::scenario::{BASE, nearest};
use crate::study::{Variant, compare};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley compare shop.toml", "the variants of a file, against its first"),
    ("lindley compare old.toml new.toml", "two files"),
    ("lindley compare shop.toml --baseline results/shop --out now", "against an earlier result"),
];

/// Compares variants under common random numbers: which differences are real, and how large.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenarios: files, or names of shipped scenarios. Variants of several are called
    /// `file/variant`.
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// The variant that all others are compared with [default: the first].
    #[arg(long, value_name = "VARIANT")]
    against: Option<String>,
    /// Compares each variant with itself in the result of an earlier run, which is kept: give
    /// another folder with --out.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["against", "precision"])]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    closer: Closer,
}

impl Args {
    /// What runs without any arguments.
    pub(super) fn of_main_scenario() -> Self {
        Self {
            scenarios: vec![shipped::MAIN.to_owned()],
            against: None,
            baseline: None,
            changes: Changes::default(),
            columns: Columns::default(),
            work: Work::default(),
            closer: Closer::default(),
        }
    }
}

/// Runs, compares, prints and writes.
///
/// # Errors
/// If a scenario is wrong, there is nothing to compare, the run fails or is interrupted, or the
/// results cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let (files, variants) = open(&args, io)?;
    require_slo(&variants, &args.work)?;
    let against = place_of_baseline(&args, &variants)?;
    check_pairing(&variants)?;
    let columns = args.columns.of(&variants)?;
    let recorded = args.baseline.as_deref().map(Recorded::read).transpose()?;
    if let Some(recorded) = &recorded {
        recorded.check(&variants)?;
    }
    let provenance = provenance(&args, &files, &variants);
    let folder = folder_of(&args.work, &provenance.scenario)?;
    keep_baseline(&args, &folder)?;
    let results = simulate(&variants, &args.closer, &args.work, io)?;
    let comparison = match &recorded {
        Some(recorded) => recorded.compare(&results),
        None => compare(&results, against),
    };
    let written = result_files(&provenance, &results, Some(&comparison));
    let place = publish(&folder, &provenance.title, written, &args.work)?;
    if args.work.json {
        io.print(&format!("{:#}\n", compare_json(&provenance, &results, &comparison)))?;
    } else if let Some(recorded) = &recorded {
        io.print(&run_table(&provenance, &results, &columns, WIDTH, true))?;
        io.print(&recorded.told(&results, &comparison))?;
    } else {
        let compared = (results.as_slice(), &comparison);
        io.print(&compare_table(&provenance, compared, &columns, WIDTH, true))?;
    }
    io.note(&place);
    Ok(watched(&results, &args.work, io))
}

/// All scenarios and all their variants.
fn open(args: &Args, io: &mut Io) -> Result<(Vec<Opened>, Vec<Variant>), CommandError> {
    let (mut files, mut all): (Vec<Opened>, Vec<Variant>) = (Vec::new(), Vec::new());
    for scenario in &args.scenarios {
        let opened = Opened::open(scenario, &args.changes)?;
        if files.iter().any(|other| other.name == opened.name) {
            let sentence = format!("two of the scenarios are called `{}`", opened.name);
            return Err(CommandError::Usage(sentence));
        }
        let several = args.scenarios.len() > 1;
        let own = several.then(|| args.changes.of_one(&opened.name, BASE));
        let changes = own.as_ref().unwrap_or(&args.changes);
        let (opened, mut variants) = opened.variants(changes, io)?;
        if several {
            for variant in &mut variants {
                variant.name = match variant.name.as_str() {
                    BASE => opened.name.clone(),
                    name => format!("{}/{name}", opened.name),
                };
            }
        }
        files.push(opened);
        all.extend(variants);
    }
    if args.scenarios.len() > 1 {
        no_stranger(&args.changes.variants, &files)?;
    }
    Ok((files, all))
}

/// Makes sure that variants called `file/variant` are of files that there are.
fn no_stranger(variants: &[String], files: &[Opened]) -> Result<(), CommandError> {
    let is_known = |file: &str| files.iter().any(|opened| opened.name == file);
    let stranger =
        variants.iter().find(|name| name.split_once('/').is_some_and(|(file, _)| !is_known(file)));
    let Some(name) = stranger else { return Ok(()) };
    let names: Vec<&str> = files.iter().map(|opened| opened.name.as_str()).collect();
    Err(CommandError::Usage(format!(
        "`{name}` is a variant of no scenario here, which are `{}`",
        names.join("`, `")
    )))
}

/// The number of the variant that all others are compared with.
fn place_of_baseline(args: &Args, variants: &[Variant]) -> Result<usize, CommandError> {
    if args.baseline.is_none() && variants.len() < 2 {
        let sentence = "there is one variant only, and nothing to compare it with: write a \
                        `[variant.NAME]`, name a second file, or give `--baseline DIR`";
        return Err(CommandError::Usage(sentence.to_owned()));
    }
    let Some(name) = &args.against else { return Ok(0) };
    let found = variants.iter().position(|variant| variant.name == *name);
    found.ok_or_else(|| {
        let names = variants.iter().map(|variant| variant.name.as_str());
        let advice = nearest(name, names.clone()).map_or_else(
            || format!("there are `{}`", names.collect::<Vec<_>>().join("`, `")),
            |meant| format!("did you mean `{meant}`?"),
        );
        CommandError::Usage(format!("there is no variant `{name}` to compare with: {advice}"))
    })
}

/// The new result does not take the place of the one that it is compared with.
fn keep_baseline(args: &Args, folder: &Path) -> Result<(), CommandError> {
    let Some(baseline) = &args.baseline else { return Ok(()) };
    let found = |folder: &Path| folder.canonicalize().ok();
    match found(folder) {
        Some(place) if Some(&place) == found(baseline).as_ref() => {
            Err(CommandError::Usage(format!(
                "the result would take the place of its baseline `{}`: give another folder with \
                 --out",
                baseline.display()
            )))
        }
        Some(_) | None => Ok(()),
    }
}

/// Pairs need the same seed and as many replications on both sides.
fn check_pairing(variants: &[Variant]) -> Result<(), CommandError> {
    let of = |variant: &Variant| (variant.graph.run.seed, variant.graph.run.replications);
    let Some(first) = variants.first() else { return Ok(()) };
    let Some(odd) = variants.iter().find(|variant| of(variant) != of(first)) else { return Ok(()) };
    Err(CommandError::Usage(format!(
        "`{}` and `{}` differ in their seed or number of replications, so that they cannot be \
         compared in pairs: give --seed and --replications",
        first.name, odd.name
    )))
}

fn provenance(args: &Args, files: &[Opened], variants: &[Variant]) -> Provenance {
    let joined = |of: fn(&Opened) -> String, between: &str| {
        files.iter().map(of).collect::<Vec<_>>().join(between)
    };
    let text = joined(Opened::text, "\n");
    let mut command = format!("lindley compare {}", joined(|file| shell_word(file.word()), " "));
    if let Some(name) = &args.against {
        command.push_str(&format!(" --against {}", shell_word(name)));
    }
    if let Some(folder) = &args.baseline {
        command.push_str(&format!(" --baseline {}", shell_word(&folder.to_string_lossy())));
    }
    command.push_str(&args.changes.words());
    command.push_str(&args.closer.words());
    let run = &variants[0].graph.run;
    Provenance {
        scenario: joined(|file| file.name.clone(), "-and-"),
        title: if files.len() > 1 { String::new() } else { run.title.clone() },
        digest: digest(&text),
        text,
        overlays: args.changes.overlays(),
        seed: run.seed,
        command,
    }
}
