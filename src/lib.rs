//! lindley
pub mod id;
pub mod rng;
pub mod stats;
pub mod theory;
pub mod time;
pub mod unit;
