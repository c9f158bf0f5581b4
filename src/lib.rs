//! lindley: a deterministic discrete-event network simulator for web architectures.
//!
//! ```text
//! scenario text ─▶ Model ─▶ Graph ─▶ World + Engine ─▶ facts ─▶ metrics ─▶ results ─▶ pictures
//!   scenario      model    graph    world  engine     observe  metrics    results    plots
//!                                   nodes  net        fact     stats      report
//! ```
//!
//! Data flows one way: a later stage knows the earlier one's types, never the reverse. The
//! vocabulary that all share comes first.

pub mod time;
pub mod unit;
pub mod id;
pub mod rng;
pub mod outcome;
pub mod slab;

pub mod engine;

pub mod math;
mod alias;
pub mod count;
pub mod dist;
pub mod popularity;
pub mod arrivals;
pub mod trace;
pub mod balance;

pub mod endpoint;
pub mod fact;
pub mod net;
pub mod nodes;

pub mod scenario;
pub mod model;
pub mod graph;
pub mod world;

pub mod observe;
pub mod metrics;
pub mod stats;
pub mod theory;

pub mod study;
pub mod validate;
