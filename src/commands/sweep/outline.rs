//! What a sweep is made of, without its scenario: enough to make its table of finished points.
//!
//! A shard keeps it beside its points, so that shards are put together without reading a scenario
//! and without running anything.

use serde::{Deserialize, Serialize};

use super::state::{Finished, Header};
use crate::report::{SweepLine, SweepTable};
use crate::scenario::sweep::{Axis, numbers};

/// What a sweep is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::commands) struct Outline {
    /// Which sweep, and which part of it.
    pub(in crate::commands) header: Header,
    /// The name of the sweep.
    pub(in crate::commands) sweep: String,
    /// The command that runs all of it.
    pub(in crate::commands) command: String,
    /// The variants at each point, in their order.
    pub(in crate::commands) variants: Vec<String>,
    /// What is varied, of which the first varies slowest.
    pub(in crate::commands) axes: Vec<Varied>,
    /// The variants that set something that is varied, which is hidden then.
    pub(in crate::commands) hidden: Vec<String>,
}

/// A key that is varied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::commands) struct Varied {
    /// The key, as a dotted path.
    pub(in crate::commands) key: String,
    /// Its values as results show them.
    pub(in crate::commands) labels: Vec<String>,
    /// Whether it says how much is asked for.
    pub(in crate::commands) is_load: bool,
}

impl Outline {
    /// How many points the sweep has.
    pub(in crate::commands) fn points(&self) -> usize {
        self.axes.iter().fold(1, |points, axis| points.saturating_mul(axis.labels.len()))
    }

    /// How many variants at points the sweep has.
    pub(in crate::commands) fn rows(&self) -> usize {
        self.points().saturating_mul(self.variants.len())
    }

    /// The table of what is finished, in the order of the sweep. What has no place in the sweep is
    /// left out.
    pub(in crate::commands) fn table(&self, mut finished: Vec<Finished>) -> SweepTable {
        finished.sort_by_key(|it| it.place);
        let rows = self.rows();
        let line = |it: Finished| {
            let point = it.place / self.variants.len();
            SweepLine {
                point,
                variant: self.variants[it.place % self.variants.len()].clone(),
                values: self.values(point),
                row: it.row,
                slo: it.slo,
                minds_failures: it.minds_failures,
                fingerprint: it.fingerprint,
                events: it.events,
            }
        };
        SweepTable {
            sweep: self.sweep.clone(),
            keys: self.axes.iter().map(|axis| axis.key.clone()).collect(),
            points: self.points(),
            shard: self.header.part.map(|part| part.shard),
            lines: finished.into_iter().filter(|it| it.place < rows).map(line).collect(),
        }
    }

    /// What the keys are set to at a point: the last one varies fastest.
    fn values(&self, point: usize) -> Vec<String> {
        let mut rest = point;
        let mut values = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            values.push(axis.labels[rest % axis.labels.len()].clone());
            rest /= axis.labels.len();
        }
        values.reverse();
        values
    }
}

impl Varied {
    /// What `axis` varies.
    pub(in crate::commands) fn of(axis: &Axis) -> Self {
        let is_word = |key: &String| ["arrivals", "users", "think"].contains(&key.as_str());
        let is_load = axis.key.keys.first().is_some_and(|family| family == "node")
            && axis.key.keys.iter().skip(2).any(is_word);
        Self { key: axis.key.to_string(), labels: axis.labels(), is_load }
    }

    /// Its values, if they are all numbers of one kind.
    pub(in crate::commands) fn numbers(&self) -> Option<Vec<f64>> {
        numbers(&self.labels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::sweep::Grid;
    use crate::scenario::{Diagnostics, Sources, argument::vary};

    fn axes(texts: &[&str]) -> Vec<Axis> {
        let axis = |text: &&str| vary(text, &mut Sources::new(), &mut Diagnostics::new());
        texts.iter().filter_map(axis).collect()
    }

    #[test]
    fn points_have_the_values_that_the_grid_gives_them() {
        let axes = axes(&["node.app.cores=1..3", "node.app.replicas=1,2"]);
        let header = Header {
            version: String::new(),
            scenario: String::new(),
            grid: String::new(),
            seed: 1,
            replications: 5,
            part: None,
        };
        let outline = Outline {
            header,
            sweep: "s".to_owned(),
            command: String::new(),
            variants: vec!["a".to_owned(), "b".to_owned()],
            axes: axes.iter().map(Varied::of).collect(),
            hidden: Vec::new(),
        };
        let grid = Grid::new(axes, &mut Diagnostics::new()).expect("a grid");
        assert_eq!((outline.points(), outline.rows()), (grid.len(), 12));
        for cell in grid.cells() {
            let labels: Vec<&str> = cell.labels().collect();
            assert_eq!(outline.values(cell.number), labels);
        }
    }
}
