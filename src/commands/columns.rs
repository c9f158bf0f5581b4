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
        self.metrics.iter().map(|text| column(text, &nodes).map_err(CommandError::Usage)).collect()
    }
}

fn column(text: &str, nodes: &[&str]) -> Result<Column, String> {
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
    match nearest(word, names) {
        Some(meant) => format!("{sentence}: did you mean `{meant}`?"),
        None => sentence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("xyzzyx", "there is no metric `xyzzyx`"),
        ] {
            let error = of(text).expect_err(text);
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
