//! Credentials that are stolen: the cookie, or the access token.

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
    /// How long after the log-in; by default at any moment of the credential's life alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Dist<Span>>,
    /// How long it takes until the theft is discovered and the credential taken back, where the
    /// scheme can do that; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovered: Option<Dist<Span>>,
}
