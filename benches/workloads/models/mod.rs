//! The workloads as handlers of events, one file each.

pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;

mod tier;
