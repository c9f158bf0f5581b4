//! What lets requests pass and answers through: rules of access, lists of bad addresses, scans of
//! content, filters of requests, limits of log-ins. Pure decisions, without events.
//!
//! One file for each screen: what the scenario says, the plan made of it, what it decides. Nodes
//! ask, pay what it costs and state what was decided as a fact.

mod access;
mod compress;
mod infected;
mod login;
mod noted;
mod plan;
mod spec;
mod waf;

pub use access::{AccessPlan, AccessRule, AccessRuleSpec, Asking, Ruling};
pub use compress::{Compress, CompressSpec};
pub use infected::{Infected, InfectedSpec, Scan, ScanSpec, UrlListSpec, is_listed};
pub use login::{Accounts, LockoutSpec, LoginDefences, LoginDefencesSpec, Refusal};
pub use noted::{Chore, Defence, Fate, Noted};
pub use plan::{Flaw, ScreenPlan, Screens};
pub use spec::{ForwardScreenSpec, Https, ReverseScreenSpec, ServerScreenSpec};
pub use waf::{CatchesSpec, Waf, WafSpec};
