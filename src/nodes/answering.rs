//! Nodes that answer: servers, databases and session stores run the work of what they are asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::host::{Host, Next};
use super::timeouts::CallTimeoutSpec;
use crate::dist::Dist;
use crate::fact::Observer;
use crate::net::{Ctx, Input};
use crate::time::Span;

/// What an answering node costs for what has no work of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnsweringSpec {
    /// The demand on a core of a call without an endpoint, or with one that has no `work`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Dist<Span>>,
    /// How long it waits for those that it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<CallTimeoutSpec>,
}

/// An answering node at work.
#[derive(Debug)]
pub struct Answering {
    host: Host,
}

impl Answering {
    /// A node that answers what its host runs.
    #[must_use]
    pub const fn new(host: Host) -> Self {
        Self { host }
    }

    /// The exchanges that it holds.
    pub const fn host(&mut self) -> &mut Host {
        &mut self.host
    }

    /// The same, to look at.
    pub const fn host_ref(&self) -> &Host {
        &self.host
    }

    /// Starts the node.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        self.host.begin(ctx);
    }

    /// Does what follows from `input`.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        let next = self.host.handle(input, ctx);
        debug_assert_eq!(next, Next::Holds, "work never forwards");
    }
}
