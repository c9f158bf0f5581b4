//! Work made ready to run: a flat list of operations.

use rand_distr::Distribution;

use crate::count::Count;
use crate::dist::Law;
use crate::id::{EndpointId, NodeId};
use crate::rng::{Key, Purpose};
use crate::screen::Chore;
use crate::unit::Probability;

/// A quantity that is drawn by a request's key, or that its trace row fixes.
#[derive(Debug, Clone)]
pub enum Amount {
    /// Drawn from a law: nanoseconds or bytes.
    Drawn(Law),
    /// Fixed by the column `service` of the trace, in nanoseconds.
    TraceService,
    /// Fixed by the column `size_bytes` of the trace.
    TraceSize,
}

impl Amount {
    /// The mean, where it is known before the run.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        match self {
            Self::Drawn(law) => Some(law.mean()),
            Self::TraceService | Self::TraceSize => None,
        }
    }

    /// The draw that belongs to `key` for `purpose`; none where the trace fixes it.
    #[inline]
    #[must_use]
    pub fn draw(&self, key: Key, purpose: Purpose) -> Option<f64> {
        match self {
            Self::Drawn(law) => Some(law.sample(&mut key.draws(purpose))),
            Self::TraceService | Self::TraceSize => None,
        }
    }
}

/// One operation of a program.
#[derive(Debug, Clone)]
pub enum Op {
    /// Take a core for a demand at speed 1.
    Cpu(Amount, Purpose),
    /// Take a core for so many nanoseconds per byte of the response.
    CpuPerByte(f64),
    /// Let time pass without a core.
    Wait(Amount, Purpose),
    /// Go to another operation unless an event of this probability happens.
    Unless(Probability, Purpose, u16),
    /// Call a node, one time after the other.
    Call {
        /// Who is called.
        to: NodeId,
        /// What is asked for.
        endpoint: EndpointId,
        /// How often.
        times: Count,
        /// What the calls are identified by, and how their number is drawn.
        purpose: Purpose,
    },
    /// Start the branches at these operations, and wait until so many have succeeded.
    Fork(Box<[u16]>, u16),
    /// End a branch.
    Join,
    /// Fail this often with this status.
    Fail(Probability, Purpose, u16),
    /// Do what identity needs at this point.
    Rule(Rule),
    /// Ask a store beside the server for a value, or tell it about one.
    Keep(Keep),
    /// Do what a screen does at this point.
    Screen(ScreenRule),
    /// Hand the request on: the node kind decides to whom.
    Forward,
    /// Answer.
    Return,
}

/// A message to a store beside the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The store.
    pub to: NodeId,
    /// What it is asked to do.
    pub verb: Verb,
    /// A hash of the value's name, beside what it is about.
    pub name: u64,
    /// Whether the value is about the user rather than about the object.
    pub by_user: bool,
    /// What the message is identified by.
    pub purpose: Purpose,
}

/// What a store beside the server is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To give a value: if it is there, the program goes on at this operation.
    Lookup(u16),
    /// To keep a value.
    Fill,
    /// To forget a value.
    Forget,
}

/// What identity needs at some point of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Ask a store for what it keeps of somebody, or write that.
    Ask(NodeId, bool),
    /// Ask the issuer whether a password is the right one.
    Password(NodeId),
    /// Let a worker of the issuer's pool hash a password.
    Hash,
    /// Take memory for a hash, or wait for it, or refuse that.
    Room,
    /// Give back the memory of a hash.
    Freed,
    /// Refuse a log-in of which there are too many.
    Limit,
    /// Fetch the issuer's keys if the token names one that is not known here; else skip the next
    /// operation.
    Keys(NodeId),
    /// The keys have come.
    Learn,
    /// Refuse at once who shows nothing: there is nothing to look up or to verify.
    Present,
    /// Decide whether the request is let in; skip the next operation if nothing is to be written.
    Identify,
    /// Go on with what was asked for.
    Pass,
    /// Keep the session of who has just logged in at this replica.
    Settle,
    /// Let somebody in.
    Grant,
    /// Renew a token, or refuse that.
    Renew,
    /// Take back what was issued.
    Revoke,
    /// Note that a core was at work for identity alone: a check, a signature, a hash.
    Worked(u8),
}

/// What a screen does at some point of a program.
#[derive(Debug, Clone)]
pub enum ScreenRule {
    /// Take a core for a demand at speed 1.
    Costs(Chore, Amount, Purpose),
    /// Take a core for so many nanoseconds per byte of an answer that is looked at.
    CostsPerByte(Chore, f64),
    /// Pay for a connection that was opened to be looked into.
    Opening,
    /// Stop requests that look like attacks.
    Filter,
    /// Stop answers that look infected.
    Scan,
    /// Make answers smaller.
    Compress,
    /// Stop what does not look like input.
    Input,
    /// Find out what a query gave that was made of input.
    Query,
    /// Find out whether a password is the right one; this share of honest ones is wrong.
    Guess(Probability),
}

/// Work made ready to run. The last operation is [`Op::Return`] or [`Op::Join`].
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The operations; the first is where it starts.
    pub ops: Vec<Op>,
}

impl EndpointId {
    /// No endpoint: the callee's own `service` is what it costs.
    pub const NONE: Self = Self(u16::MAX);
    /// The handshake of a connection's keys.
    pub const HANDSHAKE: Self = Self(u16::MAX - 1);
    /// A password that comes with a request, for the issuer to hash.
    pub const PASSWORD: Self = Self(u16::MAX - 2);
    /// A look-up in a store beside the server.
    pub const LOOKUP: Self = Self(u16::MAX - 3);
    /// A value for such a store to keep.
    pub const FILL: Self = Self(u16::MAX - 4);
    /// A value for such a store to forget.
    pub const FORGET: Self = Self(u16::MAX - 5);

    /// Whether it is a message to a store beside the server.
    #[inline]
    #[must_use]
    pub const fn is_for_store(self) -> bool {
        self.0 <= Self::LOOKUP.0 && self.0 >= Self::FORGET.0
    }
}
