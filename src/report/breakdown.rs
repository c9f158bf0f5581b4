//! `breakdown.csv`: where the time of a successful request goes, by the parts of its critical
//! path. The parts of band `all` sum to the mean latency; band `p99+` is over the slowest 1 %,
//! and its parts sum to the p99 at least.
//!
//! A band has no numbers if the mean latency, or the 99th percentile, has none.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::id::EndpointId;
use crate::net::Part;
use crate::study::{PartsReading, VariantResult};

const COLUMNS: [&str; 5] = ["variant", "endpoint", "band", "part", "mean_ms"];

/// A band: its name, its parts, and the metric that must have a number for it to have any.
type Band = (&'static str, fn(&PartsReading) -> &[f64; 8], &'static str);

const BANDS: [Band; 2] =
    [("all", |it| &it.all, "latency_mean"), ("p99+", |it| &it.tail, "latency_p99")];

/// The table; endpoint `*` means all.
pub(super) fn file(results: &[VariantResult]) -> ResultFile {
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for endpoint in endpoints(result) {
            let name = endpoint.map_or("*", |id| result.graph.endpoint_name(id));
            for band in &BANDS {
                for (part, mean) in Part::NAMES.iter().zip(means(result, endpoint, band)) {
                    let cells = [result.name.as_str(), name, band.0, part].map(Cell::from);
                    sheet.push(&[cells.as_slice(), &[Cell::Number(mean)]].concat());
                }
            }
        }
    }
    sheet.into_file("breakdown.csv")
}

/// All endpoints that some replication tells apart, after the whole.
fn endpoints(result: &VariantResult) -> Vec<Option<EndpointId>> {
    let parts = result.replications.iter().flat_map(|run| &run.parts);
    let mut endpoints: Vec<Option<EndpointId>> = parts.map(|it| it.endpoint).collect();
    endpoints.sort_unstable();
    endpoints.dedup();
    endpoints
}

/// Means over the replications that have any, in milliseconds.
#[allow(clippy::cast_precision_loss, reason = "replications are few")]
fn means(
    result: &VariantResult,
    endpoint: Option<EndpointId>,
    (_, parts, needs): &Band,
) -> [Option<f64>; 8] {
    let is_known = result.metric(needs).is_some_and(|row| row.mean.is_some());
    let readings = result.replications.iter().flat_map(|run| &run.parts);
    let readings = readings.filter(|it| it.endpoint == endpoint).map(parts);
    let known: Vec<&[f64; 8]> = readings.filter(|it| it.iter().all(|x| x.is_finite())).collect();
    let mean = |part: usize| {
        let sum: f64 = known.iter().map(|parts| parts[part]).sum();
        (is_known && !known.is_empty()).then(|| 1_000.0 * sum / known.len() as f64)
    };
    std::array::from_fn(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn sum(text: &str, start: &str) -> f64 {
        let rows = text.lines().filter(|line| line.starts_with(start));
        rows.map(|line| sample::cell(line, 4).parse::<f64>().expect("a number")).sum()
    }

    #[test]
    fn the_parts_of_all_requests_sum_to_the_mean_latency() {
        for scenario in [sample::QUEUE, sample::TWO_ENDPOINTS, sample::SHOP] {
            let results = sample::run(scenario, sample::PLAIN);
            let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
            for result in &results {
                let mean = result.metric("latency_mean").and_then(|row| row.mean).expect("a mean");
                let sum = sum(&text, &format!("{},*,all,", result.name));
                assert!((sum - mean).abs() < 1e-6 * mean, "{}: {sum} and {mean}", result.name);
            }
        }
    }

    #[test]
    fn the_slowest_requests_take_longer_in_the_sum() {
        let text = sample::QUEUE.replace("duration = \"20s\"", "duration = \"200s\"");
        let results = sample::run(&text, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        assert!(sum(&text, "base,*,p99+,") > 3.0 * sum(&text, "base,*,all,"));
    }

    #[test]
    fn the_slowest_requests_take_as_long_as_the_p99_at_least() {
        let rare = "{ wait = \"135ms\" }, { probability = 0.012, wait = \"15ms\" }";
        let rare = sample::QUEUE.replace("{ cpu = { exp = \"10ms\" } }", rare);
        for scenario in [rare.as_str(), sample::TWO_ENDPOINTS, sample::SHOP] {
            let results = sample::run(scenario, sample::PLAIN);
            let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
            for result in &results {
                let p99 = result.metric("latency_p99").and_then(|row| row.mean).expect("a p99");
                let sum = sum(&text, &format!("{},*,p99+,", result.name));
                assert!(sum >= p99 * (1.0 - 1e-9), "{}: {sum} and {p99}", result.name);
            }
        }
    }

    #[test]
    fn an_unstable_variant_has_parts_without_numbers() {
        let results = sample::run(sample::OVERLOADED, sample::PLAIN);
        let text = String::from_utf8(file(&results).bytes).expect("UTF-8");
        assert_eq!(text.lines().nth(1), Some("base,*,all,network,"));
        assert!(text.lines().skip(1).all(|line| line.ends_with(',')));
    }
}
