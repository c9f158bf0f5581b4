//! What each cache answered by itself.

use super::error::PlotError;
use super::node_bars::NodeFigure;
use super::tables::Tables;
use super::{Picture, Plot};

pub(super) struct HitRatio;

const FIGURE: NodeFigure = NodeFigure {
    metric: "hit_ratio",
    heading: "Hit ratio by cache",
    axis: "hits (% of look-ups)",
    rest: "caches, with lower ratios.",
};

impl Plot for HitRatio {
    fn name(&self) -> &'static str {
        "hit-ratio"
    }

    fn about(&self) -> &'static str {
        "what share of look-ups each cache answered by itself"
    }

    fn draw(&self, tables: &Tables, title: &str) -> Result<Vec<Picture>, PlotError> {
        FIGURE.draw(tables, title)
    }
}
