//! lindley
pub mod arrivals;
pub mod balance;
pub mod id;
pub mod rng;
pub mod stats;
pub mod theory;
pub mod time;
pub mod trace;
pub mod unit;
