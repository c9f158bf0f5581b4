//! The list of events of the workloads' loops knows what a run comes to; here there are none.

/// Nothing.
pub struct Outcome;
