//! lindley
pub mod alias;
pub mod count;
pub mod dist;
pub mod id;
pub mod math;
pub mod popularity;
pub mod rng;
pub mod time;
pub mod unit;
