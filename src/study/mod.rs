//! What the commands do, without printing and without files: replications of variants as one
//! pool of jobs, and what is concluded from them.

mod caches;
mod compare;
mod cost;
mod dependence;
mod growth;
mod parts;
mod pool;
mod replication;
mod results;
mod run;
mod shard;
mod smallest;
mod sweep;
mod timeline;
mod traced;

pub use caches::{CacheReading, CacheRow};
pub use compare::{Comparison, ComparisonRow, compare, compared};
pub use parts::PartsReading;
pub use pool::{Job, Progress, run_jobs};
pub use replication::{
    Extras, Further, Ladder, NodeReading, Replication, RunFault, Special, Wanted, Watchers,
    outages, replicate, replicate_in, requests_series, watchers, window_of,
};
pub use results::{
    LatencyRow, NodeRow, Stability, SummaryRow, TimelineRow, VariantResult, WarmUpCut, mean,
};
pub use run::{Plan, Precision, StudyError, Variant, imprecise, run_variants};
pub use shard::{Shard, shards};
pub use smallest::{Extent, Next, Rung, Searched, Smallest, smallest_along};
pub use sweep::{SWEEP_METRICS, SweepPoint, SweepReading, SweepRow, run_points};
pub use timeline::TimelineSeries;
pub use traced::{TracedRun, WantedTraces, trace_requests};
