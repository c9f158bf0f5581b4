//! Statistics of comparing designs: intervals from replications, warm-up, stability, precision.
//!
//! Everything here is a pure function of numbers. The unit of evidence is the *replication*: one
//! run gives one value of each metric, runs are independent, and so Student's t applies to their
//! values. Requests within a run are not independent: taken as such, a nominal 95 % interval at
//! load 0.8 covers the truth in 16 % of experiments.
//!
//! Sources: Law, "Simulation Modeling and Analysis" (5th ed., 2015), chapters 9 to 11; Asmussen
//! and Glynn, "Stochastic Simulation" (2007), chapter IV.

mod confidence;
mod dependence;
mod interval;
mod ladder;
mod mser;
mod paired;
mod ratio;
mod rounding;
mod sequential;
mod status;
mod student;
mod summary;
#[cfg(test)]
mod toy;
mod trend;

pub use confidence::Confidence;
pub use dependence::{Dependence, relative_variance};
pub use interval::{Interval, MIN_REPLICATIONS};
pub use ladder::{LADDER, Quantile};
pub use mser::{WarmUp, warm_up};
pub use paired::{Paired, Verdict};
pub use ratio::{proportion, ratio, upper_bound_of_none};
pub use rounding::{Rounded, count, percent, times};
pub use sequential::{Decision, Limits, Target, Watched, decide};
pub use status::{Evidence, MAX_UNFINISHED, Status, status_of_count};
pub use student::{normal_quantile, student_quantile};
pub use summary::Summary;
pub use trend::{Trend, trend};
