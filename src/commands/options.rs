//! The options that commands share, in groups that each command takes as it needs them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::stats::Limits;
use crate::study::{Plan, Precision, Wanted};

/// What the command line lays over a scenario.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is run")]
pub struct Changes {
    /// Sets a key by its path, such as `node.app.replicas=8`, or of one variant only, such as
    /// `variant.big.node.app.replicas=8`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
    /// Takes only this variant; may be repeated. Of several scenarios `file/variant` takes it of
    /// one.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// The seed of all randomness, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// How many independent replications are run, instead of the scenario's number.
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,
}

/// How a command works and where its results go; none of it changes a result.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How it is run, and where results go")]
pub struct Work {
    /// Threads to work with [default: RAYON_NUM_THREADS, else SLURM_CPUS_PER_TASK, else all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// The folder of the results [default: results/SCENARIO, of a sweep
    /// results/SCENARIO-SWEEP, of a shard results/SCENARIO-SWEEP-shard-I-of-N, of a plan
    /// results/SCENARIO-plan].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Draws no plots.
    #[arg(long)]
    pub no_plots: bool,
    /// Prints JSON instead of tables.
    #[arg(long)]
    pub json: bool,
    /// Prints results, warnings and errors only.
    #[arg(long, short)]
    pub quiet: bool,
    /// Ends with status 1 unless every variant is shown to meet the scenario's `[slo]`.
    #[arg(long)]
    pub assert_slo: bool,
}

/// What is wanted beyond the usual.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How closely is looked")]
pub struct Closer {
    /// Adds replications until latency and throughput are known this well, such as `2%`; 200 at
    /// most.
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub precision: Option<f64>,
    /// Also writes single requests: all, or a sample of N in each replication.
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true)]
    pub requests: Option<Option<usize>>,
    /// Which fingerprints are taken: of what users see, or also of every single fact.
    #[arg(long, value_name = "KIND", default_value = "observable")]
    pub fingerprint: Fingerprint,
    /// Runs everything twice and compares all fingerprints.
    #[arg(long)]
    pub check_determinism: bool,
}

/// Which fingerprints are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Fingerprint {
    /// Of the outcomes of requests.
    #[default]
    Observable,
    /// Also of every fact.
    Strict,
}

impl Changes {
    /// These changes for the scenario called `scenario` among several: of the variants those that
    /// are called `scenario/variant` or have no scenario in their names. A scenario that none of
    /// them names keeps all its variants.
    #[must_use]
    pub fn of_one(&self, scenario: &str, base: &str) -> Self {
        let own = |name: &String| match name.split_once('/') {
            Some((file, variant)) => (file == scenario).then(|| variant.to_owned()),
            None if name == scenario => Some(base.to_owned()),
            None => Some(name.clone()),
        };
        Self { variants: self.variants.iter().filter_map(own).collect(), ..self.clone() }
    }

    /// All assignments, in the form of `--set`: those of `--seed` and `--replications` come last.
    #[must_use]
    pub fn overlays(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        let count = self.replications.map(|count| format!("replications={count}"));
        self.sets.iter().cloned().chain(seed).chain(count).collect()
    }

    /// The options that give the same again, with a space before each.
    #[must_use]
    pub fn words(&self) -> String {
        let sets = self.overlays().into_iter().map(|set| format!(" --set {}", shell_word(&set)));
        let names = self.variants.iter().map(|name| format!(" --variant {}", shell_word(name)));
        sets.chain(names).collect()
    }
}

impl Closer {
    /// The plan of the study.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let is_strict = self.fingerprint == Fingerprint::Strict || self.check_determinism;
        let cap = Limits::default().cap;
        Plan {
            wanted: Wanted { strict: is_strict, requests: self.requests },
            precision: self.precision.map(|half_width| Precision { half_width, cap }),
        }
    }

    /// The options that give the same again, with a space before each.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        if let Some(precision) = self.precision {
            words.push_str(&format!(" --precision {precision}"));
        }
        match self.requests {
            Some(Some(count)) => words.push_str(&format!(" --requests={count}")),
            Some(None) => words.push_str(" --requests"),
            None => {}
        }
        if self.plan().wanted.strict {
            words.push_str(" --fingerprint strict");
        }
        words
    }
}

/// The path of a file, so that nobody takes it for an option. A lone `-` is no file.
pub(super) fn no_option(path: &str) -> String {
    if path.len() > 1 && path.starts_with('-') { format!("./{path}") } else { path.to_owned() }
}

/// `word` as a shell takes it for one word.
pub(super) fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A seed, as the key `seed` takes it.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

/// A share such as `2%` or `0.02`.
fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().map(|number| number / unit);
    share
        .ok()
        .filter(|share| 0.0 < *share && *share < 1.0)
        .ok_or_else(|| "a precision is a share between 0 and 1, such as `2%`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precision_is_a_percentage_or_a_share() {
        assert_eq!(share("2%"), Ok(0.02));
        assert_eq!(share("0.02"), Ok(0.02));
        for text in ["0", "100%", "2", "x", "-1%", "NaN"] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_seed_is_laid_over_everything() {
        let sets = vec!["seed=1".to_owned(), "a.b=it's".to_owned()];
        let changes = Changes { sets, seed: Some(2), replications: Some(3), ..Changes::default() };
        assert_eq!(changes.overlays(), ["seed=1", "a.b=it's", "seed=2", "replications=3"]);
        assert_eq!(
            changes.words(),
            r" --set seed=1 --set 'a.b=it'\''s' --set seed=2 --set replications=3"
        );
    }
}
