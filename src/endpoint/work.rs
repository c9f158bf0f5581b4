//! The steps of an endpoint's work, as a scenario writes them.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::count::Count;
use crate::dist::Dist;
use crate::time::Span;
use crate::unit::Probability;

/// What an endpoint costs at the server that answers it: steps, one after the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Work(pub Vec<Step>);

impl Work {
    /// Whether it costs nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One step of some work: a table with one of `cpu`, `wait`, `call`, `lookup`, `forget`, `parallel`
/// and `fail`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// How often it is done at all; always by default.
    pub probability: Option<Probability>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Takes a core for this demand: one visit to the cores' queue.
    Cpu(Dist<Span>),
    /// Takes this long without a core.
    Wait(Dist<Span>),
    /// Asks a neighbour and waits for the answer.
    Call {
        /// The node that is called.
        node: Spanned<String>,
        /// What is asked for; without it, the callee's own `service` is what it costs.
        endpoint: Option<Spanned<String>>,
        /// How often, one call after the other.
        times: Count,
    },
    /// Asks a store beside the server for a value. Only if that is not there, it does what the
    /// value costs, and hands it over.
    Lookup {
        /// The store.
        node: Spanned<String>,
        /// Which value.
        value: Value,
        /// What is done for a value that is not there.
        miss: Vec<Step>,
    },
    /// Has such a store forget a value, as after a change.
    Forget {
        /// The store.
        node: Spanned<String>,
        /// Which value.
        value: Value,
    },
    /// Does several things at once.
    Parallel {
        /// The branches, each one or several steps.
        branches: Vec<Branch>,
        /// How many of them it waits for.
        wait_for: WaitFor,
    },
    /// Ends the work with a failure.
    Fail {
        /// How often.
        probability: Probability,
        /// The status of the answer.
        status: u16,
    },
}

/// Which value is looked up or forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// Its name, where one server keeps several about the same thing.
    pub name: Option<String>,
    /// What it is about.
    pub by: Option<About>,
}

/// What a value in a store is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// What the request asks for: path and object.
    Object,
    /// Who asks: one of the users, sessions or visitors of a client.
    User,
}

/// A branch of parallel work: one step, or several in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Branch(pub Vec<Step>);

/// How many branches parallel work waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaitFor {
    /// All of them.
    #[default]
    All,
    /// The first that succeeds.
    First,
    /// That many successes.
    #[serde(untagged)]
    Number(#[schemars(range(min = 1))] u16),
}

/// A step as its table is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename = "Step")]
struct Raw {
    /// Takes a core for this demand at speed 1: one visit to the cores' queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Dist<Span>>,
    /// Takes this long without a core, such as I/O.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<Dist<Span>>,
    /// Calls this node and waits for the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    call: Option<Spanned<String>>,
    /// What the call asks for; by default the callee's own `service`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    endpoint: Option<Spanned<String>>,
    /// How many calls, one after the other; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<Count>,
    /// How often the step is done at all; always by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<Probability>,
    /// Asks this store for a value before what it costs, which is `miss`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    lookup: Option<Spanned<String>>,
    /// What is done for a value that is not there; it is handed over to the store after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    miss: Option<Vec<Step>>,
    /// Has this store forget a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    forget: Option<Spanned<String>>,
    /// The name of the value, where there are several about the same thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What the value is about: the `object` that is asked for, or the `user` who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<About>,
    /// Branches that run at once: each a step or a list of steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel: Option<Vec<Branch>>,
    /// How many branches must succeed before the work goes on: "all", "first" or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_for: Option<WaitFor>,
    /// Ends the work with a failure, this often.
    #[serde(skip_serializing_if = "Option::is_none")]
    fail: Option<Probability>,
    /// The status of the failure; 500 by default.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "failure")]
    #[schemars(range(min = 400, max = 599))]
    status: Option<u16>,
}

fn failure<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let status = i64::deserialize(from)?;
    let sound = u16::try_from(status).ok().filter(|status| (400..600).contains(status));
    sound.map(Some).ok_or_else(|| {
        serde::de::Error::custom(format!(
            "the status of a failure is from 400 to 599, not {status}"
        ))
    })
}

impl TryFrom<Raw> for Step {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        raw.refuse_strangers()?;
        let actions = [
            raw.cpu.map(Action::Cpu),
            raw.wait.map(Action::Wait),
            raw.call.map(|node| Action::Call {
                node,
                endpoint: raw.endpoint,
                times: raw.times.unwrap_or(Count::Constant(1)),
            }),
            raw.lookup.map(|node| Action::Lookup {
                node,
                value: Value { name: raw.name.clone(), by: raw.by },
                miss: raw.miss.unwrap_or_default(),
            }),
            raw.forget
                .map(|node| Action::Forget { node, value: Value { name: raw.name, by: raw.by } }),
            raw.parallel.map(|branches| Action::Parallel {
                branches,
                wait_for: raw.wait_for.unwrap_or_default(),
            }),
            raw.fail
                .map(|probability| Action::Fail { probability, status: raw.status.unwrap_or(500) }),
        ];
        let mut actions = actions.into_iter().flatten();
        match (actions.next(), actions.next()) {
            (Some(action), None) => Ok(Self { action, probability: raw.probability }),
            (first, _) => Err(format!(
                "a step does one thing{}: cpu, wait, call, lookup, forget, parallel or fail",
                if first.is_some() { ", not several" } else { "" }
            )),
        }
    }
}

impl Raw {
    /// Refuses keys that mean nothing beside what the step does, and numbers out of range.
    fn refuse_strangers(&self) -> Result<(), String> {
        let strange = [
            (self.endpoint.is_some() && self.call.is_none(), "`endpoint` belongs to a `call`"),
            (self.times.is_some() && self.call.is_none(), "`times` belongs to a `call`"),
            (self.miss.is_some() && self.lookup.is_none(), "`miss` belongs to a `lookup`"),
            (
                (self.name.is_some() || self.by.is_some())
                    && self.lookup.is_none()
                    && self.forget.is_none(),
                "`name` and `by` belong to a `lookup` or a `forget`",
            ),
            (self.wait_for.is_some() && self.parallel.is_none(), "`wait_for` needs `parallel`"),
            (self.status.is_some() && self.fail.is_none(), "`status` belongs to `fail`"),
            (
                self.parallel
                    .as_ref()
                    .is_some_and(|branches| !(1..=1_000).contains(&branches.len())),
                "parallel work has from 1 to 1000 branches",
            ),
            (
                matches!((&self.parallel, self.wait_for), (Some(branches), Some(WaitFor::Number(n)))
                    if n == 0 || usize::from(n) > branches.len()),
                "`wait_for` is from 1 to the number of branches",
            ),
        ];
        match strange.iter().find(|(is_so, _)| *is_so) {
            Some((_, sentence)) => Err((*sentence).to_owned()),
            None => Ok(()),
        }
    }
}

impl From<Step> for Raw {
    fn from(step: Step) -> Self {
        let mut raw = Self { probability: step.probability, ..Self::default() };
        match step.action {
            Action::Cpu(dist) => raw.cpu = Some(dist),
            Action::Wait(dist) => raw.wait = Some(dist),
            Action::Call { node, endpoint, times } => {
                (raw.call, raw.endpoint, raw.times) = (Some(node), endpoint, Some(times));
            }
            Action::Lookup { node, value, miss } => {
                (raw.lookup, raw.miss) = (Some(node), Some(miss));
                (raw.name, raw.by) = (value.name, value.by);
            }
            Action::Forget { node, value } => {
                (raw.forget, raw.name, raw.by) = (Some(node), value.name, value.by);
            }
            Action::Parallel { branches, wait_for } => {
                (raw.parallel, raw.wait_for) = (Some(branches), Some(wait_for));
            }
            Action::Fail { probability, status } => {
                (raw.fail, raw.status) = (Some(probability), Some(status));
            }
        }
        raw
    }
}

impl JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Raw::json_schema(generator)
    }
}

struct BranchVisitor;

impl<'de> Visitor<'de> for BranchVisitor {
    type Value = Branch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step or a list of steps")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Branch, A::Error> {
        Step::deserialize(MapAccessDeserializer::new(map)).map(|step| Branch(vec![step]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Branch, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Branch)
    }
}

impl<'de> Deserialize<'de> for Branch {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(BranchVisitor)
    }
}

impl JsonSchema for Branch {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Branch".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let step = generator.subschema_for::<Step>();
        let steps = generator.subschema_for::<Vec<Step>>();
        schemars::json_schema!({ "anyOf": [step, steps] })
    }
}

struct WaitForVisitor;

impl Visitor<'_> for WaitForVisitor {
    type Value = WaitFor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"all\", \"first\" or a number of branches")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WaitFor, E> {
        match text {
            "all" => Ok(WaitFor::All),
            "first" => Ok(WaitFor::First),
            other => Err(E::unknown_variant(other, &["all", "first"])),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<WaitFor, E> {
        u16::try_from(n)
            .map(WaitFor::Number)
            .map_err(|_| E::custom("`wait_for` is from 1 to the number of branches"))
    }
}

impl<'de> Deserialize<'de> for WaitFor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WaitForVisitor)
    }
}
