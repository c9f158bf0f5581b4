//! A metric that stands in a table because somebody asked for it.

use crate::metrics::Unit;
use crate::study::{SummaryRow, VariantResult};

/// A metric of results, end to end or at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The node, or none for what is measured end to end.
    pub node: Option<String>,
    /// The name in results.
    pub metric: &'static str,
    /// Its unit.
    pub unit: Unit,
}

impl Column {
    /// How it is headed: its name, and its unit unless that stands with each number.
    #[must_use]
    pub fn heading(&self) -> String {
        let name = match &self.node {
            Some(node) => format!("{node} {}", self.metric),
            None => self.metric.to_owned(),
        };
        if matches!(self.unit, Unit::Share | Unit::Count) {
            return name;
        }
        format!("{name} ({})", self.unit.name())
    }

    /// What a variant has of it.
    pub(super) fn of(&self, result: &VariantResult) -> Option<SummaryRow> {
        let Some(node) = &self.node else { return result.metric(self.metric) };
        let mut rows = result.nodes().into_iter().filter(|it| {
            let is_whole = it.replica.is_none() && it.class.is_none();
            is_whole && it.row.metric == self.metric && result.graph.names[it.node.index()] == *node
        });
        rows.next().map(|it| it.row)
    }
}
