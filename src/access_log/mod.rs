//! Access logs of web servers: reading them, and what a scenario can learn from them.
//!
//! [`Lines`] hands out lines of bytes that nobody vouches for; [`Entry::read`] makes a request of
//! one, in Common or Combined Log Format. [`Survey`] counts requests by endpoint, object and
//! second in a memory that is limited however long the log is; [`Reordered`] puts its rows into
//! the order of their times. What is fitted, [`Popularity`], [`Sizes`] and [`Profile`], says how
//! good the fit is, and [`scenario`] writes it down. All of it is a function of the log's bytes.

mod clock;
mod described;
mod entry;
mod lines;
mod order;
mod pattern;
mod popularity;
mod profile;
mod quoted;
mod scenario;
mod sizes;
mod survey;
mod text;

pub use described::{Described, described};
pub use entry::{Entry, Malformed};
pub use lines::{Line, Lines, MAX_LINE};
pub use order::{Disorder, Reordered, Row};
pub use pattern::pattern;
pub use popularity::{Popularity, fit};
pub use profile::Profile;
pub use scenario::{Imported, scenario};
pub use sizes::Sizes;
pub use survey::{Condensed, Endpoint, Full, Limits, Survey};
pub use text::{printable, session_of};
