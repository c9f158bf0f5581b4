//! Eviction: which object a full cache gives up for another one.
//!
//! A [`Store`] keeps objects by key up to a capacity; a policy keeps the order in which they go.
//! The policy is told what was found, what was stored and what was taken away, and answers one
//! question: who is next. For how long an object may be used is not asked here. Each policy has a
//! file, which says what it is, where it is weak, and where it comes from; a new one is a file, its
//! `mod` line, and a line of the list in this file. [`replay`] asks caches for the objects of a
//! trace, without any time in between, and knows bounds that need the future.
//!
//! An access takes a time that does not depend on the number of objects (GDSF: that grows with its
//! logarithm), and allocates nothing once the cache is full and what has gone is remembered in
//! full.

mod capacity;
mod che;
mod ghost;
mod list;
mod members;
mod ranks;
pub mod replay;
mod shelves;
mod sketch;
mod store;
mod table;
mod verbs;

mod arc;
mod clock;
mod fifo;
mod gdsf;
mod lfu;
mod lhd;
mod lru;
mod random;
mod s3_fifo;
mod sieve;
mod slru;
mod two_q;
mod w_tiny_lfu;
mod w_tiny_lfu_by_requests;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

pub use capacity::Capacity;
pub use che::{Group, hit_ratios};
pub use shelves::Shelves;
pub use store::Store;

use verbs::{Entry, Evict};

/// From one list: the policies by name, and their state.
macro_rules! policies {
    ($(
        #[doc = $doc:literal] $(#[$attribute:meta])?
        $name:ident($module:ident) = $word:literal;
    )*) => {
        /// Who goes first when a cache is full.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize,
            JsonSchema,
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

            const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word for it in scenarios.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }

        impl Order {
            fn new(policy: Policy, capacity: Capacity) -> Self {
                match policy {
                    $(Policy::$name => Self::$name($module::$name::new(capacity)),)*
                }
            }

            fn seed(&mut self, seed: u64) {
                match self {
                    $(Self::$name(order) => order.seed(seed),)*
                }
            }

            #[inline]
            fn admits(&self, weight: u64) -> bool {
                match self {
                    $(Self::$name(order) => order.admits(weight),)*
                }
            }

            #[inline]
            fn on_found(&mut self, slot: u32) {
                match self {
                    $(Self::$name(order) => order.on_found(slot),)*
                }
            }

            #[inline]
            fn on_missed(&mut self, key: u64) {
                match self {
                    $(Self::$name(order) => order.on_missed(key),)*
                }
            }

            #[inline]
            fn on_wanted(&mut self, entry: Entry) {
                match self {
                    $(Self::$name(order) => order.on_wanted(entry),)*
                }
            }

            #[inline]
            fn evict(&mut self) -> Option<u32> {
                match self {
                    $(Self::$name(order) => order.evict(),)*
                }
            }

            #[inline]
            fn on_stored(&mut self, slot: u32, entry: Entry) {
                match self {
                    $(Self::$name(order) => order.on_stored(slot, entry),)*
                }
            }

            #[inline]
            fn on_removed(&mut self, slot: u32) {
                match self {
                    $(Self::$name(order) => order.on_removed(slot),)*
                }
            }
        }

        /// A cache with a policy that is to be asked for dense numbers: each policy has a loop of
        /// its own.
        fn dense(
            policy: Policy,
            capacity: Capacity,
            lifetime: Option<replay::Lifetime>,
        ) -> Box<dyn replay::Replayed> {
            match policy {
                $(Policy::$name => {
                    Box::new(replay::Dense::<$module::$name>::new(capacity, lifetime))
                })*
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
    /// First in, first out, but what was asked for gets a second round.
    Clock(clock) = "clock";
    /// Any object may go.
    Random(random) = "random";
    /// LRU in four segments: a hit moves an object up, want of room moves it down.
    Slru(slru) = "slru";
    /// The object that was asked for least often since it was stored goes first.
    Lfu(lfu) = "lfu";
    /// A short queue for what is new, LRU for what comes back after it left that.
    TwoQ(two_q) = "two-q";
    /// Two LRU lists, of what was asked for once and again, whose lengths are learnt.
    Arc(arc) = "arc";
    /// What is large and seldom asked for goes first.
    Gdsf(gdsf) = "gdsf";
    /// A small window, and a main part that only takes what is asked for more often.
    WTinyLfu(w_tiny_lfu) = "w-tiny-lfu";
    /// The same, where each request counts and counts grow old with requests, as published.
    WTinyLfuByRequests(w_tiny_lfu_by_requests) = "w-tiny-lfu-by-requests";
    /// A small queue for what is new, and a main queue for what is asked for again.
    S3Fifo(s3_fifo) = "s3-fifo";
    /// A hand goes over the objects in the order of their entry and takes what was not used.
    Sieve(sieve) = "sieve";
    /// The object goes that is expected to bring the fewest hits for its room.
    Lhd(lhd) = "lhd";
}
