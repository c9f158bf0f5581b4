//! What is in a folder that may hold an earlier result, and what of it the program wrote itself.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// Beside a manifest, one of these tells a result from any other folder that has a
/// `manifest.json`, such as a web site's.
const TABLES: [&str; 5] = ["summary.csv", "sweep.csv", "plan.csv", "cache.csv", "endpoints.csv"];

/// The other tables of results.
const MORE_TABLES: [&str; 10] = [
    "breakdown.csv",
    "caches.csv",
    "comparison.csv",
    "latency.csv",
    "nodes.csv",
    "points.jsonl",
    "probes.csv",
    "replications.csv",
    "requests.csv",
    "timeline.csv",
];

/// What file managers leave wherever somebody has a look.
const TRACES_OF_LOOKS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// What is in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contents {
    /// Its files by their path in it, with slashes.
    files: BTreeSet<String>,
}

impl Contents {
    /// Looks into `folder`; nothing is in one that is not there.
    ///
    /// # Errors
    /// If the system does not let it.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeSet::new();
        let mut open = vec![(folder.to_owned(), String::new())];
        while let Some((folder, before)) = open.pop() {
            let entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for entry in entries {
                let entry = entry?;
                let name = format!("{before}{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() {
                    open.push((entry.path(), format!("{name}/")));
                } else {
                    files.insert(name);
                }
            }
        }
        Ok(Self { files })
    }

    /// Whether there is no file.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether it is a result.
    pub(super) fn is_result(&self) -> bool {
        self.has("manifest.json") && TABLES.iter().any(|table| self.has(table))
    }

    /// The first file that is no plot, in a folder of plots.
    pub(super) fn no_plot(&self) -> Option<&str> {
        let is_trace = |name: &&String| TRACES_OF_LOOKS.contains(&name.as_str());
        let mut others = self.files.iter().filter(|name| !is_plot(name) && !is_trace(name));
        others.next().map(String::as_str)
    }

    /// The first file of a result that is none of it, unless it is one of `kept`.
    pub(super) fn stranger(&self, kept: &[&str]) -> Option<&str> {
        let mut files = self.files.iter().map(String::as_str);
        files.find(|name| !kept.contains(name) && !self.is_own(name))
    }

    fn has(&self, name: &str) -> bool {
        self.files.contains(name)
    }

    /// Whether the program wrote the file `name` of a result.
    fn is_own(&self, name: &str) -> bool {
        let file = name.rsplit('/').next().unwrap_or(name);
        if TRACES_OF_LOOKS.contains(&file) || TABLES.contains(&name) || MORE_TABLES.contains(&name)
        {
            return true;
        }
        match name.split_once('/') {
            Some(("plots", file)) => is_plot(file),
            Some(("traces", file)) => self.has("endpoints.csv") && is_trace(file),
            Some(_) => false,
            None if self.has("endpoints.csv") && (name == "scenario.toml" || is_trace(name)) => {
                true
            }
            None => name == "manifest.json" || name == "report.html",
        }
    }
}

/// What the tables of results may be called.
pub fn tables_of_results() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().chain(MORE_TABLES).filter(|name| name.ends_with(".csv"))
}

/// Whether a plot is called `file`.
#[must_use]
pub fn is_plot(file: &str) -> bool {
    let stem = file.strip_suffix(".svg").or_else(|| file.strip_suffix(".png"));
    stem.is_some_and(|stem| {
        crate::plots::all().any(|(name, _)| {
            // A name that is taken gets an `x` more.
            let rest = stem.strip_prefix(name).map(|rest| rest.trim_start_matches('x'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    })
}

/// Whether a trace that was imported is called `file`.
fn is_trace(file: &str) -> bool {
    let file = file.strip_suffix(".gz").unwrap_or(file);
    file.strip_suffix(".csv").is_some_and(|stem| !stem.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger<'a>(names: &[&'a str]) -> Option<&'a str> {
        let contents = Contents { files: names.iter().map(|name| (*name).to_owned()).collect() };
        assert!(contents.is_result());
        let found = contents.stranger(&[])?;
        names.iter().copied().find(|name| *name == found)
    }

    #[test]
    fn what_the_program_writes_is_its_own_and_anything_else_is_not() {
        let run = ["manifest.json", "summary.csv"];
        for own in [
            "requests.csv",
            "report.html",
            "plots/comparison.svg",
            "plots/sweep-load.png",
            ".DS_Store",
        ] {
            assert_eq!(stranger(&[run[0], run[1], own]), None, "{own}");
        }
        for other in
            ["notes.md", "sub/y", "plots/mine.svg", "plots/sub/sweep.svg", "scenario.toml", "a.csv"]
        {
            assert_eq!(stranger(&[run[0], run[1], other]), Some(other));
        }
        let import = ["manifest.json", "endpoints.csv", "scenario.toml", "trace.csv.gz"];
        assert_eq!(stranger(&import), None);
        assert_eq!(stranger(&["manifest.json", "endpoints.csv", "traces/page.csv"]), None);
    }
}
