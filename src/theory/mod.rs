//! What theory says of a station, for `lindley check` and as ground truth of tests.
//!
//! One file for each family of formulas, each with its source. Lengths are seconds and rates are
//! per second. What a formula cannot answer is an [`Unsolved`], never a NaN. Recursions are
//! those that stay stable for 100,000 servers.

mod allen_cunneen;
mod availability;
mod birth_death;
#[cfg(test)]
mod cases;
mod erlang_b;
mod erlang_c;
mod gim1;
mod gimc;
mod interarrival;
mod known;
mod machine_repairman;
mod md1;
mod means;
mod mg1;
mod mgc_ps;
mod mmc;
mod mmck;
mod mva;
mod run_length;
mod station;
mod tail;
mod unsolved;
mod usl;

pub use allen_cunneen::AllenCunneen;
pub use availability::Availability;
pub use erlang_b::ErlangB;
pub use erlang_c::ErlangC;
pub use gim1::GiM1;
pub use gimc::GiMc;
pub use interarrival::Interarrival;
pub use known::{Known, Quality};
pub use machine_repairman::MachineRepairman;
pub use md1::MD1;
pub use means::Means;
pub use mg1::MG1;
pub use mgc_ps::MGcPs;
pub use mmc::MMc;
pub use mmck::MMcK;
pub use mva::{Mva, MvaStation};
pub use run_length::RunLength;
pub use station::{Discipline, Service, Station};
pub use unsolved::Unsolved;
pub use usl::Usl;
