//! A page: what somebody looks at, and the request that brings it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A page of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSpec {
    /// The endpoint that the page is asked for by.
    #[schemars(with = "String")]
    pub endpoint: Spanned<String>,
}
