//! Observers: what is made of the facts of a run while it goes on.

mod audit;
mod caches;
mod fingerprint;
mod level;
mod meters;
mod probes;
mod recorder;
mod request_log;
mod sample;
mod series;

pub use audit::{Audit, Violation};
pub use caches::{CacheMeter, CacheMeters};
pub use fingerprint::{Observable, Strict};
pub use level::{Level, Occupancy};
pub use meters::{ClassMeter, Meters, NodeMeter, Shape, Timeline, parts_bucket};
pub use probes::{ProbePlan, Probes};
pub use recorder::Recorder;
pub use request_log::{RequestLog, RequestRow};
pub use sample::Sample;
pub use series::Series;
