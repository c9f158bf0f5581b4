//! Results as files, as terminal tables and as JSON: functions from values to text, and one that
//! writes a folder.
//!
//! Nothing here prints, and everything is a pure function of what was run and how: the same
//! results give the same bytes. An empty cell means that there is no number. Numbers in files have
//! all their digits (the shortest text that reads back as the same number); those on the terminal
//! have as many as their interval warrants.
//!
//! | file | one row for each |
//! |---|---|
//! | `manifest.json` | (the whole: what was run, how to run it again, fingerprints) |
//! | `summary.csv` | variant and end-to-end metric, then the objectives as `slo_<metric>` |
//! | `replications.csv` | variant, replication and end-to-end metric |
//! | `nodes.csv` | variant, node, replica, class and metric |
//! | `latency.csv` | variant, client, endpoint and quantile |
//! | `caches.csv` | what caches do, by node and endpoint; only with caches |
//! | `breakdown.csv` | variant, endpoint, band and part of the critical path |
//! | `timeline.csv` | variant, node, metric and bucket of the run |
//! | `comparison.csv` | metric and variant other than the baseline |
//! | `probes.csv` | variant, probe and moment |
//! | `requests.csv` | variant, replication and request that was kept |
//! | `sweep.csv` | point of a sweep and variant |
//! | `points.jsonl` | the same of a shard of a sweep, for putting shards together |
//! | `plan.csv` | variant, load and machine of a plan |
//! | `report.html` | (a page for people, made of the others) |

mod assumptions;
mod breakdown;
mod caches;
mod comparison;
#[cfg(feature = "cli")]
mod drift;
mod failing;
mod fingerprint;
mod folder;
mod json;
mod latency;
mod manifest;
mod nodes;
mod order;
#[cfg(feature = "cli")]
mod page;
mod plan;
mod probes;
mod provenance;
mod replications;
mod requests;
#[cfg(test)]
mod sample;
mod sentence;
mod sheet;
mod slo;
mod spans;
mod stability;
mod summary;
mod sweep;
#[cfg(feature = "cli")]
mod terminal;
mod timeline;

pub use failing::failures;
pub use fingerprint::fingerprint;
pub use folder::{
    WriteError, check_folder, is_plot, tables_of_results, write_folder, write_folder_with,
    write_plots,
};
pub use json::{compare_json, run_json};
#[cfg(feature = "cli")]
pub use page::{PAGE, PageError, page};
pub use plan::{
    Objective, PlanCell, PlanRun, PlanTable, Unshown, plan_files, plan_json, plan_sentences,
};
pub use provenance::{Provenance, digest, digest_of};
pub use sentence::sentence;
pub use slo::{Bound, SloOutcome, SloVerdict, slo_outcome, slo_verdicts};
pub use spans::{SpanKind, TraceOrigin, TracedSpan, chrome, otlp, spans};
pub use sweep::{SweepLine, SweepTable, sweep_files, sweep_json};
#[cfg(feature = "cli")]
pub(crate) use terminal::number;
#[cfg(feature = "cli")]
pub use terminal::{Column, compare_table, run_table};

use crate::study::{Comparison, VariantResult};

/// A file of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultFile {
    /// Its name, relative to the result's folder; `/` separates subfolders.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// All files of a result: the tables of the module's list, and the manifest first. `comparison.csv`
/// comes with a comparison, `probes.csv` with probes, and `requests.csv` with kept requests.
#[must_use]
pub fn result_files(
    provenance: &Provenance,
    results: &[VariantResult],
    comparison: Option<&Comparison>,
) -> Vec<ResultFile> {
    let mut files = vec![
        manifest::file(provenance, results, comparison),
        summary::file(results),
        replications::file(results),
        nodes::file(results),
        latency::file(results),
        breakdown::file(results),
        timeline::file(results),
    ];
    files.extend(caches::file(results));
    files.extend(comparison.map(comparison::file));
    files.extend(probes::file(results));
    files.extend(requests::file(results));
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_results_give_the_same_bytes() {
        let files = |_| {
            let (results, comparison) = sample::compared();
            result_files(&sample::provenance(), &results, Some(&comparison))
        };
        assert_eq!(files(0), files(1));
    }

    #[test]
    fn optional_files_come_only_with_what_they_hold() {
        let names = |text: &str, wanted| {
            let results = sample::run(text, wanted);
            let files = result_files(&sample::provenance(), &results, None);
            files.into_iter().map(|file| file.name).collect::<Vec<_>>()
        };
        let usual = [
            "manifest.json",
            "summary.csv",
            "replications.csv",
            "nodes.csv",
            "latency.csv",
            "breakdown.csv",
            "timeline.csv",
        ];
        assert_eq!(names(sample::QUEUE, sample::PLAIN), usual);
        let all = names(sample::PROBED, sample::KEEPING);
        assert_eq!(all[usual.len()..], ["probes.csv", "requests.csv"]);
    }

    #[test]
    fn every_table_has_one_header_and_rows_that_end_in_a_line_feed() {
        let (results, comparison) = sample::compared();
        for file in result_files(&sample::provenance(), &results, Some(&comparison)) {
            let text = String::from_utf8(file.bytes).expect("UTF-8");
            assert!(text.ends_with('\n') && !text.contains('\r'), "{}", file.name);
            assert!(!text.contains("NaN") && !text.contains("inf,"), "{}", file.name);
        }
    }
}
