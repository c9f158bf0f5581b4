//! Validation against real proxies: recordings of nginx, HAProxy, Envoy and Caddy.
//!
//! ```text
//! recording ─▶ kind ─▶ scenario text ─▶ replications ─▶ rows ─▶ report
//! ```
//!
//! Backends with slots and one line, a client that replays a trace with arrivals and services, and
//! a real proxy in between were recorded, several times each; `tests/data/real` holds what is
//! compared. The kind of a recording says which balancer it is and by which rule it is
//! judged; the trace is replayed through the same balancer of this program, with the constants that
//! were measured on idle machines. Picks that can be foretold one by one are compared one by one.

mod constants;
mod failing;
mod failing_rows;
mod judge;
mod kinds;
mod lists;
mod recording;
mod report;
mod run;
mod scenario;
mod seen;

pub use judge::{CaseReport, Row};
pub use run::{Options, case_ids, job_count, run};
