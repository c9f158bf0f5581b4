//! Cases that compare numbers with what they should be, each within a tolerance of its own.

mod case;
mod report;
mod run;

pub(super) use case::Case;
pub use case::{CaseReport, Row};
pub(super) use run::{chosen, report};
