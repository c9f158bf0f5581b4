//! `lindley graph`: the topology of a scenario, as a picture or in the language DOT.

mod dot;
mod picture;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::exit::{CommandError, Exit};
use super::io::Io;
use super::opened::Opened;
use super::options::Changes;
use super::whole::{Kind, write_whole};
use crate::model::{LinkSpec, Model, NodeSpec};

/// What the help shows.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("lindley graph shop.toml --format svg > shop.svg", "the topology as a picture"),
    ("lindley graph shop.toml > shop.dot", "the topology, to be drawn by Graphviz"),
];

/// What may be written anew.
const GRAPHS: Kind = Kind { name: "topology", beginnings: &[picture::BEGINNING, dot::BEGINNING] };

/// Shows the nodes and links of a variant as a graph.
///
/// What is switched off is left out. In a picture, columns are layers: each node stands behind all
/// that call it. Many nodes that are alike, with the same links, are drawn as one block.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario: a file, or the name of a shipped scenario.
    scenario: String,
    /// The form of the output.
    #[arg(long, default_value = "dot")]
    format: Format,
    /// The file to write [default: standard output].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    changes: Changes,
}

/// A form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The language of Graphviz.
    Dot,
    /// A picture.
    Svg,
}

/// Prints or writes the graph of the variant that is asked for, or of the first one.
///
/// # Errors
/// If the scenario is wrong, or the output cannot be written.
pub(super) fn run(args: Args, io: &mut Io) -> Result<Exit, CommandError> {
    let Args { scenario, format, out, changes } = args;
    let out = out.filter(|out| out != Path::new("-"));
    let mut opened = Opened::open(&scenario, &changes)?;
    let names = opened.names(&changes)?;
    let model = opened.model(&names[0], &[]);
    if let Some(model) = &model {
        opened.build(model);
    }
    let opened = opened.checked(io)?;
    let Some(model) = model else { return Ok(Exit::Done) };
    if let Some(out) = &out {
        GRAPHS.check(out)?;
    }
    let heading = if names.len() > 1 || opened.scenario.variants().len() > 1 {
        format!("{}, variant {}", opened.name, names[0])
    } else {
        opened.name
    };
    let text = match format {
        Format::Dot => dot::dot(&model, &heading),
        Format::Svg => picture::svg(&model, &heading)?,
    };
    match &out {
        None => io.print(&text)?,
        Some(out) => write_whole(out, text.as_bytes())?,
    }
    Ok(Exit::Done)
}

/// Whether there is a node of that name that is not switched off.
fn is_on(model: &Model, name: &str) -> bool {
    model.nodes.get(name).is_some_and(|node| node.spec.common.enabled)
}

/// The nodes that are not switched off.
fn nodes(model: &Model) -> impl Iterator<Item = (&str, &NodeSpec)> {
    let all = model.nodes.iter().map(|(name, node)| (name.as_str(), &node.spec));
    all.filter(|(name, _)| is_on(model, name))
}

/// The links that are not switched off, between such nodes.
fn links(model: &Model) -> impl Iterator<Item = (&str, &str, &LinkSpec)> {
    let all = model.links.iter();
    let all = all.map(|((from, to), link)| (from.as_str(), to.as_str(), &link.spec));
    all.filter(|(from, to, link)| link.enabled && is_on(model, from) && is_on(model, to))
}

/// How many replicas a node has: a number, or from and to if they come and go. None if it has no
/// machines.
fn replicas(node: &NodeSpec) -> Option<String> {
    Some(match &node.station()?.autoscale {
        Some(scaling) => format!("{} to {}", scaling.min, scaling.max),
        None => node.replicas().to_string(),
    })
}
