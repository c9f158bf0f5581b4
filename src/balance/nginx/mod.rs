//! The profile `nginx`: what nginx 1.22 does under each name.
//!
//! *Source*: `src/http/ngx_http_upstream_round_robin.c` and the modules beside it; every rule was
//! held against recorded picks.

mod crc32;
mod hash;
mod ip_hash;
mod ketama;
mod least_conn;
mod peers;
mod random;
mod random_two;
mod round_robin;

pub use hash::Hash;
pub use ip_hash::IpHash;
pub use ketama::Ketama;
pub use least_conn::LeastConn;
pub use random::Random;
pub use random_two::RandomTwo;
pub use round_robin::RoundRobin;

/// How often a hash or a draw may meet a peer that is not open before round robin decides.
const MAX_TRIES: u32 = 20;
