//! The result of an earlier run, to compare a new one with.

use std::collections::BTreeMap;
use std::path::Path;

use super::exit::CommandError;
use crate::stats::{Paired, Status, percent};
use crate::study::{Comparison, ComparisonRow, Variant, VariantResult, compared};

/// Metrics that are told on the terminal; the file has all.
const TOLD: [&str; 7] = [
    "latency_mean",
    "wait_mean",
    "latency_p50",
    "latency_p99",
    "throughput",
    "success_ratio",
    "cost_per_million",
];

/// The result of an earlier run, as its files tell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recorded {
    /// The name of its folder.
    name: String,
    seed: u64,
    /// Values by variant, metric and replication.
    values: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
    /// What each number of the summary is worth, by variant and metric.
    statuses: BTreeMap<(String, String), Status>,
}

impl Recorded {
    /// Reads the result in `folder`.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub(super) fn read(folder: &Path) -> Result<Self, CommandError> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| {
                CommandError::Files(format!("cannot read `{}`: {error}", path.display()))
            })
        };
        let name = folder.canonicalize().ok().and_then(|it| it.file_name().map(<_>::to_owned));
        let name =
            name.map_or_else(|| "baseline".to_owned(), |it| it.to_string_lossy().into_owned());
        let manifest = text("manifest.json")?;
        let replications = text("replications.csv")?;
        Self::of(name, &manifest, &replications, &text("summary.csv")?).ok_or_else(|| {
            CommandError::Files(format!("`{}` holds no result that can be read", folder.display()))
        })
    }

    fn of(name: String, manifest: &str, replications: &str, summary: &str) -> Option<Self> {
        let manifest: serde_json::Value = serde_json::from_str(manifest).ok()?;
        let seed = manifest.get("seed")?.as_u64()?;
        let mut values: BTreeMap<String, BTreeMap<String, Vec<f64>>> = BTreeMap::new();
        for [variant, metric, value] in columns(replications, ["variant", "metric", "value"])? {
            let value = if value.is_empty() { f64::NAN } else { value.parse().ok()? };
            values.entry(variant).or_default().entry(metric).or_default().push(value);
        }
        let mut statuses = BTreeMap::new();
        for [variant, metric, status] in columns(summary, ["variant", "metric", "status"])? {
            statuses.insert((variant, metric), Status::from_text(&status)?);
        }
        Some(Self { name, seed, values, statuses })
    }

    /// Makes sure that `variants` will pair with it.
    ///
    /// # Errors
    /// If a variant is not in it, or if seeds or numbers of replications differ.
    pub(super) fn check(&self, variants: &[Variant]) -> Result<(), CommandError> {
        let cannot = |why: String| {
            let sentence =
                format!("cannot compare in pairs with the result `{}`: {why}", self.name);
            Err(CommandError::Usage(sentence))
        };
        for Variant { name, graph } in variants {
            let Some(metrics) = self.values.get(name) else {
                let names: Vec<&str> = self.values.keys().map(String::as_str).collect();
                let names = names.join("`, `");
                return cannot(format!("it has no variant `{name}`, but `{names}`"));
            };
            if graph.run.seed != self.seed {
                let seeds = format!("{}, here it is {}", self.seed, graph.run.seed);
                return cannot(format!("its seed is {seeds}: give --seed {}", self.seed));
            }
            let count = metrics.values().map(Vec::len).max().unwrap_or(0);
            if graph.run.replications as usize != count {
                let counts =
                    format!("{count} replications, here there are {}", graph.run.replications);
                return cannot(format!("it has {counts}: give --replications {count}"));
            }
        }
        Ok(())
    }

    /// Each variant against itself in the earlier run.
    #[must_use]
    pub(super) fn compare(&self, results: &[VariantResult]) -> Comparison {
        let comparisons = u32::try_from(results.len()).unwrap_or(u32::MAX);
        let mut rows = Vec::new();
        for metric in compared(results) {
            for result in results {
                let key = (result.name.clone(), metric.name.to_owned());
                let now = result.metric(metric.name).map(|it| it.status);
                let worth = |status: Option<Status>| status.unwrap_or(Status::Insufficient);
                let both = worth(self.statuses.get(&key).copied()).and(worth(now));
                let before = self.values.get(&result.name).and_then(|it| it.get(metric.name));
                let paired = before.filter(|_| both.has_number()).and_then(|before| {
                    let now = result.values(metric.name);
                    Paired::of(before, &now, result.confidence(), comparisons)
                });
                let metric = (metric.name, metric.unit);
                rows.push(ComparisonRow::new(metric, result.name.clone(), paired, both));
            }
        }
        Comparison { baseline: self.name.clone(), rows }
    }

    /// The headlines of a comparison of `results` with it, a line each.
    #[must_use]
    pub(super) fn told(&self, results: &[VariantResult], comparison: &Comparison) -> String {
        let mut text = format!("Ratio to the earlier result `{}`\n", comparison.baseline);
        let mut is_few = false;
        // What neither run could measure, such as costs without prices, is not told.
        let is_there = |row: &&ComparisonRow| {
            let before = self.values.get(&row.variant).and_then(|it| it.get(row.metric));
            before.is_some_and(|values| values.iter().any(|it| it.is_finite()))
        };
        let told = comparison.rows.iter().filter(|row| TOLD.contains(&row.metric));
        for row in told.filter(is_there) {
            let ratio = row.paired.and_then(|paired| paired.ratio);
            is_few |= row.status == Status::FewData;
            let mark = if row.status == Status::FewData { "~" } else { "" };
            let ratio = ratio.map_or_else(
                || "-".to_owned(),
                |it| format!("{mark}{:.3} ({:.3} to {:.3})", it.mean, it.low, it.high),
            );
            let verdict = match row.paired {
                None => self.without_pair(results, row),
                Some(paired) if paired.verdict.is_significant() => "differs",
                Some(_) => "no difference shown",
            };
            let line = format!("  {:<16} {:<18} {ratio:<26} {verdict}", row.variant, row.metric);
            text.push_str(&format!("{line}\n"));
        }
        if is_few {
            text.push_str("~ few data: the interval is unreliable.\n");
        }
        if let Some(first) = results.first() {
            let comparisons = u32::try_from(results.len()).unwrap_or(u32::MAX);
            let level = first.confidence();
            let whole = percent(level.probability(), 0.0);
            let each = percent(level.shared_by(comparisons).probability(), 0.0);
            let shared = match comparisons {
                1 => String::new(),
                _ => format!(", each of the {comparisons} comparisons of a metric at {each}"),
            };
            text.push_str(&format!("Intervals hold with a confidence of {whole}{shared}.\n"));
        }
        text
    }

    /// Why there is nothing to compare, if one of the two runs has no number.
    fn without_pair(&self, results: &[VariantResult], row: &ComparisonRow) -> &'static str {
        let now = results.iter().find(|result| result.name == row.variant);
        let now = now.and_then(|result| result.metric(row.metric)).map(|it| it.status);
        let before = self.statuses.get(&(row.variant.clone(), row.metric.to_owned()));
        match (before, now) {
            (Some(Status::Unstable), Some(Status::Unstable)) => "unstable, as before",
            (_, Some(Status::Unstable)) => "has become unstable",
            (Some(Status::Unstable), _) => "is no longer unstable",
            _ => "too few data to compare",
        }
    }
}

/// The cells of three named columns of a table, row by row.
fn columns(text: &str, names: [&str; 3]) -> Option<Vec<[String; 3]>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().ok()?.clone();
    let place = |name| headers.iter().position(|header| header == name);
    let places = [place(names[0])?, place(names[1])?, place(names[2])?];
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        rows.push(places.map(|place| record.get(place).unwrap_or_default().to_owned()));
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{ "seed": 7 }"#;
    const SUMMARY: &str = "variant,metric,status\na,latency_mean,ok\n";

    #[test]
    fn values_are_read_by_variant_and_metric_in_the_order_of_replications() {
        let values = "variant,replication,metric,value\na,1,latency_mean,2\na,2,latency_mean,\n";
        let recorded = Recorded::of("r".to_owned(), MANIFEST, values, SUMMARY).unwrap();
        let values = &recorded.values["a"]["latency_mean"];
        assert_eq!((recorded.seed, values.len(), values[0]), (7, 2, 2.0));
        assert!(values[1].is_nan());
    }

    #[test]
    fn a_damaged_result_is_none() {
        let rows = "variant,replication,metric,value\n";
        let broken = format!("{rows}a,1,m,x\n");
        let of = |manifest, rows, summary| Recorded::of("r".to_owned(), manifest, rows, summary);
        assert!(of(MANIFEST, rows, SUMMARY).is_some());
        assert!(of("{}", rows, SUMMARY).is_none());
        assert!(of(MANIFEST, "variant,metric\n", SUMMARY).is_none());
        assert!(of(MANIFEST, &broken, SUMMARY).is_none());
        assert!(of(MANIFEST, rows, "variant,metric,status\na,m,fine\n").is_none());
    }
}
