//! `replications.csv`: every end-to-end metric of every single replication, in the unit of
//! results. Whoever doubts an interval finds here what it was made from.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::metrics::end_to_end_of;
use crate::study::VariantResult;

const COLUMNS: [&str; 4] = ["variant", "replication", "metric", "value"];

/// The table; replications count from 1.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for (number, run) in (1..).zip(&result.replications) {
            for (place, metric) in end_to_end_of(&result.graph) {
                sheet.push(&[
                    result.name.as_str().into(),
                    Cell::Count(number),
                    metric.name.into(),
                    Cell::Number(Some(metric.unit.shown(run.summary[place]))),
                ]);
            }
        }
    }
    sheet.into_file("replications.csv")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_mean_of_the_rows_is_the_mean_of_the_summary() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        let values: Vec<f64> = text
            .lines()
            .filter(|line| sample::cell(line, 2) == "latency_mean")
            .map(|line| sample::cell(line, 3).parse().expect("a number"))
            .collect();
        assert_eq!(values.len(), 5);
        let mean = results[0].metric("latency_mean").and_then(|row| row.mean).expect("a mean");
        assert!((values.iter().sum::<f64>() / 5.0 - mean).abs() < 1e-12 * mean);
    }
}
