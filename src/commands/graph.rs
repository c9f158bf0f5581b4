//! `lindley graph`: the topology of a scenario as a picture in the language DOT.

use clap::ValueEnum;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::opened::Opened;
use super::options::Changes;
use crate::model::{LinkSpec, Model, NodeSpec};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] =
    &[("lindley graph shop.toml > shop.dot", "the topology, to be drawn by Graphviz")];

/// Shows the nodes and links of a variant as a graph.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    /// The form of the output.
    #[arg(long, default_value = "dot")]
    format: Format,
    #[command(flatten)]
    changes: Changes,
}

/// A form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The language of Graphviz.
    Dot,
}

/// Prints the graph of the variant that is asked for, or of the first one.
///
/// # Errors
/// If the scenario is wrong, or the output cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { scenario, format: Format::Dot, changes } = args;
    let mut opened = Opened::open(&scenario, &changes)?;
    let names = opened.names(&changes)?;
    let model = opened.model(&names[0], &[]);
    if let Some(model) = &model {
        opened.build(model);
    }
    let opened = opened.checked(io)?;
    if let Some(model) = model {
        let heading = if names.len() > 1 || opened.scenario.variants().len() > 1 {
            format!("{}, variant {}", opened.name, names[0])
        } else {
            opened.name
        };
        io.print(&dot(&model, &heading))?;
    }
    Ok(Exit::Done)
}

/// The nodes with their kinds and machines, and the links with their latencies.
fn dot(model: &Model, heading: &str) -> String {
    let mut text = format!("digraph {} {{\n", quoted(heading));
    text.push_str(&format!("  label={};\n  rankdir=LR;\n  node [shape=box];\n", quoted(heading)));
    let is_enabled =
        |name: &str| model.nodes.get(name).is_some_and(|node| node.spec.common.enabled);
    for (name, node) in model.nodes.iter().filter(|(name, _)| is_enabled(name)) {
        let label = quoted(&format!("{name}\n{}", about(&node.spec)));
        text.push_str(&format!("  {} [label={label}];\n", quoted(name)));
    }
    for ((from, to), link) in &model.links {
        if link.spec.enabled && is_enabled(from) && is_enabled(to) {
            let label = quoted(&latency(&link.spec));
            text.push_str(&format!("  {} -> {} [label={label}];\n", quoted(from), quoted(to)));
        }
    }
    text.push_str("}\n");
    text
}

/// The kind of a node, and what stands behind it.
fn about(node: &NodeSpec) -> String {
    let mut text = node.kind.word().to_owned();
    let Some(station) = node.station() else { return text };
    let many = match &station.autoscale {
        Some(scaling) => format!("{} to {}", scaling.min, scaling.max),
        None => node.replicas().to_string(),
    };
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
