//! Probes: moments at which the number present at a node is written down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::time::Span;

/// Asks how many exchanges are present at a node at given moments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// The node.
    #[schemars(with = "String")]
    pub node: Spanned<String>,
    /// When: moments of the run, or of each cycle; by default 60 of each cycle at equal distances.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Span>,
    /// Repeats the moments with this period, and averages over the cycles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Span>,
}

/// So many moments of a cycle are looked at where none is written.
const MOMENTS: u64 = 60;

impl ProbeSpec {
    /// The moments: those that are written, or some of the whole cycle.
    #[must_use]
    pub fn moments(&self) -> Vec<Span> {
        match self.cycle.filter(|_| self.at.is_empty()) {
            Some(cycle) => {
                let step = (cycle.0 / MOMENTS).max(1);
                (0..MOMENTS).map(|n| Span(n * step)).take_while(|at| *at < cycle).collect()
            }
            None => self.at.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(text: &str) -> Vec<u64> {
        let spec: ProbeSpec = toml::from_str(&format!("node = 'app'\n{text}")).expect("sound");
        spec.moments().iter().map(|at| at.0 / 1_000_000).collect()
    }

    #[test]
    fn a_cycle_alone_is_looked_at_from_its_beginning_to_its_end() {
        let all = moments("cycle = '30s'");
        assert_eq!((all.len(), all[0], all[1], all[59]), (60, 0, 500, 29_500));
        assert_eq!(moments("cycle = '30s'\nat = ['5s']"), [5_000]);
        assert_eq!(moments(""), [] as [u64; 0]);
    }
}
