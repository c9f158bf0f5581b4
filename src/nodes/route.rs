//! Routes: where a node with several links sends a request, by what is asked for.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
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
    /// A cookie that the request brings in its header `Cookie`, as `name=value`; as `name` alone
    /// with any value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "cookie")]
    pub cookie: Option<String>,
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
        let cookie = self.cookie.as_ref().is_none_or(|wanted| brings(endpoint, wanted));
        host && path
            && header
            && cookie
            && self.method.is_none_or(|method| method == endpoint.method)
    }
}

/// Whether requests of this endpoint bring a cookie: pairs in the header `Cookie` are separated by
/// semicolons (RFC 6265, 4.2.1), and names and values are told apart by case.
fn brings(endpoint: &EndpointSpec, wanted: &str) -> bool {
    let headers = endpoint.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case("cookie"));
    let mut pairs = headers.flat_map(|(_, text)| text.split(';')).map(str::trim);
    match wanted.split_once('=') {
        Some(_) => pairs.any(|pair| pair == wanted),
        None => pairs.any(|pair| pair.split_once('=').is_some_and(|(name, _)| name == wanted)),
    }
}

fn cookie<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let name = text.split('=').next().unwrap_or_default();
    let is_token = |it: &str| !it.is_empty() && !it.contains([' ', '\t', ',', ';', '"']);
    if is_token(name) && !text.contains([' ', ';']) {
        return Ok(Some(text));
    }
    Err(D::Error::custom("`cookie` is one cookie, as \"beta=1\", or its name alone, as \"beta\""))
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
             headers = { X-Tier = \"gold\", cookie = \"beta=1; theme=dark\" }",
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
            "cookie = \"beta=1\"",
            "cookie = \"theme=dark\"",
            "cookie = \"theme\"",
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
            "cookie = \"beta=2\"",
            "cookie = \"beta=\"",
            "cookie = \"Beta=1\"",
            "cookie = \"bet\"",
            "cookie = \"dark\"",
            "host = \"api.example\"\nmethod = \"GET\"",
        ] {
            assert!(!route(text).matches(&endpoint()), "{text}");
        }
    }

    #[test]
    fn a_request_without_cookies_brings_none() {
        let plain = EndpointSpec::default();
        assert!(route("").matches(&plain));
        assert!(!route("cookie = \"beta\"").matches(&plain));
    }

    #[test]
    fn what_is_no_cookie_is_refused() {
        for cookie in ["", "=1", "a=1; b=2", "a b", "a;"] {
            let text = format!("to = \"x\"\ncookie = \"{cookie}\"");
            assert!(toml::from_str::<RouteSpec>(&text).is_err(), "{cookie}");
        }
    }
}
