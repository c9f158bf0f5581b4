//! The keys of a scenario that say how a balancer finds out which backends work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::number::numbers;
use crate::time::Span;
use crate::unit::{Probability, length_keys, whole_keys};

/// How a balancer finds out which backends work. Nothing written: it believes that all do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthSpec {
    /// By what becomes of requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passive: Option<PassiveSpec>,
    /// By probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<ActiveSpec>,
    /// By what becomes of requests, as Envoy's outlier detection does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlier: Option<OutlierSpec>,
    /// How a backend that comes back takes its weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_start: Option<SlowStartSpec>,
    /// If a smaller share of the backends than this is up, all are used: better some failures than
    /// to overload the rest. 0, the default, is never; Envoy's default is 0.5.
    pub panic_threshold: Probability,
}

/// Health by what becomes of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PassiveSpec {
    /// So many failures take a backend out, 0 (never) to 1,000. Default 1.
    #[serde(deserialize_with = "max_fails")]
    #[schemars(range(min = 0, max = 1_000))]
    pub max_fails: u32,
    /// For so long it is out. In nginx also the time in which the failures come; there it is
    /// rounded up to whole seconds. Default 10s.
    #[serde(deserialize_with = "fail_timeout")]
    pub fail_timeout: Span,
    /// Whose rule it is. Default `nginx`.
    pub profile: PassiveProfile,
}

/// Whose rule of passive health it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PassiveProfile {
    /// nginx's: on a clock of whole seconds, with one probing request after `fail_timeout`.
    #[default]
    Nginx,
    /// So many failures in a row, then out for `fail_timeout`.
    Consecutive,
}

/// Health by probes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActiveSpec {
    /// How often each backend is probed. Default 2s.
    #[serde(deserialize_with = "interval")]
    pub interval: Span,
    /// How long a probe may take before it has failed. Default: `interval`.
    #[serde(deserialize_with = "timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// So many successes in a row bring a backend back, 1 to 1,000. Default 2.
    #[serde(deserialize_with = "rise")]
    #[schemars(range(min = 1, max = 1_000))]
    pub rise: u32,
    /// So many failures in a row take it out, 1 to 1,000. Default 3.
    #[serde(deserialize_with = "fall")]
    #[schemars(range(min = 1, max = 1_000))]
    pub fall: u32,
    /// The interval while the last probes do not agree (HAProxy's `fastinter`). Default:
    /// `interval`.
    #[serde(deserialize_with = "fast", skip_serializing_if = "Option::is_none")]
    pub fast: Option<Span>,
    /// The interval while it is down and no probe goes well (HAProxy's `downinter`). Default:
    /// `interval`.
    #[serde(deserialize_with = "down", skip_serializing_if = "Option::is_none")]
    pub down: Option<Span>,
    /// When the first backend is probed first; the others follow within an interval. Default 0s.
    pub phase: Span,
    /// Whose rule it is. Default `textbook`.
    pub profile: ActiveProfile,
}

/// Whose rule of active health it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActiveProfile {
    /// A probe is sent every `interval`; at the start `fall` failures are needed as ever.
    #[default]
    Textbook,
    /// HAProxy's: the next probe is sent an `interval` after the last one ended; at the start the
    /// first failure takes a backend out.
    Haproxy,
}

/// Outlier ejection as in Envoy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutlierSpec {
    /// So many failures in a row eject a backend, 1 to 1,000. Default 5.
    #[serde(deserialize_with = "consecutive_failures")]
    #[schemars(range(min = 1, max = 1_000))]
    pub consecutive_failures: u32,
    /// How often ejected backends are looked at. Default 10s.
    #[serde(deserialize_with = "sweep")]
    pub interval: Span,
    /// How long the first ejection is; the n-th is n times as long. Default 30s.
    #[serde(deserialize_with = "base_ejection")]
    pub base_ejection: Span,
    /// The longest ejection. Default 300s.
    #[serde(deserialize_with = "max_ejection_time")]
    pub max_ejection_time: Span,
    /// Once such a share of the backends is ejected no more are; the first always may be.
    /// Default 0.1.
    pub max_ejection: Probability,
}

/// How a backend that comes back takes its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowStartSpec {
    /// After so long it has its whole weight.
    #[serde(deserialize_with = "window")]
    pub window: Span,
    /// The curve. Default `linear`.
    #[serde(default)]
    pub profile: SlowStartProfile,
    /// `envoy`: above 1 the weight rises fast at first, below 1 late. Default 1.
    #[serde(default = "no_aggression")]
    pub aggression: Aggression,
    /// `envoy`: the share of the weight to begin with. Default 0.1.
    #[serde(default = "tenth")]
    pub min_share: Probability,
}

/// The curve by which weight rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SlowStartProfile {
    /// In proportion to time, as in nginx and HAProxy.
    #[default]
    Linear,
    /// By a power of time and not below a floor, as in Envoy.
    Envoy,
}

numbers! {
    /// Above 1 the weight rises fast at first, below 1 late.
    Aggression(0.01..=100.0), "the aggression", "; 1 is linear";
}

impl Default for PassiveSpec {
    fn default() -> Self {
        let profile = PassiveProfile::Nginx;
        Self { max_fails: 1, fail_timeout: Span::from_secs(10), profile }
    }
}

impl Default for ActiveSpec {
    fn default() -> Self {
        Self {
            interval: Span::from_secs(2),
            timeout: None,
            rise: 2,
            fall: 3,
            fast: None,
            down: None,
            phase: Span::ZERO,
            profile: ActiveProfile::Textbook,
        }
    }
}

impl Default for OutlierSpec {
    fn default() -> Self {
        Self {
            consecutive_failures: 5,
            interval: Span::from_secs(10),
            base_ejection: Span::from_secs(30),
            max_ejection_time: Span::from_secs(300),
            max_ejection: tenth(),
        }
    }
}

fn tenth() -> Probability {
    Probability::new(0.1).unwrap_or_default()
}

fn no_aggression() -> Aggression {
    Aggression::ONE
}

impl Aggression {
    /// Linear.
    pub const ONE: Self = Self(1.0);
}

whole_keys! {
    max_fails: 0..=1_000;
    rise: 1..=1_000;
    fall: 1..=1_000;
    consecutive_failures: 1..=1_000;
}

length_keys! {
    fail_timeout: "10s";
    interval: "2s";
    timeout: "2s";
    fast: "1s";
    down: "5s";
    base_ejection: "30s";
    max_ejection_time: "300s";
    window: "30s";
}

fn sweep<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
    crate::unit::length("interval", "10s", from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_and_written_back() {
        let text = "panic_threshold = 0.5\n\n\
                    [passive]\nmax_fails = 3\nfail_timeout = \"5s\"\nprofile = \"consecutive\"\n\n\
                    [active]\ninterval = \"1s\"\ntimeout = \"500ms\"\nrise = 1\nfall = 4\n\
                    fast = \"200ms\"\ndown = \"3s\"\nphase = \"100ms\"\nprofile = \"haproxy\"\n\n\
                    [outlier]\nconsecutive_failures = 2\ninterval = \"1s\"\n\
                    base_ejection = \"2s\"\nmax_ejection_time = \"9s\"\nmax_ejection = 1.0\n\n\
                    [slow_start]\nwindow = \"20s\"\nprofile = \"envoy\"\naggression = 1.5\n\
                    min_share = 0.2\n";
        let spec: HealthSpec = toml::from_str(text).unwrap();
        assert_eq!(toml::to_string(&spec).as_deref(), Ok(text));
    }

    #[test]
    fn the_defaults_are_those_of_the_originals() {
        let spec: HealthSpec = toml::from_str("passive = {}\nactive = {}\noutlier = {}").unwrap();
        let passive = spec.passive.unwrap();
        assert_eq!((passive.max_fails, passive.fail_timeout), (1, Span::from_secs(10)));
        let active = spec.active.unwrap();
        let seconds = active.interval.0 / 1_000_000_000;
        assert_eq!((seconds, active.rise, active.fall), (2, 2, 3));
        let outlier = spec.outlier.unwrap();
        assert_eq!((outlier.consecutive_failures, outlier.max_ejection.get()), (5, 0.1));
        assert_eq!(toml::from_str::<HealthSpec>(""), Ok(HealthSpec::default()));
    }

    #[test]
    fn an_impossible_value_is_refused_with_what_is_allowed() {
        for (text, said) in [
            ("passive = { max_fails = -1 }", "`max_fails` is a whole number from 0 to 1000"),
            ("passive = { fail_timeout = \"0s\" }", "`fail_timeout` is longer than 0s"),
            ("passive = { profile = \"caddy\" }", "expected `nginx` or `consecutive`"),
            ("active = { rise = 0 }", "`rise` is a whole number from 1 to 1000"),
            ("active = { interval = \"0s\" }", "`interval` is longer than 0s: write \"2s\""),
            ("active = { timeout = 5 }", "needs a unit"),
            ("outlier = { max_ejection = 10 }", "a number from 0 to 1"),
            ("outlier = { consecutive_failures = 0 }", "from 1 to 1000, not 0"),
            ("slow_start = {}", "missing field `window`"),
            ("slow_start = { window = \"9s\", aggression = 0 }", "from 0.01 to 100"),
            ("panic_threshold = 50", "a number from 0 to 1"),
            ("panic = 0.5", "unknown field `panic`"),
        ] {
            let error = toml::from_str::<HealthSpec>(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn the_schema_describes_every_key() {
        let schema = serde_json::to_value(schemars::schema_for!(HealthSpec)).unwrap();
        let mut keys = 0;
        let parts = schema["$defs"].as_object().unwrap().values().chain([&schema]);
        for (key, about) in parts.filter_map(|part| part["properties"].as_object()).flatten() {
            assert!(about["description"].is_string(), "{key}: {about:#}");
            keys += 1;
        }
        assert_eq!(keys, 5 + 3 + 8 + 5 + 4);
    }
}
