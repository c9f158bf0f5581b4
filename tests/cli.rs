//! The program as its users meet it: arguments, streams, files and exit statuses.

#[path = "cli/arguments.rs"]
mod arguments;
#[path = "cli/cache.rs"]
mod cache;
#[path = "cli/calibrate.rs"]
mod calibrate;
#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/others.rs"]
mod others;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/results.rs"]
mod results;
#[path = "cli/shards.rs"]
mod shards;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/sweep.rs"]
mod sweep;
#[path = "cli/trace.rs"]
mod trace;
#[path = "cli/workplace.rs"]
mod workplace;
#[path = "cli/wrong.rs"]
mod wrong;
