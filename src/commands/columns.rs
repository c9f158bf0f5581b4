//! Which metrics tables show beyond the usual ones.

use clap::Args;

use super::exit::CommandError;
use crate::metrics::{at_node, end_to_end};
use crate::report::Column;
use crate::scenario::nearest;
use crate::study::Variant;

/// What is shown beyond the usual.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is shown")]
pub(super) struct Columns {
    /// Shows this metric as well, such as `hit_ratio`, or of a node `app.queue_max`; may be
    /// repeated. Files have all of them; their names stand in docs/model.md.
    #[arg(long = "metric", value_name = "[NODE.]METRIC")]
    metrics: Vec<String>,
}

impl Columns {
    /// The columns that are asked for, each known to the program and of a node of the variants.
    ///
    /// # Errors
    /// If there is no such node or metric.
    pub(super) fn of(&self, variants: &[Variant]) -> Result<Vec<Column>, CommandError> {
        let mut nodes: Vec<&str> = Vec::new();
        for name in variants.iter().flat_map(|variant| &variant.graph.names) {
            if !nodes.contains(&name.as_str()) {
                nodes.push(name);
            }
        }
        let mut columns = Vec::new();
        for text in &self.metrics {
            let column = column(text, &nodes).map_err(CommandError::Usage)?;
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Ok(columns)
    }
}

/// What tables and objectives call metrics whose names in files are longer.
const SHORT: [(&str, &str); 12] = [
    ("mean", "latency_mean"),
    ("p50", "latency_p50"),
    ("p90", "latency_p90"),
    ("p95", "latency_p95"),
    ("p99", "latency_p99"),
    ("p999", "latency_p999"),
    ("p99.9", "latency_p999"),
    ("sojourn", "latency_mean"),
    ("latency", "latency_mean"),
    ("wait", "wait_mean"),
    ("success", "success_ratio"),
    ("page_load", "page_load_mean"),
];

fn column(text: &str, nodes: &[&str]) -> Result<Column, String> {
    if let Some((_, name)) = SHORT.iter().find(|(short, _)| *short == text) {
        return Err(format!("there is no metric `{text}`: did you mean `{name}`?"));
    }
    let Some((node, name)) = text.rsplit_once('.') else {
        let found = end_to_end().find(|metric| metric.name == text);
        return match found {
            Some(metric) => Ok(Column { node: None, metric: metric.name, unit: metric.unit }),
            None => {
                let of_nodes = at_node().any(|metric| metric.name == text);
                Err(unknown(text, of_nodes, end_to_end().map(|metric| metric.name)))
            }
        };
    };
    if !nodes.contains(&node) {
        let sentence = format!("there is no node `{node}` for the metric `{text}`");
        return Err(with_nearest(sentence, node, nodes.iter().copied()));
    }
    match at_node().find(|metric| metric.name == name) {
        Some(metric) => {
            Ok(Column { node: Some(node.to_owned()), metric: metric.name, unit: metric.unit })
        }
        None => {
            let sentence = format!("nodes have no metric `{name}`");
            Err(with_nearest(sentence, name, at_node().map(|metric| metric.name)))
        }
    }
}

/// What is said of a name that nothing end to end has.
fn unknown(text: &str, of_nodes: bool, names: impl Iterator<Item = &'static str>) -> String {
    if of_nodes {
        return format!("`{text}` is a metric of nodes: write `NODE.{text}`");
    }
    with_nearest(format!("there is no metric `{text}`"), text, names)
}

fn with_nearest<'n>(sentence: String, word: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let parts = |name: &str| {
        let mut parts: Vec<String> = name.split('_').map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    // The right words in another order are nearer than any other word.
    let turned = names.iter().copied().find(|name| parts(name) == parts(word));
    match turned.or_else(|| nearest(word, names.iter().copied())) {
        Some(meant) => format!("{sentence}: did you mean `{meant}`?"),
        None => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tables_call_a_metric_leads_to_its_name_in_files() {
        for (_, name) in SHORT {
            assert!(end_to_end().any(|metric| metric.name == name), "{name}");
        }
    }

    #[test]
    fn a_metric_that_is_named_twice_is_one_column() {
        let metrics = ["hit_ratio", "goodput", "hit_ratio"].map(str::to_owned).to_vec();
        let columns = Columns { metrics }.of(&[]).expect("known metrics");
        assert_eq!(columns.len(), 2);
    }

    #[test]
    fn a_metric_is_named_with_its_node_or_without_one() {
        let of = |text: &str| column(text, &["app", "edge"]).map(|it| it.heading());
        assert_eq!(of("hit_ratio"), Ok("hit_ratio".to_owned()));
        assert_eq!(of("edge.wait_mean"), Ok("edge wait_mean (ms)".to_owned()));
        for (text, said) in [
            ("hit_ration", "there is no metric `hit_ration`: did you mean `hit_ratio`?"),
            ("queue_max", "`queue_max` is a metric of nodes: write `NODE.queue_max`"),
            ("ap.queue_max", "there is no node `ap` for the metric `ap.queue_max`: did you mean"),
            ("app.queue_maxi", "nodes have no metric `queue_maxi`: did you mean `queue_max`?"),
            ("p99", "there is no metric `p99`: did you mean `latency_p99`?"),
            ("p99.9", "there is no metric `p99.9`: did you mean `latency_p999`?"),
            ("success", "there is no metric `success`: did you mean `success_ratio`?"),
            ("logins_forced", "there is no metric `logins_forced`: did you mean `forced_logins`?"),
            ("xyzzyx", "there is no metric `xyzzyx`"),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
