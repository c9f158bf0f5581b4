//! The profile `haproxy`: what HAProxy 2.6 does under each name.
//!
//! Weights count in sixteenths inside, so that a server may come back slowly. *Source*:
//! `src/lb_fwrr.c`, `lb_fwlc.c`, `lb_chash.c`, `lb_map.c` and `backend.c`, read and written anew;
//! every rule was held against recorded picks.

mod by_map;
mod by_ring;
mod hashes;
mod leastconn;
mod map;
mod random;
mod ring;
mod roundrobin;
mod static_rr;

pub use by_map::{SourceByMap, UriByMap};
pub use by_ring::ByRing;
pub use leastconn::Leastconn;
pub use random::Random;
pub use roundrobin::Roundrobin;
pub use static_rr::StaticRr;

use super::Backend;

/// The sixteenths of a unit of weight.
const SCALE: u32 = 16;

/// Whether a server takes part.
const fn is_usable(backend: &Backend) -> bool {
    backend.up && backend.weight > 0
}
