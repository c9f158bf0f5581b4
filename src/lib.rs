//! lindley
pub mod id;
pub mod plots;
pub mod rng;
pub mod time;
pub mod unit;
