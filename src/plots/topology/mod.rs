//! The topology of a scenario: nodes in layers from the clients on, with the links between them.
//!
//! It is drawn from what a scenario says, not from tables of a result, and its layout is our own:
//! integers throughout, a fixed number of rounds, every tie broken by the order of names. So the
//! same scenario gives the same picture everywhere, and no other program is needed.
//!
//! ```text
//! nodes ─▶ blocks ─▶ layers ─▶ seating ─▶ order ─▶ places ─▶ figure
//! ```

mod blocks;
mod labels;
mod layers;
mod order;
mod paint;
mod places;
mod seating;

use super::draw::svg;
use super::error::PlotError;
use blocks::Blocks;
use layers::Layers;
use places::Places;
use seating::Seating;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Topology {
    /// What it is the topology of.
    pub heading: String,
    /// What the scenario asks, in a sentence; may be empty.
    pub title: String,
    /// The nodes, in the order that breaks ties.
    pub nodes: Vec<TopologyNode>,
    /// The links.
    pub links: Vec<TopologyLink>,
}

/// A node of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopologyNode {
    /// Its name.
    pub name: String,
    /// The word for its kind, by which it is coloured.
    pub kind: &'static str,
    /// What stands below its name: the kind first.
    pub lines: Vec<String>,
    /// Whether several replicas stand behind it.
    pub is_many: bool,
    /// Whether requests begin there.
    pub is_origin: bool,
}

/// A link of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopologyLink {
    /// The number of the node that calls.
    pub from: usize,
    /// The number of the node that is called.
    pub to: usize,
    /// How long a message travels, or nothing if that takes no time.
    pub label: String,
}

impl Topology {
    /// It as an SVG document.
    ///
    /// # Errors
    /// If the drawing library refuses.
    pub fn svg(&self) -> Result<String, PlotError> {
        let blocks = Blocks::of(self);
        let seating = Self::seated(&blocks);
        let places = Places::of(&seating, &blocks);
        let figure = paint::figure(self, &blocks, &seating, &places);
        svg::render(&figure, &self.heading)
            .map_err(|message| PlotError::Drawing { plot: "topology".to_owned(), message })
    }

    /// Where each block sits: layers first, then those of them wrapped that are too high.
    fn seated(blocks: &Blocks) -> Seating {
        let layers = Layers::of(blocks);
        let mut seating = Seating::of(layers.columns(), blocks, &layers);
        order::sort(&mut seating);
        if let Some(wrapped) = seating.wrapped() {
            let heights = seating.heights();
            seating = Seating::of(wrapped, blocks, &layers);
            order::sort_by_height(&mut seating, &heights);
        }
        seating
    }
}

#[cfg(test)]
mod tests;
