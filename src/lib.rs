//! lindley: a deterministic discrete-event network simulator for web architectures.
//!
//! ```text
//! scenario text ─▶ Model ─▶ Graph ─▶ World + Engine ─▶ facts ─▶ metrics ─▶ results ─▶ pictures
//!   scenario       model    graph    world  engine     fact     observe    report     plots
//!                                    nodes  net                 metrics
//!                                                               stats
//! ```
//!
//! Data flows one way: a later stage knows the earlier one's types, never the reverse. The blocks
//! below are in that order: a module imports from its own block and from those above it.

// Vocabulary: read this and you can read the rest.
pub mod id;
pub mod outcome;
pub mod rng;
pub mod slab;
pub mod time;
pub mod unit;

// The kernel: no word of the domain inside.
pub mod engine;

// Parts of the model that know nothing of a run.
pub mod access_log;
pub mod alias;
pub mod arrivals;
pub mod balance;
pub mod count;
pub mod dist;
pub mod evict;
pub mod health;
pub mod http;
pub mod limit;
pub mod math;
pub mod popularity;
pub mod resilience;
pub mod scaling;
pub mod trace;

// What happens in a run.
pub mod attack;
pub mod auth;
pub mod endpoint;
pub mod fact;
pub mod fault;
pub mod net;
pub mod nodes;
pub mod observe;
pub mod people;
pub mod screen;

// From text to what is run.
pub mod graph;
pub mod model;
pub mod scenario;

// Running and reading.
pub mod metrics;
pub mod stats;
pub mod theory;
pub mod world;

// Studies of many runs.
pub mod check;
pub mod study;
pub mod validate;

// For people.
pub mod plots;
pub mod report;

// The command line.
#[cfg(feature = "cli")]
pub mod commands;
