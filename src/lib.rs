//! lindley
pub mod balance;
pub mod id;
pub mod rng;
pub mod time;
pub mod unit;
