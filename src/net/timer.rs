//! Timers that can be cancelled: each has an entry that stays until its event comes, so that a
//! cancelled one is ignored then without a search in the queue.

use super::link::Missing;
use crate::auth::{Deed, Robber};
use crate::fact::Place;
use crate::id::{ConnectionId, ExchangeId, NodeId, RequestId};
use crate::time::Time;

/// The entry of a running timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimerId(pub u32);

impl TimerId {
    /// No timer.
    pub const NONE: Self = Self(u32::MAX);
}

/// A running timer: what it means, unless it was cancelled.
#[derive(Debug, Clone, Copy)]
pub struct Timer {
    /// What it means when it fires; none once it was cancelled.
    pub token: Option<Token>,
    /// When that is.
    pub due: Time,
}

/// What a timer means when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The request's total time-out has passed.
    Total(RequestId),
    /// The pause before another attempt at a request is over.
    Again(RequestId),
    /// The answer to a request has been read in the browser; it has this status.
    Kept(RequestId, u16),
    /// Somebody's token is due to be renewed.
    Renew(u32),
    /// Sessions in the memory of this node may have ended.
    Ended(NodeId),
    /// A theft of this kind from somebody comes to its next deed.
    Theft(u32, Robber, Deed),
    /// The exchange has waited in a queue for as long as it may.
    Patience(ExchangeId),
    /// The exchange's visit to a core is over (where visits can be stopped).
    CoreDone(ExchangeId),
    /// The job that is first to finish under processor sharing at this replica is done.
    SharedDone(Place),
    /// The caller's word that it no longer wants the exchange has arrived.
    Cancelled(ExchangeId, u16, Unwanted),
    /// That word was lost on its way, and is said again.
    Word(ExchangeId, u16, Unwanted, Missing),
    /// Something happens to a replica as a whole.
    Replica(Place, Change),
    /// A caller has waited for a connection for as long as it does.
    Connect(ExchangeId, u16),
    /// A caller has waited for an answer for as long as it does.
    Read(ExchangeId, u16),
    /// A sender sends again what was lost of an exchange, or gives its connection up.
    Resend(ExchangeId, u16, Missing),
    /// A connection may have been idle for as long as it is kept.
    Idle(ConnectionId, u16),
    /// A connection for which the layer-4 balancer had chosen this backend is closed.
    Closed(NodeId, u16),
    /// A balancer has waited for an answer for as long as it does before it sends a copy.
    Hedge(ExchangeId, u16),
    /// A cache has let an exchange wait for what another one fetches for as long as it does.
    Locked(ExchangeId, u16),
    /// What kept a backend out for a time is over, for the process of this number of a balancer.
    Returns(NodeId, u16),
    /// A balancer's probe of this backend comes to its next stage.
    Probe(NodeId, u16, Probe),
}

/// The stages of a balancer's probe of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// It is sent.
    Leaves,
    /// It is at its backend.
    Arrives,
    /// It is answered.
    Succeeds,
    /// It was refused, or not answered in time.
    Fails,
}

/// What happens to a replica as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It stops the world.
    PauseBegins,
    /// It goes on.
    PauseEnds,
    /// It has been idle for long enough to be switched off.
    SwitchOff,
    /// It is ready to serve.
    SetUp,
}

/// What becomes of work whose caller has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwanted {
    /// It is dropped where it still waits unserved; what is being served is finished.
    Drop,
    /// It stops wherever it is.
    Cancel,
}
