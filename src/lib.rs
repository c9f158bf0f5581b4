//! lindley
pub mod arrivals;
pub mod balance;
pub mod id;
pub mod rng;
pub mod time;
pub mod trace;
pub mod unit;
