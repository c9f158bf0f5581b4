//! Credentials that are stolen: the cookie or the access token, or with that what renews it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::time::Span;
use crate::unit::Probability;

/// What a scenario says of thefts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TheftSpec {
    /// How many of the credentials that are issued at log-ins are stolen: a share.
    pub probability: Probability,
    /// What is stolen; `access` by default.
    pub what: Loot,
    /// How long after the log-in what its owner has then is stolen; by default what the log-in
    /// issued is stolen at any moment of its life alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Dist<Span>>,
    /// At how many log-ins an attacker knows the name of the session, because the victim came with
    /// one that the attacker had set: a share. It is worth something where the log-in keeps that
    /// name (`auth.session.renew_at_login = false`).
    pub fixation: Probability,
    /// How long it takes until the theft is discovered and the credential taken back, where the
    /// scheme can do that; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovered: Option<Dist<Span>>,
    /// How long the thief waits between requests, the first of which comes at once; by default the
    /// thief asks for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<Dist<Span>>,
}

/// What is stolen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Loot {
    /// The cookie, or the access token alone.
    #[default]
    Access,
    /// The access token with the refresh token, which the thief uses when the other has ended.
    Refresh,
}

/// How a thief came by what it has. Both kinds may rob one person, and know nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Robber {
    /// By the share of log-ins that the scenario says, or by a name that was set before.
    Plain,
    /// By a script in a page.
    Script,
}

impl Robber {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Plain, Self::Script];
}

/// What comes next in a theft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The credential is stolen.
    Steals,
    /// The thief asks for something.
    Asks,
    /// The theft is discovered.
    IsNoticed,
    /// What was stolen may no longer work.
    Ends,
}
