//! Observers: what is made of the facts of a run while it goes on.

mod audit;
mod browsers;
mod buckets;
mod caches;
mod carried;
mod connects;
mod fingerprint;
mod identities;
mod level;
mod meters;
mod outages;
mod probes;
mod recorder;
mod request_log;
mod sample;
mod screens;
mod series;
mod tracer;

pub use audit::{Audit, Violation};
pub use browsers::BrowserMeters;
pub use buckets::Buckets;
pub use caches::{AnswerMeter, CacheMeter, CacheMeters, Origin};
pub use carried::Carried;
pub use connects::{ConnectMeter, Connects};
pub use fingerprint::{Observable, Strict};
pub use identities::IdentityMeters;
pub use level::{Level, Occupancy};
pub use meters::{ClassMeter, Meters, NodeMeter, Shape, Timeline};
pub use outages::{Outage, Outages};
pub use probes::{ProbePlan, Probes};
pub use recorder::Recorder;
pub use request_log::{RequestLog, RequestRow};
pub use sample::Sample;
pub use screens::{CrowdSize, ScreenMeters};
pub use series::Series;
pub use tracer::{CallKind, CallTrace, Kept, Piece, RequestTrace, Stretch, Tracer, way};
