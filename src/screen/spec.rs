//! The keys of nodes that have to do with screens, by the kinds that have them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccessRuleSpec, CompressSpec, LoginDefencesSpec, ScanSpec, UrlListSpec, WafSpec};
use crate::limit::RateLimitSpec;

/// What a forward proxy lets pass, and what it sees of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ForwardScreenSpec {
    /// Who may ask for what: the first rule whose conditions hold decides; what none is about
    /// passes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessRuleSpec>,
    /// Addresses that are known to be bad: what is on the list is not fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_list: Option<UrlListSpec>,
    /// Looks at the content of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanSpec>,
    /// What it does with endpoints whose origin begins with `https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<Https>,
    /// The region that its address is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What a forward proxy does with what is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Https {
    /// It passes connections on (CONNECT, RFC 9110, section 9.3.6): it sees the host alone, so it
    /// neither caches nor scans, and rules about paths and methods do not hold.
    Tunnel,
    /// It ends TLS on both sides, and sees everything.
    Intercept,
}

/// What a reverse proxy lets pass, and what it makes of answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReverseScreenSpec {
    /// Who may ask for what: the first rule whose conditions hold decides; what none is about
    /// passes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessRuleSpec>,
    /// How often an address may open connections with TLS; what is beyond is refused (429) before
    /// the handshake costs anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<RateLimitSpec>,
    /// Filters requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waf: Option<WafSpec>,
    /// Compresses answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<CompressSpec>,
}

/// Whom a server lets in.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServerScreenSpec {
    /// Who may ask for what: the first rule whose conditions hold decides; what none is about
    /// passes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<AccessRuleSpec>,
    /// How often an address may open connections with TLS; what is beyond is refused (429) before
    /// the handshake costs anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<RateLimitSpec>,
    /// What it does against guessed and stolen passwords, if it is the one who logs people in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defences: Option<LoginDefencesSpec>,
}

impl ForwardScreenSpec {
    /// The list of bad addresses, if there is one that is not taken out.
    #[must_use]
    pub fn url_list(&self) -> Option<&UrlListSpec> {
        self.url_list.as_ref().filter(|it| it.enabled)
    }

    /// The scan, if there is one that is not taken out.
    #[must_use]
    pub fn scan(&self) -> Option<&ScanSpec> {
        self.scan.as_ref().filter(|it| it.enabled)
    }
}

impl ReverseScreenSpec {
    /// The filter of requests, if there is one that is not taken out.
    #[must_use]
    pub fn waf(&self) -> Option<&WafSpec> {
        self.waf.as_ref().filter(|it| it.enabled)
    }

    /// Compression, if it is not taken out.
    #[must_use]
    pub fn compress(&self) -> Option<&CompressSpec> {
        self.compress.as_ref().filter(|it| it.enabled)
    }
}
