//! Attacks: what each tries, what stands against it, and what it gets. Pure decisions, one file
//! each; attackers send the requests, and nodes with defences decide by these.

mod credential_stuffing;
pub mod csrf;
mod sql_injection;
pub mod xss;

pub use credential_stuffing::{Guess, StuffingPlan, StuffingSpec};
pub use sql_injection::{
    Injection, InputFilterSpec, QueryDefences, QueryDefencesSpec, QuerySpec, injection,
};

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
