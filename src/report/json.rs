//! Results as JSON, for `--json`.
//!
//! ```text
//! { "program", "version", "schema", "scenario", "title", "digest", "overlays", "seed", "command",
//!   "fingerprint": 16 hex digits over all variants,
//!   "variants": [ {
//!     "name", "study", "duration_s", "warmup_s", "replications", "confidence",
//!     "in_flight_share", "cost_per_hour",
//!     "stability": { "verdict": "stable" | "unstable" | "unsettled", "node", "since_s", "limit" },
//!     "metrics": [ { "metric", "unit", "mean", "ci_low", "ci_high", "replications", "status" } ],
//!     "nodes": [ { "node", "replica", "class", and the keys of a metric } ],
//!     "slo": [ { "metric", "unit", "bound": "at-most" | "at-least", "target", "measured",
//!                "outcome": "met" | "unclear" | "unknown" | "missed" } ],
//!     "slo_outcome": the worst of them } ] }
//! ```
//!
//! A comparison adds `"baseline"`, `"comparison": [ { "metric", "unit", "variant", "difference",
//! "ci_low", "ci_high", "ratio", "ratio_low", "ratio_high", "significant", "status" } ]`,
//! `"disagreement"` (a sentence, where sojourn and wait order the designs differently),
//! `"assumptions"` (sentences) and `"sentence"`. What there is not is `null`. Metric names and
//! units are those of the CSV files; `schema` grows with every change that could break a reader.

use serde_json::{Value, json};

use super::Provenance;
use super::assumptions::assumptions;
use super::fingerprint::fingerprint;
use super::manifest::SCHEMA;
use super::order::disagreement_note;
use super::sentence::sentence;
use super::slo::{Bound, SloVerdict, slo_outcome, slo_verdicts};
use super::stability::stability;
use crate::stats::Interval;
use crate::study::{Comparison, ComparisonRow, SummaryRow, VariantResult};

/// The results of a run.
#[must_use]
pub fn run_json(provenance: &Provenance, results: &[VariantResult]) -> Value {
    json!({
        "program": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "schema": SCHEMA,
        "scenario": provenance.scenario,
        "title": provenance.title,
        "digest": provenance.digest,
        "overlays": provenance.overlays,
        "seed": provenance.seed,
        "command": provenance.command,
        "fingerprint": fingerprint(results),
        "variants": results.iter().map(variant).collect::<Vec<_>>(),
    })
}

/// The results of a comparison: those of the run, and what was compared.
#[must_use]
pub fn compare_json(
    provenance: &Provenance,
    results: &[VariantResult],
    comparison: &Comparison,
) -> Value {
    let mut value = run_json(provenance, results);
    value["baseline"] = json!(comparison.baseline);
    value["comparison"] = comparison.rows.iter().map(compared).collect();
    value["disagreement"] = json!(disagreement_note(results));
    value["assumptions"] = json!(assumptions(results));
    value["sentence"] = json!(sentence(results, comparison));
    value
}

fn variant(result: &VariantResult) -> Value {
    let run = &result.graph.run;
    let verdicts = slo_verdicts(result);
    let node = |it: &crate::study::NodeRow| {
        let mut value = metric(&it.row);
        value["node"] = json!(result.graph.names[it.node.index()]);
        value["replica"] = json!(it.replica);
        value["class"] = json!(it.class);
        value
    };
    json!({
        "name": result.name,
        "study": run.study,
        "duration_s": run.duration.as_secs_f64(),
        "warmup_s": result.window.as_secs_f64(),
        "replications": result.replications.len(),
        "confidence": run.confidence,
        "in_flight_share": result.in_flight_share(),
        "cost_per_hour": Some(result.cost_per_hour()).filter(|cost| *cost > 0.0),
        "stability": stability(result),
        "metrics": result.summary().iter().map(metric).collect::<Vec<_>>(),
        "nodes": result.nodes().iter().map(node).collect::<Vec<_>>(),
        "slo": verdicts.iter().map(slo).collect::<Vec<_>>(),
        "slo_outcome": slo_outcome(&verdicts).map(super::SloOutcome::word),
    })
}

fn metric(row: &SummaryRow) -> Value {
    json!({
        "metric": row.metric,
        "unit": row.unit.name(),
        "mean": row.mean,
        "ci_low": row.interval.map(|it| it.low),
        "ci_high": row.interval.map(|it| it.high),
        "replications": row.replications,
        "status": row.status,
    })
}

fn slo(it: &SloVerdict) -> Value {
    json!({
        "metric": it.metric,
        "unit": it.unit.name(),
        "bound": match it.bound {
            Bound::AtMost => "at-most",
            Bound::AtLeast => "at-least",
        },
        "target": it.target,
        "measured": it.measured.as_ref().map(metric),
        "outcome": it.outcome.word(),
    })
}

fn compared(row: &ComparisonRow) -> Value {
    let difference = row.paired.map(|paired| paired.difference);
    let ratio = row.paired.and_then(|paired| paired.ratio);
    let low = |interval: Option<Interval>| interval.map(|it| it.low);
    let high = |interval: Option<Interval>| interval.map(|it| it.high);
    json!({
        "metric": row.metric,
        "unit": row.unit.name(),
        "variant": row.variant,
        "difference": difference.map(|it| it.mean),
        "ci_low": low(difference),
        "ci_high": high(difference),
        "ratio": ratio.map(|it| it.mean),
        "ratio_low": low(ratio),
        "ratio_high": high(ratio),
        "significant": row.is_significant(),
        "status": row.status.text(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_has_its_metrics_nodes_and_objectives() {
        let results = sample::run(sample::PROMISED, sample::PLAIN);
        let value = run_json(&sample::provenance(), &results);
        let variant = &value["variants"][0];
        assert_eq!(variant["metrics"][0]["metric"], "latency_mean");
        assert_eq!(variant["nodes"][0]["node"], "app");
        assert_eq!(variant["slo"][0]["outcome"], "met");
        assert_eq!(variant["slo_outcome"], "met");
        assert_eq!(variant["cost_per_hour"], Value::Null);
    }

    #[test]
    fn a_comparison_adds_its_rows_its_assumptions_and_the_sentence() {
        let (results, comparison) = sample::compared();
        let value = compare_json(&sample::provenance(), &results, &comparison);
        assert_eq!(value["baseline"], "out");
        let rows = value["comparison"].as_array().expect("rows");
        assert_eq!(rows.len(), comparison.rows.len());
        assert_eq!(rows[0]["significant"], true);
        assert_eq!(value["sentence"], sentence(&results, &comparison));
        assert!(value["assumptions"].as_array().is_some_and(|list| list.len() == 4));
    }

    #[test]
    fn an_unstable_variant_has_nulls_and_says_why() {
        let results = sample::run(sample::OVERLOADED, sample::PLAIN);
        let value = run_json(&sample::provenance(), &results);
        let variant = &value["variants"][0];
        assert_eq!(variant["metrics"][0]["mean"], Value::Null);
        assert_eq!(variant["metrics"][0]["status"], "unstable");
        assert_eq!(variant["stability"]["node"], "app");
    }
}
