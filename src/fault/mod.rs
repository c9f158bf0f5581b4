//! Faults: what goes wrong, when, and what that means to those who meet it.
//!
//! A fault is a small rule. It has a target (replicas of a node, or a link), a timetable (once, or
//! again and again as drawn by MTBF and MTTR), and a kind, which gives a verdict: what becomes of
//! what reaches the target, and what happens to the target as it begins and ends. Everything else
//! follows from the model: callers see a refused connection, a broken one, or silence, and do what
//! they would do.

mod condition;
mod spec;
mod timetable;

pub use condition::{Condition, Conditions, LinkCondition, Target};
pub use spec::{FaultKind, FaultSpec};
pub use timetable::{FaultPlan, Timetable, Turns};
