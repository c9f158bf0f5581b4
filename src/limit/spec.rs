//! The keys of a scenario that limit a rate.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::outcome::Status;
use crate::time::Span;
use crate::unit::{Rate, length_keys, whole_keys};

/// A limit on how often requests may come. Parameters that the profile does not use have no
/// effect, so that a variant may change the profile alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitSpec {
    /// How often requests may come in the long run: above 0.
    #[serde(deserialize_with = "rate")]
    pub rate: Rate,
    /// `token-bucket`: how many tokens the bucket holds, at least 1 and by default 1: so many
    /// requests pass at once after a pause. `nginx`: how many requests beyond the rate may be
    /// admitted, by default 0: so many and one more pass after a pause.
    #[serde(default, deserialize_with = "burst", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub burst: Option<u32>,
    /// Which of the requests beyond the rate wait until the rate has caught up: `"none"`, `"all"`
    /// or a number, the first so many of which do not. By default `"none"` in a token bucket,
    /// `"all"` in nginx (its `nodelay` is `"none"`); HAProxy never delays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delayed>,
    /// `haproxy`: the sliding period over which requests are counted; the limit is `rate` times
    /// `period`. Default 1s.
    #[serde(default = "second", deserialize_with = "period")]
    pub period: Span,
    /// What has a limit of its own. Default `address`.
    #[serde(default)]
    pub key: LimitKey,
    /// Whose rule it is. Default `token-bucket`.
    #[serde(default)]
    pub profile: LimitProfile,
    /// The status of what is refused, 400 to 599. By default 503 in nginx, else 429.
    #[serde(default, deserialize_with = "status", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 400, max = 599))]
    pub status: Option<Status>,
}

/// What has a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitKey {
    /// Each source address: all behind one proxy or translator share one.
    #[default]
    Address,
    /// All requests together.
    All,
}

/// Whose rule a limit follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitProfile {
    /// The textbook's: refused requests cost nothing, the bucket fills continuously.
    #[default]
    TokenBucket,
    /// nginx's `limit_req`: the same in whole milliseconds and thousandths of a request.
    Nginx,
    /// HAProxy's `http_req_rate`: refused requests count too, so an offender stays shut out.
    Haproxy,
}

/// Which of the requests beyond the rate wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delayed {
    /// None: what is admitted goes on at once.
    None,
    /// All.
    All,
    /// Those beyond the first so many.
    Above(u32),
}

impl RateLimitSpec {
    /// The limit with this rate and nothing else written.
    #[must_use]
    pub const fn of_rate(rate: Rate) -> Self {
        Self {
            rate,
            burst: None,
            delay: None,
            period: second(),
            key: LimitKey::Address,
            profile: LimitProfile::TokenBucket,
            status: None,
        }
    }

    /// `haproxy`: how many requests of one key pass in a period.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and at most 10^9, a period at most 100 years"
    )]
    pub fn per_period(&self) -> u64 {
        // What is written as a whole number a period must not lose one to the float.
        (self.rate.0 * self.period.as_secs_f64() + 1e-6) as u64
    }

    /// The status of what is refused.
    #[must_use]
    pub fn refused_status(&self) -> Status {
        self.status.unwrap_or(match self.profile {
            LimitProfile::Nginx => 503,
            LimitProfile::TokenBucket | LimitProfile::Haproxy => 429,
        })
    }
}

impl LimitKey {
    /// The key of a request from this source address.
    #[inline]
    #[must_use]
    pub const fn of(self, source: u64) -> u64 {
        match self {
            Self::Address => source,
            Self::All => 0,
        }
    }
}

const fn second() -> Span {
    Span::from_secs(1)
}

whole_keys! { burst: 0..=1_000_000_000; }
length_keys! { period: "1s"; }

fn rate<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
    let rate = Rate::deserialize(from)?;
    // A token must come within the longest horizon.
    if rate.0 < 1e-9 {
        return Err(Error::custom("`rate` is above 0: write \"10/s\" for ten a second"));
    }
    Ok(rate)
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Status>, D::Error> {
    let status = crate::unit::whole("status", 400, 599, from)?;
    Ok(Status::try_from(status).ok())
}

struct DelayedVisitor;

impl Visitor<'_> for DelayedVisitor {
    type Value = Delayed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"none\", \"all\" or how many requests need not wait")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Delayed, E> {
        match text {
            "none" => Ok(Delayed::None),
            "all" => Ok(Delayed::All),
            _ => Err(E::custom(format!(
                "`delay` is \"none\", \"all\" or how many requests need not wait, not \"{text}\""
            ))),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Delayed, E> {
        let requests = u32::try_from(number).ok().filter(|n| *n <= 1_000_000_000);
        requests.map(Delayed::Above).ok_or_else(|| {
            E::custom(format!("`delay` is a whole number from 0 to 1000000000, not {number}"))
        })
    }
}

impl<'de> Deserialize<'de> for Delayed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DelayedVisitor)
    }
}

impl Serialize for Delayed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => to.serialize_str("none"),
            Self::All => to.serialize_str("all"),
            Self::Above(requests) => to.serialize_u32(*requests),
        }
    }
}

impl JsonSchema for Delayed {
    fn schema_name() -> Cow<'static, str> {
        "Delayed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Which of the requests beyond the rate wait: none, all, or those \
                            beyond the first so many.",
            "oneOf": [
                { "enum": ["none", "all"] },
                { "type": "integer", "minimum": 0, "maximum": 1_000_000_000 },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_and_written_back() {
        let text = "rate = \"10/s\"\nburst = 5\ndelay = 4\nperiod = \"2s\"\nkey = \"all\"\n\
                    profile = \"nginx\"\nstatus = 429\n";
        let expected = RateLimitSpec {
            rate: Rate(10.0),
            burst: Some(5),
            delay: Some(Delayed::Above(4)),
            period: Span::from_secs(2),
            key: LimitKey::All,
            profile: LimitProfile::Nginx,
            status: Some(429),
        };
        assert_eq!(toml::from_str(text), Ok(expected.clone()));
        assert_eq!(toml::to_string(&expected).as_deref(), Ok(text));
    }

    #[test]
    fn only_the_rate_is_needed() {
        let spec: RateLimitSpec = toml::from_str("rate = \"90/min\"").unwrap();
        assert_eq!(spec, RateLimitSpec::of_rate(Rate(1.5)));
        assert_eq!(spec.refused_status(), 429);
        let spec: RateLimitSpec =
            toml::from_str("rate = \"1/s\"\nprofile = \"nginx\"\ndelay = \"none\"").unwrap();
        assert_eq!((spec.refused_status(), spec.delay), (503, Some(Delayed::None)));
    }

    #[test]
    fn an_impossible_value_is_refused_with_what_is_allowed() {
        for (text, said) in [
            ("burst = 1", "missing field `rate`"),
            ("rate = \"0/s\"", "`rate` is above 0"),
            ("rate = 10", "needs a unit: did you mean \"10/s\""),
            ("rate = \"1/s\"\nburst = -1", "`burst` is a whole number from 0 to 1000000000"),
            ("rate = \"1/s\"\ndelay = \"some\"", "\"none\", \"all\" or how many"),
            ("rate = \"1/s\"\ndelay = -1", "`delay` is a whole number from 0"),
            ("rate = \"1/s\"\nperiod = \"0s\"", "`period` is longer than 0s"),
            ("rate = \"1/s\"\nstatus = 200", "`status` is a whole number from 400 to 599"),
            (
                "rate = \"1/s\"\nprofile = \"envoy\"",
                "expected one of `token-bucket`, `nginx`, `haproxy`",
            ),
            ("rate = \"1/s\"\nkey = \"cookie\"", "`address` or `all`"),
            ("rate = \"1/s\"\nnodelay = true", "unknown field `nodelay`"),
        ] {
            let error = toml::from_str::<RateLimitSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn the_schema_describes_every_key() {
        let schema = serde_json::to_value(schemars::schema_for!(RateLimitSpec)).unwrap();
        let keys = schema["properties"].as_object().unwrap();
        assert_eq!(keys.len(), 7);
        assert!(keys.values().all(|key| key["description"].is_string()), "{schema:#}");
    }
}
