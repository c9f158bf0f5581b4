//! Load balancing: which backend takes the next exchange.
//!
//! An algorithm answers one question, [`Balancer::pick`], from what a real balancer would know:
//! its own counts, the weights, the query, and a coin. Health, retries and limits are not here:
//! the node that owns the balancer marks backends as down, hands in those already tried, and
//! keeps [`Backend::outstanding`]. Each algorithm has a file, which says when to use it, where
//! it is weak, and where it comes from; a new one is a file, its `mod` line, and a line of the
//! list in this file.
//!
//! A *profile* makes the choices of one product pick by pick ([`Profile`]): its implementations
//! are in a folder of its name, one file each, and each has a line in the second part of the list,
//! with the algorithms that it stands for.
//!
//! No algorithm allocates in `pick`. When all backends are open, round robin, random, power of d
//! choices and the hashes do not depend on their number (the ring: on its logarithm); the others
//! look at each backend once or twice.

mod backend;
mod bounded;
pub mod caddy;
pub mod envoy;
mod first;
pub mod haproxy;
mod join_idle_queue;
mod least_connections;
mod least_response_time;
mod maglev;
mod modulo;
pub mod nginx;
mod power_of_d;
mod profile;
mod random;
mod ring_hash;
mod round_robin;
mod smooth_weighted_round_robin;
mod source_hash;
mod spec;
mod static_round_robin;
mod uri_hash;
mod weighted_least_connections;
mod weighted_random;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod profiled;
#[cfg(any(test, feature = "cli"))]
pub mod recorded;
#[cfg(test)]
mod stated;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use backend::{Backend, Query, Tried};
pub use first::First;
pub use join_idle_queue::JoinIdleQueue;
pub use least_connections::LeastConnections;
pub use least_response_time::LeastResponseTime;
pub use maglev::Maglev;
pub use power_of_d::PowerOfD;
pub use profile::Profile;
pub use random::Random;
pub use ring_hash::RingHash;
pub use round_robin::RoundRobin;
pub use smooth_weighted_round_robin::SmoothWeightedRoundRobin;
pub use source_hash::SourceHash;
pub use spec::{BalanceSpec, HashOn};
pub use static_round_robin::StaticRoundRobin;
pub use uri_hash::UriHash;
pub use weighted_least_connections::WeightedLeastConnections;
pub use weighted_random::WeightedRandom;

use crate::rng::Stream;
use crate::time::{Span, Time};
use backend::{Candidates, Reads};

/// What every algorithm does: one question, and notices of what happens to its backends.
trait Balance {
    /// Whether its choices depend on what it is told of exchanges sent and ended.
    const LISTENS: bool = false;

    /// The algorithm before its first choice among `backends`.
    fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self;

    /// What of a query its choices depend on.
    fn reads(_spec: &BalanceSpec) -> Reads {
        Reads::Nothing
    }

    /// The index of the backend to take, an open one; `None` if no backend is open.
    fn pick(
        &mut self,
        query: &Query<'_>,
        among: Candidates<'_>,
        coin: &mut Stream,
    ) -> Option<usize>;

    /// An exchange was sent to this backend.
    fn on_sent(&mut self, _backend: usize, _now: Time) {}

    /// An exchange with this backend ended, well or badly, `latency` after it was sent.
    fn on_done(&mut self, _backend: usize, _now: Time, _latency: Span) {}

    /// An exchange with this backend failed, so many of which take it out.
    fn on_failed(&mut self, _backend: usize, _max_fails: u32) {}

    /// This one of `backends` went up or down, came or went, or has another weight.
    fn on_change(&mut self, _backend: usize, _backends: &[Backend]) {}
}

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*
     $(=> $profile:ident { $($own:ident($type:ty): $($of:ident)|+;)* })*) => {
        /// How a load balancer chooses a backend.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize,
            Serialize, JsonSchema,
        )]
        pub enum Algorithm {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Algorithm {
            /// All algorithms, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word that stands for it in a scenario.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }

        impl Profile {
            /// The algorithms that the product has.
            #[must_use]
            pub const fn algorithms(self) -> &'static [Algorithm] {
                match self {
                    $(Self::$profile => &[$($(Algorithm::$of),+),*],)*
                }
            }
        }

        /// An algorithm with its state: one balancer's.
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "each variant holds the type that documents it")]
        pub enum Balancer {
            $($name($name),)*
            $($($own($type),)*)*
        }

        impl Balancer {
            /// The balancer that `spec` describes, before its first choice among `backends`.
            #[must_use]
            pub fn new(spec: &BalanceSpec, backends: &[Backend]) -> Self {
                match (spec.profile, spec.algorithm) {
                    $($((Some(Profile::$profile), $(Algorithm::$of)|+) => {
                        Self::$own(Balance::new(spec, backends))
                    })*)*
                    $((_, Algorithm::$name) => Self::$name(Balance::new(spec, backends)),)*
                }
            }

            /// What of a query the choices of such a balancer depend on.
            fn reads(spec: &BalanceSpec) -> Reads {
                match (spec.profile, spec.algorithm) {
                    $($((Some(Profile::$profile), $(Algorithm::$of)|+) => {
                        <$type as Balance>::reads(spec)
                    })*)*
                    $((_, Algorithm::$name) => <$name as Balance>::reads(spec),)*
                }
            }

            /// The index of the backend that takes this query: one that is up, has a weight and
            /// was not tried; `None` if there is none. `backends` are those that the balancer was
            /// made for, in the same order; `coin` is the balancer's own stream.
            #[inline]
            pub fn pick(
                &mut self,
                query: &Query<'_>,
                backends: &[Backend],
                tried: Tried<'_>,
                coin: &mut Stream,
            ) -> Option<usize> {
                let among = Candidates::new(backends, tried);
                match self {
                    $(Self::$name(algorithm) => algorithm.pick(query, among, coin),)*
                    $($(Self::$own(algorithm) => algorithm.pick(query, among, coin),)*)*
                }
            }

            /// Whether it wants to be told of exchanges sent and ended; its choices do not depend
            /// on that otherwise.
            #[must_use]
            pub fn listens(&self) -> bool {
                const fn of<B: Balance>(_: &B) -> bool {
                    B::LISTENS
                }
                match self {
                    $(Self::$name(algorithm) => of(algorithm),)*
                    $($(Self::$own(algorithm) => of(algorithm),)*)*
                }
            }

            /// Tells that an exchange was sent to this backend.
            #[inline]
            pub fn on_sent(&mut self, backend: usize, now: Time) {
                match self {
                    $(Self::$name(algorithm) => algorithm.on_sent(backend, now),)*
                    $($(Self::$own(algorithm) => algorithm.on_sent(backend, now),)*)*
                }
            }

            /// Tells that an exchange with this backend ended, well or badly, `latency` after it
            /// was sent.
            #[inline]
            pub fn on_done(&mut self, backend: usize, now: Time, latency: Span) {
                match self {
                    $(Self::$name(algorithm) => algorithm.on_done(backend, now, latency),)*
                    $($(Self::$own(algorithm) => algorithm.on_done(backend, now, latency),)*)*
                }
            }

            /// Tells that an exchange with this backend failed in a way that counts against it;
            /// `max_fails` is how many such failures take it out, 0 if none do. nginx gives it
            /// less work until it has earned it again.
            pub fn on_failed(&mut self, backend: usize, max_fails: u32) {
                match self {
                    $(Self::$name(algorithm) => algorithm.on_failed(backend, max_fails),)*
                    $($(Self::$own(algorithm) => algorithm.on_failed(backend, max_fails),)*)*
                }
            }

            /// Tells that this one of `backends` went up or down, came or went, or has another
            /// weight; they are as they are now. Profiles whose products keep tables or trees of
            /// what is up depend on it.
            pub fn on_change(&mut self, backend: usize, backends: &[Backend]) {
                match self {
                    $(Self::$name(algorithm) => algorithm.on_change(backend, backends),)*
                    $($(Self::$own(algorithm) => algorithm.on_change(backend, backends),)*)*
                }
            }
        }
    };
}

algorithms! {
    /// Each backend in turn.
    #[default]
    RoundRobin = "round-robin";
    /// In turn by weight, the turns of a heavy backend spread out (nginx's order).
    SmoothWeightedRoundRobin = "smooth-weighted-round-robin";
    /// Any backend, with equal probability.
    Random = "random";
    /// Any backend, with a probability in proportion to its weight.
    WeightedRandom = "weighted-random";
    /// Of `choices` random backends, the one with the fewest outstanding exchanges.
    PowerOfD = "power-of-d";
    /// The backend with the fewest outstanding exchanges, ties at random.
    LeastConnections = "least-connections";
    /// The backend with the fewest outstanding exchanges for its weight.
    WeightedLeastConnections = "weighted-least-connections";
    /// The backend whose recent peak latency times outstanding exchanges is least.
    LeastResponseTime = "least-response-time";
    /// By the hash of the source address, modulo the backends.
    SourceHash = "source-hash";
    /// By the hash of what is asked for, modulo the backends.
    UriHash = "uri-hash";
    /// By consistent hashing on a ring of `virtual_nodes` points a backend.
    RingHash = "ring-hash";
    /// By consistent hashing in a table of `table_size` places that all backends share evenly.
    Maglev = "maglev";
    /// In turn by weight from a table made once; closed backends are passed over.
    StaticRoundRobin = "static-round-robin";
    /// The first open backend in the order of configuration.
    First = "first";
    /// The backend that has been idle the longest; any one if none is idle.
    JoinIdleQueue = "join-idle-queue";

    => Nginx {
        NginxRoundRobin(nginx::RoundRobin): RoundRobin | SmoothWeightedRoundRobin;
        NginxLeastConn(nginx::LeastConn): LeastConnections | WeightedLeastConnections;
        NginxRandom(nginx::Random): Random | WeightedRandom;
        NginxRandomTwo(nginx::RandomTwo): PowerOfD;
        NginxIpHash(nginx::IpHash): SourceHash;
        NginxHash(nginx::Hash): UriHash;
        NginxKetama(nginx::Ketama): RingHash;
    }
    => Haproxy {
        HaproxyRoundrobin(haproxy::Roundrobin): RoundRobin | SmoothWeightedRoundRobin;
        HaproxyStaticRr(haproxy::StaticRr): StaticRoundRobin;
        HaproxyFirst(First): First;
        HaproxyLeastconn(haproxy::Leastconn): LeastConnections | WeightedLeastConnections;
        HaproxyRandom(haproxy::Random): Random | WeightedRandom | PowerOfD;
        HaproxySource(haproxy::SourceByMap): SourceHash;
        HaproxyUri(haproxy::UriByMap): UriHash;
        HaproxyRing(haproxy::ByRing): RingHash;
    }
    => Envoy {
        EnvoyRoundRobin(envoy::RoundRobin): RoundRobin | SmoothWeightedRoundRobin;
        EnvoyLeastRequest(envoy::LeastRequest):
            PowerOfD | LeastConnections | WeightedLeastConnections;
        EnvoyRandom(Random): Random;
        EnvoyRingHash(envoy::RingHash): RingHash;
    }
    => Caddy {
        CaddyRoundRobin(caddy::RoundRobin): RoundRobin;
        CaddyLeastConn(caddy::LeastConn): LeastConnections;
        CaddyRandomChoose(caddy::RandomChoose): PowerOfD;
        CaddyRandom(Random): Random;
        CaddyFirst(First): First;
    }
}

impl Algorithm {
    /// The part of the work that a backend of this weight gets beside the others' parts, as far
    /// as that does not depend on how they do.
    #[must_use]
    pub fn share_of(self, weight: u32) -> f64 {
        match self {
            Self::SmoothWeightedRoundRobin
            | Self::WeightedRandom
            | Self::WeightedLeastConnections
            | Self::SourceHash
            | Self::UriHash
            | Self::RingHash
            | Self::StaticRoundRobin
            | Self::Maglev => f64::from(weight),
            Self::RoundRobin
            | Self::Random
            | Self::PowerOfD
            | Self::LeastConnections
            | Self::First
            | Self::JoinIdleQueue
            | Self::LeastResponseTime => f64::from(weight.min(1)),
        }
    }
}
