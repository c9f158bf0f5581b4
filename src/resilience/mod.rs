//! Resilience: what a caller does when an attempt fails, and how it keeps from making things
//! worse.
//!
//! Five rules, one file each: *retry* (try again, after a pause), *next upstream* (a proxy tries
//! another backend), *breaker* (stop trying), *hedge* (try twice at once) and *shed* (refuse
//! before it is too late). Each is told times and outcomes and answers one question; none owns a
//! timer, and what is drawn comes from the key of the request. What an attempt came to is an
//! [`Outcome`]; which outcomes a rule is about is a set of [`Conditions`].

mod breaker;
mod budget;
mod conditions;
mod hedge;
mod next_upstream;
mod outcome;
mod retry;
mod shed;

pub use breaker::{Breaker, BreakerSpec, Permit, State};
pub use budget::{Budget, BudgetSpec};
pub use conditions::{Conditions, NginxConditions};
pub use hedge::{Hedge, HedgeSpec};
pub use next_upstream::{Next, NextUpstream, NextUpstreamSpec, Tried, UpstreamProfile};
pub use outcome::Outcome;
pub use retry::{Factor, Jitter, Retry, RetrySpec};
pub use shed::{Shed, ShedSpec};
