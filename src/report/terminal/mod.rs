//! Results on a terminal: text of a given width, with or without emphasis.
//!
//! Numbers have as many digits as their interval warrants. `~` marks those from few data, `-` says
//! that there is none, and `unstable` that there cannot be any.

mod column;
mod compare;
mod figure;
mod grid;
mod paper;
mod run;

pub use column::Column;
pub(crate) use figure::number;

use super::Provenance;
use crate::study::{Comparison, VariantResult};

/// What a run came to: what was run, then for each variant its latencies, its nodes, the
/// bottleneck and the objectives, and at last how to get the same again. Lines are at most `width`
/// columns long where words allow; `styled` sets headings apart by escape sequences. `more` are
/// metrics that are shown as well.
#[must_use]
pub fn run_table(
    provenance: &Provenance,
    results: &[VariantResult],
    more: &[Column],
    width: u16,
    styled: bool,
) -> String {
    let mut paper = paper::Paper::new(width, styled);
    run::write(&mut paper, provenance, results, more);
    paper.into_text()
}

/// How variants compare: a table of all, a table of ratios to the baseline, what is taken for
/// granted, and at last one sentence to quote. `more` are metrics that are shown as well.
#[must_use]
pub fn compare_table(
    provenance: &Provenance,
    (results, comparison): (&[VariantResult], &Comparison),
    more: &[Column],
    width: u16,
    styled: bool,
) -> String {
    let mut paper = paper::Paper::new(width, styled);
    compare::write(&mut paper, provenance, (results, comparison), more);
    paper.into_text()
}

#[cfg(test)]
mod tests;
