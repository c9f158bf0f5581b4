//! The graph as a picture: what is drawn of a model.

use serde_json::Value;

use super::{links, nodes, replicas};
use crate::commands::exit::CommandError;
use crate::dist::Dist;
use crate::model::{LinkSpec, Model, NodeSpec};
use crate::plots::{Topology, TopologyLink, TopologyNode};
use crate::time::Span;

/// How every such picture begins, so that no other one is taken for it and lost.
pub(super) const BEGINNING: &str = "<!-- lindley graph -->\n";

/// The picture as an SVG document.
///
/// # Errors
/// If the drawing library refuses.
pub(super) fn svg(model: &Model, heading: &str) -> Result<String, CommandError> {
    let svg = topology(model, heading).svg();
    let svg = svg.map_err(|error| CommandError::Fault(error.to_string()))?;
    Ok(format!("{BEGINNING}{svg}"))
}

fn topology(model: &Model, heading: &str) -> Topology {
    let names: Vec<&str> = nodes(model).map(|(name, _)| name).collect();
    let number = |name: &str| names.iter().position(|it| *it == name);
    let link = |(from, to, link): (&str, &str, &LinkSpec)| {
        let (from, to) = (number(from)?, number(to)?);
        Some(TopologyLink { from, to, label: latency(link) })
    };
    let node = |(name, node): (&str, &NodeSpec)| TopologyNode {
        name: name.to_owned(),
        kind: node.kind.word(),
        lines: about(node),
        is_many: node.replicas() > 1,
        is_origin: node.kind.asks().is_some(),
    };
    Topology {
        heading: heading.to_owned(),
        title: model.run.title.clone(),
        nodes: nodes(model).map(node).collect(),
        links: links(model).filter_map(link).collect(),
    }
}

/// The kind of a node with the number of its replicas, if that is not one, and what each of them
/// has.
fn about(node: &NodeSpec) -> Vec<String> {
    let kind = node.kind.word();
    let first = match replicas(node) {
        Some(many) if many != "1" => format!("{kind} ×{many}"),
        Some(_) | None => kind.to_owned(),
    };
    let machine = node.station().and_then(|station| match (&station.machine, station.cores) {
        (Some(machine), _) => Some(machine.to_string()),
        (None, Some(1)) => Some("1 core".to_owned()),
        (None, Some(cores)) => Some(format!("{cores} cores")),
        (None, None) => None,
    });
    std::iter::once(first).chain(machine).collect()
}

/// The latency of a link in a few words; nothing if there is none.
fn latency(link: &LinkSpec) -> String {
    if link.latency == Dist::Constant(Span::ZERO) {
        return String::new();
    }
    match serde_json::to_value(&link.latency) {
        Ok(law) => law.as_str().map_or_else(|| short(&law), str::to_owned),
        Err(_) => String::new(),
    }
}

/// A law by its name and its mean, or its ends.
fn short(law: &Value) -> String {
    let Some((name, inner)) = law.as_object().and_then(|law| law.iter().next()) else {
        return law.to_string();
    };
    let said = |key: &str| inner.get(key).and_then(Value::as_str);
    match (inner.as_str().or_else(|| said("mean")), said("min"), said("max")) {
        (Some(mean), ..) => format!("{name} {mean}"),
        (None, Some(min), Some(max)) => format!("{name} {min} to {max}"),
        _ => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_law_is_told_by_its_name_and_its_mean_or_its_ends() {
        for (law, text) in [
            (json!({ "exp": "5ms" }), "exp 5ms"),
            (json!({ "lognormal": { "cv": 1.0, "mean": "20ms" } }), "lognormal 20ms"),
            (json!({ "uniform": { "max": "9ms", "min": "5ms" } }), "uniform 5ms to 9ms"),
            (json!({ "mixture": [{ "weight": 1, "of": "5ms" }] }), "mixture"),
        ] {
            assert_eq!(short(&law), text);
        }
    }
}
