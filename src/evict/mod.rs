//! Eviction: which object a full cache gives up for another one.
//!
//! A [`Store`] keeps objects by key up to a capacity; a policy keeps the order in which they go.
//! The policy is told what was found, what was stored and what was taken away, and answers one
//! question: who is next. Whether an object may be stored at all, and for how long it may be
//! used, is not asked here. Each policy has a file, which says what it is, where it is weak, and
//! where it comes from; a new one is a file, its `mod` line, and a line of the list in this file.
//!
//! An access takes a time that does not depend on the number of objects, and allocates nothing
//! once the cache is full.

mod capacity;
mod che;
mod fifo;
mod list;
mod lru;
mod store;
mod table;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use capacity::Capacity;
pub use che::{Group, hit_ratios};
pub use store::Store;

/// From one list: the policies by name, and their state.
macro_rules! policies {
    ($(
        #[doc = $doc:literal] $(#[$attribute:meta])?
        $name:ident($module:ident) = $word:literal;
    )*) => {
        /// Who goes first when a cache is full.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize,
            Deserialize, JsonSchema,
        )]
        pub enum Policy {
            $(#[doc = $doc] $(#[$attribute])? #[serde(rename = $word)] $name,)*
        }

        /// The state of a policy: the order of the objects of one cache, by their slots.
        #[derive(Debug, Clone)]
        enum Order {
            $($name($module::$name),)*
        }

        impl Policy {
            /// All policies, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word for it in scenarios.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }

        impl Order {
            fn new(policy: Policy) -> Self {
                match policy {
                    $(Policy::$name => Self::$name($module::$name::default()),)*
                }
            }

            /// The object in this slot was asked for and found.
            #[inline]
            fn on_found(&mut self, slot: u32) {
                match self {
                    $(Self::$name(order) => order.on_found(slot),)*
                }
            }

            /// An object was stored in this slot.
            #[inline]
            fn on_stored(&mut self, slot: u32) {
                match self {
                    $(Self::$name(order) => order.on_stored(slot),)*
                }
            }

            /// The object in this slot was taken away.
            #[inline]
            fn on_removed(&mut self, slot: u32) {
                match self {
                    $(Self::$name(order) => order.on_removed(slot),)*
                }
            }

            /// The slot of the object that goes next; none if there is none.
            #[inline]
            fn next_out(&mut self) -> Option<u32> {
                match self {
                    $(Self::$name(order) => order.next_out(),)*
                }
            }
        }
    };
}

policies! {
    /// The object that was asked for least recently goes first.
    #[default]
    Lru(lru) = "lru";
    /// The object that was stored first goes first, however often it is asked for.
    Fifo(fifo) = "fifo";
}
