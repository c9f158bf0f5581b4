//! The recorded cases, as they are kept.

use std::collections::BTreeMap;

use serde::Deserialize;

const TEXT: &str = include_str!("../../../../tests/data/cache/http-semantics.json");

/// One case: what was asked, what the origin said, and what came of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Recorded {
    pub(super) id: String,
    /// How far into a second it was at the first request.
    pub(super) start_phase_s: f64,
    pub(super) requests: Vec<Request>,
    pub(super) origin: Vec<Origin>,
    /// Whether requests come at once, so that their order is nobody's.
    pub(super) simultaneous_unordered: bool,
    /// nginx's directives of this case.
    pub(super) settings: Vec<String>,
    /// nginx's directives of all cases.
    pub(super) base: Vec<String>,
    /// What RFC 9111 allows, request by request, and the section that says so.
    pub(super) allowed: Vec<String>,
    pub(super) section: String,
    /// What each product did.
    pub(super) observed: BTreeMap<String, Observed>,
}

/// A request: when, and for what.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Request {
    pub(super) t: f64,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) headers: BTreeMap<String, String>,
}

/// What the origin says for a path, one answer after the other, the last one from then on.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Origin {
    pub(super) url: String,
    pub(super) responses: Vec<Response>,
}

/// One of its answers. Headers stand in the order in which they were sent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: indexmap::IndexMap<String, String>,
    pub(super) body: u64,
    #[serde(default)]
    pub(super) delay: f64,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    #[serde(default)]
    pub(super) down: bool,
}

/// What a product did.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Observed {
    pub(super) status: Vec<String>,
    pub(super) http: Vec<u16>,
    pub(super) origin_fetches: f64,
    pub(super) origin_304: f64,
}

/// All of them.
pub(super) fn recorded() -> Vec<Recorded> {
    serde_json::from_str(TEXT).unwrap_or_default()
}

impl Recorded {
    /// Whether it was set up in another way than the others.
    pub(super) fn is_set_up(&self) -> bool {
        !self.settings.is_empty() || self.inactive().is_some_and(|it| it != "10m")
    }

    /// How long something may be unused, as nginx's directive says.
    pub(super) fn inactive(&self) -> Option<&str> {
        let words = self.base.iter().flat_map(|line| line.split_whitespace());
        words.filter_map(|word| word.strip_prefix("inactive=")).next()
    }
}
