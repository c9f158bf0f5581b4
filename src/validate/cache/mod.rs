//! Validation of eviction: caches that are replayed, against counts and closed forms.
//!
//! Traces are made by a rule, so that they can be compared to the request with what two other
//! programs counted (libCacheSim and a small reference of its policies). Policies that exist in
//! several variants are within a hundredth; hit ratios under independent requests are those of
//! Che's approximation; lifetimes are those of the renewal argument;
//! answers of nginx and Varnish are those that were recorded. Expected values are in
//! `tests/data/cache` and `tests/data/theory`.

mod closed_forms;
mod counts;
mod lifetimes;
mod made;
mod micro;
#[cfg(feature = "cli")]
mod recorded;
mod run;
mod semantics;
mod theory;

pub use super::compared::{CaseReport, Row};
pub use run::{case_ids, job_count, run};
