//! Validation: the program against what is known to be true.
//!
//! What is judged here is the whole program and not a part of it: each case is written as a
//! scenario, read, built, run and measured as any other scenario is. Eviction alone is judged by
//! replaying traces.

pub mod cache;
pub mod intervals;
#[cfg(feature = "cli")]
pub mod real;
pub mod theory;

mod compared;
mod ready;
mod report;
mod verdict;

pub use report::{Judged, Report};
pub use verdict::{Verdict, Waiting};
