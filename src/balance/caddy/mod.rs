//! The profile `caddy`: what Caddy 2.6 does under each name. It has no weights.
//!
//! *Source*: `modules/caddyhttp/reverseproxy/selectionpolicies.go`, read and written anew.

mod least_conn;
mod random_choose;
mod round_robin;

pub use least_conn::LeastConn;
pub use random_choose::RandomChoose;
pub use round_robin::RoundRobin;
