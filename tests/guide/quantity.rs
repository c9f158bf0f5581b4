//! What a page asks the committed results for, and the reading that they give.
//!
//! | written | read from |
//! |---|---|
//! | `latency_p99` | `summary.csv` |
//! | `node app utilisation`, `node app/2 utilisation` | `nodes.csv`, of a node or of one replica |
//! | `cache edge page hit_ratio`, `cache - * hit_ratio` | `caches.csv`, by cache and endpoint |
//! | `quantile near * 0.5` | `latency.csv`, by client and endpoint |

use std::collections::BTreeMap;

use crate::support::source::root;

/// A reading with its interval, its unit, and what it is worth.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) mean: Option<f64>,
    pub(crate) half_width: f64,
    pub(crate) unit: String,
    pub(crate) status: String,
}

/// A row of a table by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a file of `results`.
pub(crate) fn rows(path: &str) -> Result<Vec<Row>, String> {
    let path = root().join("results").join(path);
    let said = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(&path).map_err(said)?;
    let heads = reader.headers().map_err(said)?.clone();
    let row = |record: csv::StringRecord| {
        heads.iter().zip(&record).map(|(head, cell)| (head.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| record.map(row).map_err(said)).collect()
}

/// A file, and what the columns of the wanted rows say.
type Place = (&'static str, Vec<(&'static str, String)>);

/// Where a quantity stands; its last word names the metric.
fn place(quantity: &str) -> Result<Place, String> {
    let words: Vec<&str> = quantity.split_whitespace().collect();
    let none = |word: &str| if word == "-" { String::new() } else { word.to_owned() };
    Ok(match words[..] {
        [metric] => ("summary.csv", vec![("metric", metric.to_owned())]),
        ["node", node, metric] => {
            let (node, replica) = node.split_once('/').unwrap_or((node, ""));
            let is = [("node", node), ("replica", replica), ("class", ""), ("metric", metric)];
            ("nodes.csv", is.map(|(head, cell)| (head, cell.to_owned())).to_vec())
        }
        ["cache", node, endpoint, metric] => (
            "caches.csv",
            vec![("node", none(node)), ("endpoint", none(endpoint)), ("metric", metric.to_owned())],
        ),
        ["quantile", client, endpoint, quantile] => (
            "latency.csv",
            vec![
                ("client", none(client)),
                ("endpoint", none(endpoint)),
                ("quantile", quantile.to_owned()),
            ],
        ),
        _ => return Err(format!("`{quantity}` is no quantity")),
    })
}

/// The readings of a quantity by variant, in the order of the file.
pub(crate) fn readings(scenario: &str, quantity: &str) -> Result<Vec<(String, Reading)>, String> {
    let (file, wanted) = place(quantity)?;
    let mut found = Vec::new();
    for row in rows(&format!("{scenario}/{file}"))? {
        if wanted.iter().all(|(head, cell)| row.get(*head) == Some(cell)) {
            found.push((row["variant"].clone(), reading(&row)?));
        }
    }
    if found.is_empty() {
        return Err(format!("results/{scenario}/{file} has no `{quantity}`"));
    }
    Ok(found)
}

/// The reading of a quantity in one variant.
pub(crate) fn one(scenario: &str, variant: &str, quantity: &str) -> Result<Reading, String> {
    let all = readings(scenario, quantity)?;
    let found = all.into_iter().find(|(name, _)| name == variant);
    let found = found.ok_or_else(|| format!("`{scenario}` has no `{quantity}` of `{variant}`"))?;
    Ok(found.1)
}

/// How far an interval reaches from the mean, on its longer side; 0 without one.
pub(crate) fn reach(mean: Option<f64>, ends: (Option<f64>, Option<f64>)) -> f64 {
    match (mean, ends) {
        (Some(mean), (Some(low), Some(high))) => (high - mean).max(mean - low),
        _ => 0.0,
    }
}

fn reading(row: &Row) -> Result<Reading, String> {
    let number = |head: &str| match row.get(head).map_or("", String::as_str) {
        "" => Ok(None),
        text => text.parse::<f64>().map(Some).map_err(|error| format!("{text}: {error}")),
    };
    let mean = if row.contains_key("value_ms") { number("value_ms")? } else { number("mean")? };
    let half_width = reach(mean, (number("ci_low")?, number("ci_high")?));
    let unit = row.get("unit").map_or("ms", String::as_str).to_owned();
    Ok(Reading { mean, half_width, unit, status: row["status"].clone() })
}
