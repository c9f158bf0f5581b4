//! `summary.csv`: all end-to-end metrics of all variants, and how they stand to the objectives.
//!
//! An objective is a row `slo_<metric>` whose mean is the bound that the scenario sets;
//! `slo_met` is 1 if all are met, 0 if one is missed, and empty if that is not known.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use super::slo::{SloOutcome, slo_outcome, slo_verdicts};
use crate::metrics::Unit;
use crate::stats::Status;
use crate::study::{Stability, SummaryRow, VariantResult};

const COLUMNS: [&str; 8] =
    ["variant", "metric", "unit", "mean", "ci_low", "ci_high", "replications", "status"];

/// The table.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for row in result.summary().into_iter().chain(objectives(result)) {
            let [low, high] = Cell::ends(row.interval);
            sheet.push(&[
                result.name.as_str().into(),
                row.metric.as_str().into(),
                row.unit.name().into(),
                Cell::Number(row.mean),
                low,
                high,
                Cell::Count(row.replications.into()),
                row.status.text().into(),
            ]);
        }
    }
    sheet.into_file("summary.csv")
}

fn objectives(result: &VariantResult) -> Vec<SummaryRow> {
    let replications = u32::try_from(result.replications.len()).unwrap_or(u32::MAX);
    let row = |metric: String, unit, mean, status| SummaryRow {
        metric,
        unit,
        mean,
        interval: None,
        replications,
        status,
    };
    let verdicts = slo_verdicts(result);
    let bound = |it: &super::SloVerdict| {
        row(format!("slo_{}", it.metric), it.unit, Some(it.target), Status::Ok)
    };
    let mut rows: Vec<SummaryRow> = verdicts.iter().map(bound).collect();
    if let Some(outcome) = slo_outcome(&verdicts) {
        let (mean, status) = match outcome {
            SloOutcome::Met => (Some(1.0), Status::Ok),
            SloOutcome::Missed => (Some(0.0), Status::Ok),
            SloOutcome::Unclear => (None, Status::Insufficient),
            SloOutcome::Unknown if result.stability == Stability::Stable => {
                (None, Status::Insufficient)
            }
            SloOutcome::Unknown => (None, Status::Unstable),
        };
        rows.push(row("slo_met".to_owned(), Unit::Share, mean, status));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(text: &str) -> Vec<String> {
        let file = file(&sample::run(text, sample::PLAIN));
        String::from_utf8(file.bytes).expect("UTF-8").lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_metric_has_a_row_in_the_order_of_the_metrics() {
        let lines = lines(sample::QUEUE);
        assert_eq!(lines[0], COLUMNS.join(","));
        let names: Vec<&str> = lines[1..].iter().map(|line| sample::cell(line, 1)).collect();
        let graph = &sample::run(sample::QUEUE, sample::PLAIN)[0].graph;
        let metrics = crate::metrics::end_to_end_of(graph).map(|(_, metric)| metric.name);
        assert_eq!(names, metrics.collect::<Vec<_>>());
    }

    #[test]
    fn objectives_are_rows_with_their_bound_and_their_outcome() {
        let lines = lines(sample::PROMISED);
        let rows: Vec<&String> = lines.iter().filter(|line| line.contains(",slo_")).collect();
        assert_eq!(
            rows,
            [
                "base,slo_latency_p50,ms,50,,,5,ok",
                "base,slo_success_ratio,share,0.5,,,5,ok",
                "base,slo_met,share,1,,,5,ok",
            ]
        );
    }

    #[test]
    fn an_unstable_variant_has_rows_without_numbers() {
        let lines = lines(sample::OVERLOADED);
        assert_eq!(lines[1], "base,latency_mean,ms,,,,5,unstable");
        let metrics = lines[1..].iter().filter(|line| !line.contains(",slo_"));
        for line in metrics {
            assert!(sample::cell(line, 3).is_empty() && !line.ends_with(",ok"), "{line}");
        }
    }

    /// What the row of a metric is worth where requests wait by this law.
    fn worth(law: &str, metric: &str) -> String {
        let work = format!("{{ wait = {law} }}");
        let text = sample::QUEUE.replace("{ cpu = { exp = \"10ms\" } }", &work);
        let lines = lines(&text);
        let line = lines.iter().find(|line| line.contains(&format!(",{metric},")));
        line.expect(metric).rsplit(',').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_mean_of_what_has_an_infinite_variance_is_never_sound() {
        assert_eq!(worth("\"10ms\"", "latency_mean"), "ok");
        let heavy = "{ pareto = { mean = \"10ms\", shape = 1.5 } }";
        assert_eq!(worth(heavy, "latency_mean"), "few-data");
    }

    #[test]
    fn a_quantile_where_the_law_jumps_is_not_sound() {
        let of = |weight: f64| {
            let slow = 1.0 - weight;
            format!(
                "{{ mixture = [{{ weight = {weight}, of = \"1ms\" }}, {{ weight = {slow}, \
                 of = \"100ms\" }}] }}"
            )
        };
        assert_eq!(worth(&of(0.75), "latency_p50"), "ok");
        assert_eq!(worth(&of(0.5), "latency_p50"), "few-data");
    }
}
