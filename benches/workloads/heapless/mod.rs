//! The workloads without a general list of events: what comes next is the least of a few numbers,
//! since each of the workload's delays keeps its own order. One file each.

pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;

mod ladder;
mod tier;
