//! The rules of HTTP and of browsers: pure decisions, without events.
//!
//! Of caching, RFC 9111 and RFC 5861, and where real caches differ from them, as data of a
//! [`Profile`]: what may be stored and for how long, what of it may be used again for a request,
//! and which headers tell the answers of one address apart. Instants are wall-clock nanoseconds
//! since the second in which the run began, since lifetimes are counted by clocks that show whole
//! seconds.

mod control;
pub mod cookie;
pub mod cors;
mod freshness;
mod head;
mod method;
pub mod origin;
mod profile;
mod question;
mod reading;
mod reuse;
pub mod site;
mod storing;

pub use control::Control;
pub use freshness::{Keeping, Wall};
pub use head::{Expires, Head, Tag, Vary};
pub use method::{Method, is_repeated};
pub use profile::{Authorization, Cookies, Counting, Heuristic, Profile, ProfileName, Unready};
pub use question::Question;
pub use reading::{BEGIN, date};
pub use reuse::{Reuse, reuse};
pub use storing::{Rules, Storing, storing};
