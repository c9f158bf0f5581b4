//! `probes.csv`: the number present at the node of each probe at each of its moments.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::stats::Interval;
use crate::study::VariantResult;

const COLUMNS: [&str; 6] = ["variant", "probe", "t_s", "mean", "ci_low", "ci_high"];

/// The table, if any variant has probes.
pub(super) fn file(results: &[VariantResult]) -> Option<ResultFile> {
    if results.iter().all(|result| result.graph.probes.is_empty()) {
        return None;
    }
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for (place, probe) in result.graph.probes.iter().enumerate() {
            for (number, at) in probe.at.iter().enumerate() {
                let values: Vec<f64> = result
                    .replications
                    .iter()
                    .filter_map(|run| run.probes[place][number])
                    .collect();
                #[allow(clippy::cast_precision_loss, reason = "replications are few")]
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let interval = Interval::of_replications(&values, result.confidence());
                let [low, high] = Cell::ends(interval);
                sheet.push(&[
                    result.name.as_str().into(),
                    probe.name.as_str().into(),
                    Cell::Number(Some(at.as_secs_f64())),
                    Cell::Number(Some(mean)),
                    low,
                    high,
                ]);
            }
        }
    }
    Some(sheet.into_file("probes.csv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_moment_has_a_row_and_one_that_never_came_is_empty() {
        let results = sample::run(sample::PROBED, sample::PLAIN);
        let file = file(&results).expect("probes");
        let text = String::from_utf8(file.bytes).expect("UTF-8");
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[0].starts_with("base,inside,5,"), "{text}");
        assert!(sample::cell(rows[0], 3).parse::<f64>().is_ok_and(|mean| mean >= 0.0));
        assert_eq!(rows[1], "base,inside,99,,,");
    }
}
