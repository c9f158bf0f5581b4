//! Routes: where a node with several links sends a request, by what is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::endpoint::{EndpointSpec, Method};

/// One route. A request takes the first route of its node all of whose conditions hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteSpec {
    /// The host of the endpoint's origin, such as `api.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The endpoint's path, or its beginning followed by `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A header of the request, as `Name: value`; the name in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Method>,
    /// The node that the request goes to.
    #[schemars(with = "String")]
    pub to: Spanned<String>,
}

impl RouteSpec {
    /// Whether requests of this endpoint take the route.
    #[must_use]
    pub fn matches(&self, endpoint: &EndpointSpec) -> bool {
        let host = self.host.as_ref().is_none_or(|host| endpoint.host() == Some(host.as_str()));
        let path = self.path.as_ref().is_none_or(|path| match path.strip_suffix('*') {
            Some(beginning) => endpoint.path.starts_with(beginning),
            None => endpoint.path == *path,
        });
        let header = self.header.as_ref().is_none_or(|header| {
            let (name, value) = header.split_once(':').unwrap_or((header, ""));
            endpoint.headers.iter().any(|(key, found)| {
                key.eq_ignore_ascii_case(name.trim()) && found.trim() == value.trim()
            })
        });
        host && path && header && self.method.is_none_or(|method| method == endpoint.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(text: &str) -> RouteSpec {
        toml::from_str(&format!("{text}\nto = \"x\"")).expect("a sound route")
    }

    fn endpoint() -> EndpointSpec {
        toml::from_str(
            "origin = \"https://api.example:8443\"\npath = \"/v1/cart\"\nmethod = \"POST\"\n\
             headers = { X-Tier = \"gold\" }",
        )
        .expect("a sound endpoint")
    }

    #[test]
    fn a_route_holds_when_all_its_conditions_do() {
        for text in [
            "",
            "host = \"api.example\"",
            "path = \"/v1/cart\"",
            "path = \"/v1/*\"",
            "method = \"POST\"",
            "header = \"x-tier: gold\"",
            "host = \"api.example\"\npath = \"/v1/*\"\nmethod = \"POST\"",
        ] {
            assert!(route(text).matches(&endpoint()), "{text}");
        }
    }

    #[test]
    fn one_condition_that_does_not_hold_is_enough() {
        for text in [
            "host = \"example\"",
            "path = \"/v1\"",
            "path = \"/v2/*\"",
            "method = \"GET\"",
            "header = \"x-tier: silver\"",
            "host = \"api.example\"\nmethod = \"GET\"",
        ] {
            assert!(!route(text).matches(&endpoint()), "{text}");
        }
    }
}
