//! The browsers of a group of clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::cookie::Browser;

/// What browsers the people of a client use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserSpec {
    /// Where browsers differ: in what they make of cookies without `SameSite`, and in how long
    /// they remember a preflight at most.
    pub profile: Browser,
}
