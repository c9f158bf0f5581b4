//! `caches.csv`: what each cache does, and all together end to end, by the endpoint that was asked
//! for. An empty node means end to end, endpoint `*` all. Only scenarios with caches have it.

use super::ResultFile;
use super::sheet::{Cell, Sheet};
use crate::study::VariantResult;

const COLUMNS: [&str; 9] =
    ["variant", "node", "endpoint", "metric", "unit", "mean", "ci_low", "ci_high", "status"];

/// The table, if there are caches.
pub(super) fn file(results: &[VariantResult]) -> Option<ResultFile> {
    if !results.iter().any(|result| result.graph.has_caches()) {
        return None;
    }
    let mut sheet = Sheet::new(&COLUMNS);
    for result in results {
        for it in result.caches() {
            let [low, high] = Cell::ends(it.row.interval);
            let node = it.node.map_or("", |node| result.graph.names[node.index()].as_str());
            let endpoint = it.endpoint.map_or("*", |id| result.graph.endpoint_name(id));
            sheet.push(&[
                result.name.as_str().into(),
                node.into(),
                endpoint.into(),
                it.row.metric.as_str().into(),
                it.row.unit.name().into(),
                Cell::Number(it.row.mean),
                low,
                high,
                it.row.status.text().into(),
            ]);
        }
    }
    Some(sheet.into_file("caches.csv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn each_cache_is_told_apart_by_endpoint_and_all_are_put_together() {
        let text = sample::TWO_ENDPOINTS
            .replace("arrivals = { poisson = \"50/s\" }", "users = 3\nthink = \"100ms\"")
            .replace(
                "[endpoint.search]",
                "response = { cache_control = \"max-age=60\" }\n[endpoint.search]\n\
                 path = \"/search\"",
            )
            .replace("[node.users]", "[node.users.browser.cache]\n[node.users]");
        let results = sample::run(&text, sample::PLAIN);
        let text = String::from_utf8(file(&results).expect("caches").bytes).expect("UTF-8");
        let ratio = |start: &str| {
            let line = text
                .lines()
                .find(|line| line.starts_with(start))
                .unwrap_or_else(|| panic!("no {start} in\n{text}"));
            sample::cell(line, 5).parse::<f64>().expect("a number")
        };
        assert!(ratio("base,users,page,hit_ratio,share,") > 0.9);
        assert!(ratio("base,users,search,hit_ratio,share,") < 1e-9);
        let both = ratio("base,users,*,hit_ratio,share,");
        assert!(both > 0.3 && (both - ratio("base,,*,hit_ratio,share,")).abs() < 0.01);
    }

    #[test]
    fn without_caches_there_is_no_table() {
        assert!(file(&sample::run(sample::QUEUE, sample::PLAIN)).is_none());
    }
}
