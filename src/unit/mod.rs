//! Quantities as people write them in a scenario: a number and its unit, read exactly.
//!
//! A wrong unit is the most expensive mistake that a scenario can hold, so there is no default
//! unit: a bare number is refused with the two likely readings.

mod bandwidth;
mod bytes;
mod meant;
mod probability;
mod quantity;
mod rate;
mod span;
mod time_of_day;
mod whole;

pub use bandwidth::Bandwidth;
pub use bytes::Bytes;
pub use probability::Probability;
pub use quantity::Quantity;
pub use rate::Rate;
pub use time_of_day::{DAY, TimeOfDay};
pub use whole::{length, whole};
pub(crate) use whole::{length_keys, whole_keys};
