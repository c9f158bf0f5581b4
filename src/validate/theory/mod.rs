//! Validation against queueing theory: cases with exact or asymptotic answers.
//!
//! ```text
//! case ─▶ group ─▶ scenario text ─▶ experiment ─▶ numbers by replication ─▶ verdict ─▶ report
//! ```
//!
//! A table of [cases](Case) states parameters, expected values and tolerances. The group of a
//! case knows how to write it as a scenario, from its parameters alone, and which metric of the
//! result each expected value is. A case is judged by its own tolerance, which holds for the
//! number of requests that it names: a quick run is given more, by the square root of what it has
//! less. Where an interval shows that the tolerance is less than three standard errors, more
//! replications are run, up to a limit; the tolerance stays. What the present parts cannot express
//! is named with the part that it waits for.

mod case;
mod experiment;
mod groups;
mod law;
mod read;
mod report;
mod run;
mod seen;
mod simulated;
mod text;
mod tolerance;
mod verdict;

pub use case::{Case, built_in, cases};
pub use run::{Options, job_count, run};
pub use verdict::{CaseReport, Row};
