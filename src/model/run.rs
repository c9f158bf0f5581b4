//! What is run, for how long, and what is measured.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::CostsSpec;
use crate::time::Span;
use crate::unit::{Probability, Quantity, TimeOfDay};

/// What is run, for how long, and what is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunSpec {
    /// What the scenario asks, in a sentence.
    pub title: String,
    /// Whether the long run matters, or a schedule.
    pub study: Study,
    /// How long is simulated, the warm-up included.
    pub duration: Span,
    /// What is cut at the beginning of a steady-state study; a tenth of the run by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmup: Option<Warmup>,
    /// When a terminating study ends: at its `duration`, or once the last request has.
    pub until: Until,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many independent replications are run.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replications: u32,
    /// The confidence of all intervals.
    pub confidence: f64,
    /// What the service owes to its users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slo: Option<SloSpec>,
    /// What is measured beyond the usual.
    pub measure: MeasureSpec,
    /// Limits that end a run.
    pub limits: LimitsSpec,
    /// The time of day, and the clock of those who count whole seconds.
    pub clock: ClockSpec,
    /// What identity and connections cost where nothing else is said.
    pub costs: CostsSpec,
}

impl RunSpec {
    /// When the measured window opens: what the scenario says of its warm-up, or what was `found`
    /// of it if it is to be.
    #[must_use]
    pub fn window(&self, found: Option<Span>) -> Span {
        let tenth = Span(self.duration.0 / 10);
        match (self.study, self.warmup) {
            (Study::Terminating, _) => Span::ZERO,
            (Study::SteadyState, Some(Warmup::Given(span))) => span,
            (Study::SteadyState, Some(Warmup::Auto)) => found.unwrap_or(tenth),
            (Study::SteadyState, None) => tenth,
        }
    }
}

impl Default for RunSpec {
    fn default() -> Self {
        Self {
            title: String::new(),
            study: Study::SteadyState,
            duration: Span::from_secs(600),
            warmup: None,
            until: Until::Duration,
            seed: 1,
            replications: 10,
            confidence: 0.95,
            slo: None,
            measure: MeasureSpec::default(),
            limits: LimitsSpec::default(),
            clock: ClockSpec::default(),
            costs: CostsSpec::default(),
        }
    }
}

/// The clock: of rules by time of day, and of those who count whole seconds, as nginx does for
/// `fail_timeout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClockSpec {
    /// The time of day when the run begins, for rules by time of day; `"00:00"` by default.
    pub start: TimeOfDay,
    /// How far into a second it is when the run begins, below 1s; 0s by default.
    pub phase: Span,
}

/// What kind of answer a scenario wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Study {
    /// The long run: the beginning is cut, and a node that cannot keep up is an answer of its own.
    #[default]
    SteadyState,
    /// A schedule from beginning to end: nothing is cut.
    Terminating,
}

/// When a terminating study ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// At its duration.
    #[default]
    Duration,
    /// Nothing new comes after the duration, and the last request is waited for.
    Drained,
}

/// What is cut at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmup {
    /// This long.
    Given(Span),
    /// As MSER-5 finds on a first pass.
    Auto,
}

struct WarmupVisitor;

impl Visitor<'_> for WarmupVisitor {
    type Value = Warmup;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"1min\", or \"auto\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Warmup, E> {
        if text == "auto" {
            return Ok(Warmup::Auto);
        }
        Span::from_text(text).map(Warmup::Given).map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Warmup, E> {
        self.visit_str(&n.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, x: f64) -> Result<Warmup, E> {
        self.visit_str(&x.to_string())
    }
}

impl<'de> Deserialize<'de> for Warmup {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WarmupVisitor)
    }
}

impl Serialize for Warmup {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Given(span) => span.serialize(to),
            Self::Auto => to.serialize_str("auto"),
        }
    }
}

impl JsonSchema for Warmup {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Warmup".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let span = generator.subschema_for::<Span>();
        schemars::json_schema!({ "anyOf": [{ "const": "auto" }, span] })
    }
}

/// What the service owes to its users: latencies of successes by percentile, and how many succeed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SloSpec {
    /// The mean latency is at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Span>,
    /// Half of the requests take at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Span>,
    /// 90 % of the requests take at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Span>,
    /// 95 % of the requests take at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<Span>,
    /// 99 % of the requests take at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Span>,
    /// 99.9 % of the requests take at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p999: Option<Span>,
    /// At least this share of the requests succeeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<Probability>,
}

/// What is measured beyond the usual, at some cost in memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeasureSpec {
    /// Significant digits of the nodes' histograms: 2 by default, 3 at most.
    #[schemars(range(min = 1, max = 3))]
    pub node_digits: u8,
    /// Also each replica by itself, and how many are present at one replica.
    pub replicas: bool,
    /// Also each class of priority by itself.
    pub classes: bool,
    /// Also from how many addresses each node is asked, and how many people stand behind each.
    pub addresses: bool,
}

impl Default for MeasureSpec {
    fn default() -> Self {
        Self { node_digits: 2, replicas: false, classes: false, addresses: false }
    }
}

/// Limits that end a run. A run that hits one is reported with the node and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSpec {
    /// Exchanges in flight at once: 5 million by default, for which a run takes 1.6 GB: about 330
    /// bytes each. Runs at the same time take as much each.
    #[schemars(range(min = 1, max = 30_000_000))]
    pub in_flight: u32,
    /// Events of a run: 10^11 by default.
    #[schemars(range(min = 1, max = 100_000_000_000_u64))]
    pub events: u64,
}

impl Default for LimitsSpec {
    fn default() -> Self {
        Self { in_flight: 5_000_000, events: 100_000_000_000 }
    }
}
