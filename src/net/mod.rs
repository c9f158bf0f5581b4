//! What travels: requests, exchanges, links and connections, and what a node's handler may do
//! with them.

mod connection;
mod core;
mod exchange;
mod link;
mod ready;
mod request;
pub mod slow_start;
pub mod tcp;
mod timer;
pub mod tls;
mod topology;

pub use self::connection::{Connection, Mode};
pub use self::core::{Call, Core, Ctx, Fixed, Input, Kind, MAX_SLOTS, Tables};
pub use self::exchange::{Cold, Exchange, Exchanges, Part, Parts, Phase};
pub use self::link::{Direction, LinkState, Transit};
pub use self::ready::Ready;
pub use self::request::{Account, BranchAccount, Request, Session};
pub use self::timer::{Change, Timer, TimerId, Token, Unwanted};
pub use self::topology::{LinkEnds, NodeShape, Topology};
