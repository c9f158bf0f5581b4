//! Time that passes in a hop without a core that the scenario accounts for: the event loop, the
//! system calls, the sockets of a proxy. Stated, or as measured for a product.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::time::Span;

/// Time that passes in a hop without a core.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OverheadSpec {
    /// What was measured for a product; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<OverheadProfile>,
    /// Before a request is handed on; instead of the profile's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Dist<Span>>,
    /// Before a response is handed back; instead of the profile's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Dist<Span>>,
}

/// What a hop through a product adds on a quiet machine, from the caller's socket to the
/// backend's and back, both ends included. Medians of recorded requests over the loopback of one
/// machine with two cores, Linux 6.18: what a network adds belongs to the links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OverheadProfile {
    /// No hop: the caller's socket and the backend's, 30us and 32us.
    Direct,
    /// nginx 1.22 with connections to backends kept alive: 62us and 62us.
    Nginx,
    /// nginx 1.22 with a new connection to a backend for each request: 110us and 86us.
    NginxClose,
    /// nginx 1.22 as a layer-4 proxy with new connections: 100us and 88us.
    NginxStream,
    /// `HAProxy` 2.6: 60us and 60us.
    Haproxy,
    /// `HAProxy` 2.6 as a layer-4 proxy with new connections: 124us and 114us.
    HaproxyTcp,
    /// Envoy 1.40: 220us and 190us.
    Envoy,
    /// Caddy 2.6: 150us and 140us.
    Caddy,
}

impl OverheadProfile {
    /// Microseconds before a request is handed on, and before a response is handed back.
    const fn micros(self) -> (u64, u64) {
        match self {
            Self::Direct => (30, 32),
            Self::Nginx => (62, 62),
            Self::NginxClose => (110, 86),
            Self::NginxStream => (100, 88),
            Self::Haproxy => (60, 60),
            Self::HaproxyTcp => (124, 114),
            Self::Envoy => (220, 190),
            Self::Caddy => (150, 140),
        }
    }
}

impl OverheadSpec {
    /// Before a request is handed on, and before a response is handed back.
    #[must_use]
    pub fn times(&self) -> (Option<Dist<Span>>, Option<Dist<Span>>) {
        let micros = self.profile.map(OverheadProfile::micros);
        let usual = |micros: u64| Dist::Constant(Span::from_nanos(micros * 1_000));
        (
            self.request.clone().or_else(|| micros.map(|(request, _)| usual(request))),
            self.response.clone().or_else(|| micros.map(|(_, response)| usual(response))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_goes_before_what_was_measured() {
        let spec: OverheadSpec =
            toml::from_str("profile = \"nginx\"\nresponse = \"1ms\"").expect("sound");
        let (request, response) = spec.times();
        assert_eq!(request, Some(Dist::Constant(Span::from_nanos(62_000))));
        assert_eq!(response, Some(Dist::Constant(Span::from_millis(1))));
        assert_eq!(OverheadSpec::default().times(), (None, None));
    }
}
