//! Scenario files: from texts to typed values, or to all that is wrong with the texts.
//!
//! ```text
//! source ─▶ tree ─▶ include ─▶ overlay (variant, sweep, --set) ─▶ read ─▶ typed values
//!             └─────────── diagnostic: all errors with their places ──┘
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`source`] | the texts, in one address space, so that a byte range is a place in any of them |
//! | [`diagnostic`] | what is wrong, gathered and shown with excerpt, caret and the nearest name |
//! | [`tree`] | a text as a tree of values, each with its place; names and paths of keys |
//! | [`overlay`] | laying one tree over another, and setting single keys |
//! | [`include`](mod@include) | a scenario file with those that it includes |
//! | [`sweep`] | axes and the points of the grid that they span |
//! | [`plan`] | among which machines, replicas and loads the cheapest is looked for |
//! | [`argument`] | `--set`, `--vary` and the options of a plan |
//! | [`read`] | a table as a typed value, with all its faults |
//!
//! Nothing here knows what a node is: which keys there are is told by the types that are read, and
//! which tables are choices by [`overlay::Choices`].

pub mod argument;
mod choices;
pub mod diagnostic;
#[cfg(test)]
mod hostile;
pub mod include;
mod load;
mod model;
pub mod overlay;
pub mod plan;
pub mod read;
mod schema;
pub mod source;
mod strangers;
pub mod sweep;
pub mod tree;

pub use diagnostic::{Diagnostic, Diagnostics, nearest};
pub use load::{BASE, Scenario};
pub use schema::schema;
pub use source::{Sources, Span};
