//! How busy each node was.

use super::error::PlotError;
use super::node_bars::NodeFigure;
use super::tables::Tables;
use super::{Picture, Plot};

pub(super) struct Utilisation;

const FIGURE: NodeFigure = NodeFigure {
    metric: "utilisation",
    heading: "Utilisation by node",
    axis: "utilisation (% of the cores' time)",
    rest: "nodes, less busy.",
};

impl Plot for Utilisation {
    fn name(&self) -> &'static str {
        "utilisation"
    }

    fn about(&self) -> &'static str {
        "how busy each node was, the busiest first"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        FIGURE.draw(tables, title)
    }
}
