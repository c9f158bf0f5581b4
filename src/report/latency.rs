//! `latency.csv`: the distribution of latency as quantiles, for all requests (`*`) and by client
//! and endpoint where there are several.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::study::VariantResult;

const COLUMNS: [&str; 8] =
    ["variant", "client", "endpoint", "quantile", "value_ms", "ci_low", "ci_high", "status"];

/// The table.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for it in result.latency() {
            let client = it.client.map(|client| result.graph.names[client.index()].as_str());
            let [low, high] = Cell::ends(it.row.interval);
            sheet.push(&[
                result.name.as_str().into(),
                client.unwrap_or("*").into(),
                it.endpoint.as_deref().unwrap_or("*").into(),
                Cell::Number(Some(it.quantile.p())),
                Cell::Number(it.row.mean),
                low,
                high,
                it.row.status.text().into(),
            ]);
        }
    }
    sheet.into_file("latency.csv")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::stats::LADDER;

    #[test]
    fn all_requests_come_first_then_each_client_and_endpoint() {
        let results = sample::run(sample::TWO_ENDPOINTS, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        let of = |place: usize| {
            let line = text.lines().nth(1 + place * LADDER.len()).expect("a row");
            format!("{} {}", sample::cell(line, 1), sample::cell(line, 2))
        };
        assert_eq!([of(0), of(1), of(2)], ["* *", "users page", "users search"]);
    }

    #[test]
    fn a_quantile_without_enough_data_has_no_number() {
        let results = sample::run(sample::QUEUE, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        assert!(text.contains("\nbase,*,*,0.9999,,,,insufficient\n"), "{text}");
    }
}
