//! What travels: requests, exchanges, links and connections, and what a node's handler may do
//! with them.

mod connection;
mod core;
mod exchange;
mod link;
mod request;
mod timer;

pub use self::connection::{Connection, Mode};
pub use self::core::{Core, Ctx, Input, Kind};
pub use self::exchange::{Cold, Exchange, Parts, Phase};
pub use self::link::{Direction, LinkState, Transit};
pub use self::request::{Request, Session};
pub use self::timer::{Timer, TimerId, Token};
