//! `comparison.csv`: every metric of every variant against the baseline, paired by replication.
//! The status is that of the worse of both values. A ratio without a finite interval, and all of a
//! variant without numbers, are empty.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::study::Comparison;

const COLUMNS: [&str; 11] = [
    "metric",
    "baseline",
    "variant",
    "difference",
    "ci_low",
    "ci_high",
    "ratio",
    "ratio_low",
    "ratio_high",
    "significant",
    "status",
];

/// The table.
pub(super) fn file(comparison: &Comparison) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for row in &comparison.rows {
        let difference = row.paired.map(|paired| paired.difference);
        let ratio = row.paired.and_then(|paired| paired.ratio);
        let names = [row.metric, &comparison.baseline, &row.variant].map(Cell::from);
        let mut cells = names.to_vec();
        for interval in [difference, ratio] {
            cells.push(Cell::Number(interval.map(|it| it.mean)));
            cells.extend(Cell::ends(interval));
        }
        cells.push(if row.is_significant() { "true" } else { "false" }.into());
        cells.push(row.status.text().into());
        sheet.push(&cells);
    }
    sheet.into_file("comparison.csv")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_design_that_is_faster_has_a_ratio_below_1_and_a_real_difference() {
        let (_, comparison) = sample::compared();
        let text = String::from_utf8(file(&comparison).bytes).expect("UTF-8");
        let row = text.lines().find(|line| line.starts_with("latency_mean,")).expect("a row");
        assert!(row.starts_with("latency_mean,out,up,-"), "{row}");
        let ratio: f64 = sample::cell(row, 6).parse().expect("a number");
        assert!((0.1..0.9).contains(&ratio), "{row}");
        assert_eq!(sample::cell(row, 9), "true");
        let (results, _) = sample::compared();
        let few = results.iter().filter_map(|it| it.metric("latency_mean")).map(|row| row.status);
        assert_eq!(Some(sample::cell(row, 10)), few.max().map(crate::stats::Status::text));
    }

    #[test]
    fn what_cannot_be_compared_is_empty_and_not_significant() {
        let mut results = sample::run(sample::OVERLOADED, sample::PLAIN);
        results.extend(sample::run(sample::QUEUE, sample::PLAIN));
        results[1].name = "other".to_owned();
        let text = file(&crate::study::compare(&results, 0)).bytes;
        let text = String::from_utf8(text).expect("UTF-8");
        assert!(text.contains("\nlatency_mean,base,other,,,,,,,false,unstable\n"), "{text}");
    }
}
