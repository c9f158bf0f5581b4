//! lindley
pub mod id;
pub mod rng;
pub mod scenario;
pub mod time;
pub mod unit;
