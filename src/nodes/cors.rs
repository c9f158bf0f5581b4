//! What a server or reverse proxy says to scripts of other origins, and what it costs to say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::http::cors::Allowed;
use crate::http::origin::Origin;
use crate::time::Span;

/// The part of a node's table that is about other origins.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorsPart {
    /// Which scripts of other origins may read its answers; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<CorsSpec>,
}

/// Which scripts of other origins may read the answers of a node, and send what needs a preflight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorsSpec {
    /// False takes the policy out, as a variant may want.
    pub enabled: bool,
    /// The origins that may, as they stand in the header `Origin`; the one that asks is echoed.
    /// `["*"]` says `*`, whoever asks.
    pub origins: Vec<String>,
    /// `Access-Control-Allow-Methods`: beside GET, HEAD and POST, which need no leave.
    pub methods: Vec<String>,
    /// `Access-Control-Allow-Headers`: beside those that need no leave.
    pub headers: Vec<String>,
    /// `Access-Control-Allow-Credentials`: whether requests may carry cookies.
    pub credentials: bool,
    /// `Access-Control-Max-Age`: how long a browser need not ask again; if not said, 5 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// The demand of answering a preflight; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Dist<Span>>,
    /// Whether preflights are asked who they are like other requests, and refused (401), since a
    /// browser sends them without credentials: a mistake. It is for the node that `auth.at` names.
    pub behind_auth: bool,
}

impl Default for CorsSpec {
    fn default() -> Self {
        Self {
            enabled: true,
            origins: Vec::new(),
            methods: Vec::new(),
            headers: Vec::new(),
            credentials: false,
            max_age: None,
            cpu: None,
            behind_auth: false,
        }
    }
}

/// The headers of a policy as they stand in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsHeaders {
    origin: Option<String>,
    credentials: bool,
    methods: String,
    headers: String,
}

impl CorsSpec {
    /// What an answer to a page of `origin` says.
    #[must_use]
    pub fn says(&self, origin: &Origin) -> CorsHeaders {
        let asking = origin.header();
        let is_any = self.origins.iter().any(|it| it == "*");
        let is_named = self.origins.contains(&asking);
        let named = if is_any { Some("*".to_owned()) } else { is_named.then_some(asking) };
        CorsHeaders {
            origin: named,
            credentials: self.credentials,
            methods: self.methods.join(", "),
            headers: self.headers.join(", "),
        }
    }

    /// `Access-Control-Max-Age` in seconds.
    #[must_use]
    pub fn seconds(&self) -> Option<i64> {
        self.max_age.map(|span| i64::try_from(span.0 / 1_000_000_000).unwrap_or(i64::MAX))
    }
}

impl CorsHeaders {
    /// The same for the rules of the Fetch standard.
    #[must_use]
    pub fn allowed(&self) -> Allowed<'_> {
        Allowed {
            origin: self.origin.as_deref(),
            credentials: self.credentials.then_some("true"),
            methods: Some(&self.methods),
            headers: Some(&self.headers),
            max_age: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_origin_is_echoed_an_asterisk_stays_and_another_one_gets_no_header() {
        let app = Origin::of("https://app.example").unwrap();
        let said = |text: &str| {
            let spec: CorsSpec = toml::from_str(text).expect("sound");
            spec.says(&app).allowed().origin.map(str::to_owned)
        };
        assert_eq!(
            said("origins = ['https://b.example', 'https://app.example']").as_deref(),
            Some("https://app.example")
        );
        assert_eq!(said("origins = ['*', 'https://app.example']").as_deref(), Some("*"));
        assert_eq!(said("origins = ['https://app.example/']"), None);
        assert_eq!(said(""), None);
    }

    #[test]
    fn the_age_of_a_preflight_is_in_whole_seconds() {
        let seconds = |text: &str| toml::from_str::<CorsSpec>(text).expect("sound").seconds();
        assert_eq!(seconds("max_age = '10min'"), Some(600));
        assert_eq!(seconds("max_age = '900ms'"), Some(0));
        assert_eq!(seconds(""), None);
    }
}
