//! The graph in the language DOT.

use super::{links, nodes, replicas};
use crate::model::{LinkSpec, Model, NodeSpec};

/// How every such text begins.
pub(super) const BEGINNING: &str = "digraph \"";

/// The nodes with their kinds and machines, and the links with their latencies.
pub(super) fn dot(model: &Model, heading: &str) -> String {
    let mut text = format!("digraph {} {{\n", quoted(heading));
    text.push_str(&format!("  label={};\n  rankdir=LR;\n  node [shape=box];\n", quoted(heading)));
    for (name, node) in nodes(model) {
        let label = quoted(&format!("{name}\n{}", about(node)));
        text.push_str(&format!("  {} [label={label}];\n", quoted(name)));
    }
    for (from, to, link) in links(model) {
        let label = quoted(&latency(link));
        text.push_str(&format!("  {} -> {} [label={label}];\n", quoted(from), quoted(to)));
    }
    text.push_str("}\n");
    text
}

/// The kind of a node, and what stands behind it.
fn about(node: &NodeSpec) -> String {
    let mut text = node.kind.word().to_owned();
    let (Some(station), Some(many)) = (node.station(), replicas(node)) else { return text };
    match (&station.machine, station.cores) {
        (Some(machine), _) => text.push_str(&format!("\n{many} x {machine}")),
        (None, Some(cores)) => {
            let plural = if cores == 1 { "" } else { "s" };
            text.push_str(&format!("\n{many} x {cores} core{plural}"));
        }
        (None, None) => {}
    }
    text
}

fn latency(link: &LinkSpec) -> String {
    // The scenario's own form of a distribution, in one line.
    serde_json::to_value(&link.latency).map_or_else(
        |_| String::new(),
        |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    )
}

/// `text` as DOT takes it for one name.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_name_holds_is_one_name() {
        assert_eq!(quoted("a \"b\"\\\nc"), r#""a \"b\"\\\nc""#);
    }
}
