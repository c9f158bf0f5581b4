//! A deny-list of tokens: what makes log-out possible with tokens, and what brings the store back
//! into every request if it is asked centrally.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::time::Span;

/// What a scenario says of the deny-list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DenyListSpec {
    /// False takes it out, as a variant may want.
    pub enabled: bool,
    /// How those who check know of it; `central` by default.
    pub check: DenyCheck,
    /// The session store that keeps it; needed if it is `central`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub store: Option<Spanned<String>>,
    /// How long it takes until a new entry is known to those who check, if it is `pushed`; 0s by
    /// default.
    pub lag: Span,
}

impl Default for DenyListSpec {
    fn default() -> Self {
        Self { enabled: true, check: DenyCheck::Central, store: None, lag: Span::ZERO }
    }
}

/// How those who check tokens know the deny-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DenyCheck {
    /// They ask the store for every request.
    #[default]
    Central,
    /// It is pushed to them, which takes `lag`.
    Pushed,
}
