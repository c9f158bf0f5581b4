//! Experiments that run a scenario: text in, numbers by replication out.

use std::sync::Arc;

use super::super::ready;
use super::case::Case;
use super::experiment::{Experiment, Measured, Size};
use super::read::Read;
use super::seen::Seen;
use crate::graph::Graph;
use crate::model::Warmup;
use crate::study::{Wanted, replicate};
use crate::time::Time;

/// A scenario that is to be run.
#[derive(Debug)]
pub(super) struct Simulated {
    /// Its text.
    pub(super) text: String,
    /// How much of it.
    pub(super) size: Size,
    /// What is wanted beyond metrics.
    pub(super) wanted: Wanted,
}

impl Simulated {
    /// The scenario `text`, of which metrics are wanted and nothing more.
    pub(super) fn new(text: String, size: Size) -> Self {
        Self { text, size, wanted: Wanted::default() }
    }

    /// The experiment for `case` in which each expected value is what `readings` says.
    pub(super) fn experiment(
        self,
        case: &Case,
        readings: impl Fn(&str) -> Vec<Read>,
    ) -> Result<Experiment, String> {
        let variants = graphs(&self.text)?;
        let (mut metrics, mut reads, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for (name, _) in case.expected() {
            let found = readings(name);
            if found.is_empty() {
                return Err(format!("`{name}` is no metric of this group"));
            }
            for read in found {
                if let Some(reason) = read.left_out {
                    left_out.push((name.to_owned(), reason));
                    continue;
                }
                let label = read.label.clone();
                metrics.push(Measured { label, ..Measured::plain(name.to_owned()) });
                reads.push(read);
            }
        }
        let nodes: usize = variants.iter().map(|(_, graph)| graph.names.len()).sum();
        #[allow(clippy::cast_precision_loss, reason = "an estimate")]
        let cost = self.size.each() * nodes as f64;
        let wanted = self.wanted;
        let run = move |replication: u32| {
            let mut runs = Vec::new();
            for (name, graph) in &variants {
                let run = replicate(graph, replication, window(graph), wanted)
                    .map_err(|fault| fault.to_string())?;
                if let Some(halt) = run.halt {
                    return Err(format!("variant {name}: {halt}"));
                }
                runs.push((name.clone(), Arc::clone(graph), run));
            }
            let seen = Seen { runs: &runs };
            Ok(reads.iter().map(|read| read.of(&seen)).collect())
        };
        Ok(Experiment {
            size: self.size,
            cost,
            metrics,
            left_out,
            trials: None,
            run: Box::new(run),
        })
    }
}

/// The variants of the scenario `text`, which names no files.
pub(super) fn graphs(text: &str) -> Result<Vec<(String, Arc<Graph>)>, String> {
    ready::graphs(text, &mut ready::NoFiles)
}

/// When the measured window opens: every case says how long it warms up, or does not.
pub(super) fn window(graph: &Graph) -> Time {
    match graph.run.warmup {
        Some(Warmup::Given(span)) => Time(span.0),
        Some(Warmup::Auto) | None => Time::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_scenario_is_refused_with_all_that_is_wrong() {
        let error = graphs("duration = \"10\"\n[node.app]\nkind = \"serve\"").expect_err("wrong");
        assert!(error.contains("case.toml:1:12"), "{error}");
        assert!(error.contains("did you mean"), "{error}");
    }
}
