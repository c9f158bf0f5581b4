//! A page: what somebody looks at, the request that brings it, and its parts, which a browser asks
//! for by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::id::EndpointId;
use crate::net::OriginId;

/// A page of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSpec {
    /// The endpoint that the page is asked for by.
    #[schemars(with = "String")]
    pub endpoint: Spanned<String>,
    /// The parts of the page: images, style sheets, scripts, and what scripts ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceSpec>,
}

/// Parts of a page of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceSpec {
    /// The endpoint that they are asked for by.
    #[schemars(with = "String")]
    pub endpoint: Spanned<String>,
    /// How many there are; 1 by default.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000))]
    pub count: u32,
    /// How deep they are found: 1, the default, in the page itself, 2 in parts of depth 1, and so
    /// on. They are asked for when all parts above them are there.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    pub depth: u32,
    /// Whether a script asks for them, so that CORS decides what it may read; false by default.
    #[serde(default)]
    pub script: bool,
}

const fn one() -> u32 {
    1
}

/// A page, ready to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PagePlan {
    /// Its parts, those above before those below.
    pub parts: Box<[PartPlan]>,
}

/// Parts of a page of one kind, ready to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlan {
    /// What is asked for.
    pub endpoint: EndpointId,
    /// How often.
    pub count: u32,
    /// How deep they are found.
    pub depth: u32,
    /// The origin of the page, if a script of it asks for them.
    pub from: OriginId,
}

impl PagePlan {
    /// The parts behind the first `done` kinds that are found at one depth.
    #[must_use]
    pub fn next(&self, done: usize) -> &[PartPlan] {
        let rest = self.parts.get(done..).unwrap_or_default();
        let depth = rest.first().map_or(0, |part| part.depth);
        let same = rest.iter().take_while(|part| part.depth == depth).count();
        &rest[..same]
    }
}
