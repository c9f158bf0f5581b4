//! Traces of requests: CSV files whose rows are replayed.
//!
//! Columns of an open loop: `arrival_us`, of a closed one: `user` and `think_us`; of both:
//! `service_us`, `size_bytes`, `client_ip`, `session`, `path`, `object`, `method` and
//! `header:<name>`. Times may end with `_ms` or `_s` too. [`TraceReader`] reads row by row;
//! [`Trace`] holds a whole trace in at most 48 bytes a row, its texts numbered in the order of
//! their first appearance, because every replication replays it; what several traces call by one
//! name is the same, for which there are hashes of the names and [`ObjectNumbers`].
//! [`OracleReader`] reads the binary traces of libCacheSim, which [`Trace::read`] takes as well.

mod columns;
mod error;
mod line;
mod loaded;
mod named;
mod number;
mod oracle;
mod reader;

pub use columns::Column;
pub use error::TraceError;
pub use loaded::{Trace, TraceRow};
pub use named::ObjectNumbers;
pub use number::Unit;
pub use oracle::{OracleReader, OracleRow, is_oracle};
pub use reader::{Row, Start, TraceReader};
