//! Rules of access: who may ask for what, and when. The first rule whose conditions all hold
//! decides, as in Squid's `http_access`; where none holds, the request passes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::endpoint::EndpointSpec;
use crate::http::Method;
use crate::id::{EndpointId, NodeId};
use crate::time::Span;
use crate::unit::TimeOfDay;

/// One rule. A condition that is not written always holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessRuleSpec {
    /// What becomes of requests for which all its conditions hold.
    pub rule: Ruling,
    /// The host of the endpoint's origin is one of these: `www.example`, or `*.example` for all
    /// below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The endpoint's `category` is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// The endpoint's path is one of these, or begins with what stands before a `*`. In a tunnel
    /// nobody sees paths, and the rule does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// The method is one of these. In a tunnel the rule does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// The address that is seen is that of one of these nodes: of a client, or of a forward proxy
    /// before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub from: Vec<Spanned<String>>,
    /// The neighbour that calls is one of these nodes, whatever address it passes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub peers: Vec<Spanned<String>>,
    /// The address that is seen is in one of these regions: that of the client, or of the forward
    /// proxy before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The time of day is from the first to just before the second, over midnight if that is
    /// earlier: `["09:00", "17:00"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during: Option<[TimeOfDay; 2]>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// The request passes.
    Allow,
    /// It is answered with 403.
    Deny,
}

/// Rules made ready to run, in their order.
#[derive(Debug, Clone, Default)]
pub struct AccessPlan {
    /// The rules.
    pub rules: Box<[AccessRule]>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct AccessRule {
    /// What it does.
    pub ruling: Ruling,
    /// For each endpoint, whether its conditions on what is asked for hold; the last one is for
    /// what has no endpoint.
    pub endpoints: Box<[bool]>,
    /// Whose address must be seen.
    pub shown: Option<Box<[NodeId]>>,
    /// Who must call.
    pub peers: Option<Box<[NodeId]>>,
    /// When, in time since midnight.
    pub during: Option<[Span; 2]>,
}

/// What a node can see of a request before it does anything for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// What is asked for.
    pub endpoint: EndpointId,
    /// Whose address is seen.
    pub shown: NodeId,
    /// Who calls.
    pub peer: NodeId,
    /// The time of day.
    pub time: Span,
}

impl AccessRuleSpec {
    /// Whether its conditions on what is asked for hold; `sees_all` is false in a tunnel, where
    /// only the host is seen.
    #[must_use]
    pub fn is_about(&self, endpoint: &EndpointSpec, sees_all: bool) -> bool {
        let host = |pattern: &String| {
            let found = endpoint.host().unwrap_or_default();
            pattern.strip_prefix('*').map_or(found == pattern, |below| {
                found.len() > below.len() && found.ends_with(below)
            })
        };
        let path = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => endpoint.path.starts_with(beginning),
            None => endpoint.path == *pattern,
        };
        let category = |name: &String| endpoint.category.as_ref() == Some(name);
        (self.hosts.is_empty() || self.hosts.iter().any(host))
            && (self.categories.is_empty() || self.categories.iter().any(category))
            && (self.paths.is_empty() || sees_all && self.paths.iter().any(path))
            && (self.methods.is_empty() || sees_all && self.methods.contains(&endpoint.method))
    }

    /// Whether it is about requests whatever they ask for.
    #[must_use]
    pub fn is_about_all(&self) -> bool {
        let Self { hosts, categories, paths, methods, .. } = self;
        hosts.is_empty() && categories.is_empty() && paths.is_empty() && methods.is_empty()
    }
}

impl AccessRule {
    fn holds(&self, asking: &Asking) -> bool {
        let endpoint =
            self.endpoints.get(asking.endpoint.index()).or_else(|| self.endpoints.last());
        let is_in = |list: &Option<Box<[NodeId]>>, node: NodeId| {
            list.as_ref().is_none_or(|list| list.contains(&node))
        };
        endpoint.copied().unwrap_or(false)
            && is_in(&self.shown, asking.shown)
            && is_in(&self.peers, asking.peer)
            && self.during.is_none_or(|[from, to]| {
                if from <= to {
                    from <= asking.time && asking.time < to
                } else {
                    from <= asking.time || asking.time < to
                }
            })
    }
}

impl AccessPlan {
    /// The number of the rule that denies a request, if one does.
    #[must_use]
    pub fn denied_by(&self, asking: &Asking) -> Option<usize> {
        let first = self.rules.iter().position(|rule| rule.holds(asking))?;
        (self.rules[first].ruling == Ruling::Deny).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> AccessRuleSpec {
        toml::from_str(&format!("rule = \"deny\"\n{text}")).expect(text)
    }

    fn endpoint() -> EndpointSpec {
        let text = "origin = \"https://cdn.video.example:8443\"\npath = \"/v/7\"\n\
                    category = \"video\"";
        toml::from_str(text).expect("a sound endpoint")
    }

    #[test]
    fn what_a_rule_is_about() {
        for (text, is_about, in_tunnel) in [
            ("", true, true),
            ("hosts = [\"cdn.video.example\"]", true, true),
            ("hosts = [\"video.example\"]", false, false),
            ("hosts = [\"*.video.example\"]", true, true),
            ("hosts = [\"*.example\"]", true, true),
            ("hosts = [\"*.cdn.video.example\"]", false, false),
            ("hosts = [\"a.example\", \"cdn.video.example\"]", true, true),
            ("categories = [\"games\", \"video\"]", true, true),
            ("categories = [\"games\"]", false, false),
            ("paths = [\"/v/*\"]", true, false),
            ("paths = [\"/v/7\"]", true, false),
            ("paths = [\"/w/*\"]", false, false),
            ("methods = [\"GET\"]", true, false),
            ("methods = [\"POST\"]", false, false),
            ("hosts = [\"*.video.example\"]\npaths = [\"/w/*\"]", false, false),
            ("hosts = [\"*.video.example\"]\nmethods = [\"GET\"]", true, false),
        ] {
            let found = [true, false].map(|sees_all| rule(text).is_about(&endpoint(), sees_all));
            assert_eq!(found, [is_about, in_tunnel], "{text}");
        }
    }

    const fn hour(hour: u64) -> Span {
        Span::from_secs(hour * 3_600)
    }

    #[test]
    fn times_of_day_end_just_before_their_end_and_go_over_midnight() {
        for (during, time, holds) in [
            ([hour(9), hour(17)], hour(9), true),
            ([hour(9), hour(17)], hour(17), false),
            ([hour(9), hour(17)], hour(8), false),
            ([hour(22), hour(6)], hour(23), true),
            ([hour(22), hour(6)], hour(0), true),
            ([hour(22), hour(6)], hour(6), false),
            ([hour(22), hour(6)], hour(12), false),
        ] {
            let rule = AccessRule {
                ruling: Ruling::Deny,
                endpoints: [true].into(),
                shown: None,
                peers: None,
                during: Some(during),
            };
            let (endpoint, shown, peer) = (EndpointId(0), NodeId(0), NodeId(1));
            let asking = Asking { endpoint, shown, peer, time };
            assert_eq!(rule.holds(&asking), holds, "{during:?} at {time}");
        }
    }

    #[test]
    fn the_first_rule_that_holds_decides_and_without_one_requests_pass() {
        let rule =
            |ruling, endpoints: [bool; 2], shown: Option<u16>, peers: Option<u16>| AccessRule {
                ruling,
                endpoints: endpoints.into(),
                shown: shown.map(|node| [NodeId(node)].into()),
                peers: peers.map(|node| [NodeId(node)].into()),
                during: None,
            };
        let rules = [
            rule(Ruling::Deny, [false, true], None, None),
            rule(Ruling::Allow, [true, true], Some(3), None),
            rule(Ruling::Deny, [true, true], None, Some(8)),
        ];
        let plan = AccessPlan { rules: rules.into() };
        for (endpoint, shown, peer, denied_by) in [
            (1, 3, 9, Some(0)),
            (0, 3, 8, None),
            (0, 4, 8, Some(2)),
            (0, 4, 9, None),
            (u16::MAX, 3, 9, Some(0)),
        ] {
            let (endpoint, shown, peer) = (EndpointId(endpoint), NodeId(shown), NodeId(peer));
            let asking = Asking { endpoint, shown, peer, time: Span::ZERO };
            assert_eq!(plan.denied_by(&asking), denied_by, "{asking:?}");
        }
    }
}
