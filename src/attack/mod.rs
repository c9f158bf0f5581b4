//! Attacks: what each tries, what stands against it, and what it gets. Pure decisions, one file
//! each; attackers and pages send the requests, and nodes with defences decide by these.

mod credential_stuffing;
mod csrf;
mod sql_injection;
mod xss;

pub use credential_stuffing::{Guess, StuffingPlan, StuffingSpec};
pub use csrf::{CsrfPlan, CsrfSpec, Forgery, Lure};
pub use sql_injection::{
    InputFilterSpec, QueryDefences, QueryDefencesSpec, QueryOutcome, QuerySpec, injection,
};
pub use xss::{Injection, XssPlan, XssSpec};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of attack. The numbers stand in fingerprints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Attack {
    /// Requests whose payload changes the query that is made of it.
    SqlInjection = 0,
    /// Log-ins with passwords that were stolen elsewhere, or guessed.
    CredentialStuffing = 1,
    /// More requests, or more connections, than a server can take.
    Flood = 2,
}

/// What an attacker does.
#[derive(Debug, Clone, PartialEq)]
pub struct AttackPlan {
    /// The kind.
    pub attack: Attack,
    /// The passwords that it tries.
    pub stuffing: Option<StuffingPlan>,
}

/// Attacks from pages, ready to run.
#[derive(Debug, Clone, Default)]
pub struct PageAttacks {
    /// Requests that a page of somebody else forges.
    pub csrf: Option<CsrfPlan>,
    /// Scripts of somebody else in the site's own pages.
    pub xss: Option<XssPlan>,
}
