//! What travels: requests, exchanges, links and connections, and what a node's handler may do
//! with them.

mod asked;
mod connect;
#[cfg(test)]
mod connect_tests;
mod connection;
mod copies;
mod core;
mod cross_origin;
mod early;
mod exchange;
mod family;
mod forged;
mod guard;
mod identity;
mod link;
mod lost;
mod papers;
mod ready;
mod replying;
mod request;
mod rounds;
mod seats;
mod seen;
pub mod slow_start;
mod step;
pub mod tcp;
mod timer;
pub mod tls;
mod topology;
mod transport;
mod waiting;

pub use self::asked::private_address;
pub use self::connection::{Connection, Connections, Hop, Mode};
pub use self::core::{Call, Core, Ctx, Fixed, Input, Kind, MAX_SLOTS, Tables};
pub use self::cross_origin::{
    Asking, CrossOrigin, Crossing, OriginId, PolicyId, PolicyPlan, PreflightEntry, Preflights,
    Verdicts,
};
pub use self::exchange::{Cold, Exchange, Exchanges, Part, Parts, Phase};
pub use self::guard::Guard;
pub use self::identity::Robbed;
pub use self::link::{Direction, Flow, LinkState, Missing, Transit};
pub use self::papers::{HEAD_BYTES, HeadId, Http, Papers, ReplyPlan, Task, TracedQuestions};
pub use self::ready::Ready;
pub use self::request::{Account, BranchAccount, Request, Session};
pub use self::slow_start::SlowStart;
pub use self::step::Step;
pub use self::timer::{Change, Probe, Timer, TimerId, Token, Unwanted};
pub use self::topology::{LinkEnds, NodeShape, Topology};
pub use self::transport::{Transport, User, Waits};
