//! Node kinds: what a scenario says of them, and their state machines.
//!
//! A node is told what happened, with a [`Ctx`] that lets it call its neighbours, answer its
//! callers, set timers and state facts. All kinds but the client run programs on a
//! [`host::Host`]; what makes a kind is where its requests go and what it adds to them. The files
//! of this folder share one anatomy: what the scenario says, the plan made of it, the machine at
//! work.

pub mod answering;
pub mod attacker;
pub mod auth_server;
#[cfg(test)]
mod bench;
pub mod cache;
pub mod caching;
pub mod client;
#[cfg(test)]
mod client_tests;
pub mod cors;
pub mod database;
pub mod forward_proxy;
pub mod forwarding;
pub mod host;
#[cfg(test)]
mod host_tests;
pub mod load_balancer;
pub mod overhead;
pub mod parts;
pub mod reverse_proxy;
pub mod route;
pub mod server;
pub mod session_store;
pub mod station;
pub mod timeouts;

use parts::{KindParts, PartReader};

use crate::arrivals::Arrivals;
use crate::auth::Live;
use crate::fact::{Observer, Place};
use crate::fault::FaultKind;
use crate::health::Word;
use crate::net::{Ctx, Exchanges, Input};
use crate::screen::Https;
use crate::time::Time;

/// From one list: the specification of each kind, its name in scenarios, and its reader.
macro_rules! kinds {
    ($(#[doc = $doc:literal] $variant:ident($module:ident::$spec:ident) = $word:literal;)*) => {
        /// What a scenario says of a node, by kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum KindSpec {
            $(#[doc = $doc] $variant($module::$spec),)*
        }

        impl KindSpec {
            /// The words for the kinds in scenarios.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
            /// What the kinds are, in the order of [`Self::WORDS`].
            pub const ABOUT: &'static [&'static str] = &[$($doc.trim_ascii()),*];

            /// The word for this kind.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $word,)*
                }
            }

            /// Reads the parts of the kind called `word`; none if there is no such kind or if a
            /// part is wrong, which the reader has noted.
            pub fn read<R: PartReader>(word: &str, reader: &mut R) -> Option<Self> {
                match word {
                    $($word => $module::$spec::read(reader).map(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// A group of browsers or callers.
    Client(client::ClientSpec) = "client";
    /// Stands by the clients and asks for them.
    ForwardProxy(forward_proxy::ForwardProxySpec) = "forward-proxy";
    /// Stands by the servers and answers for them.
    ReverseProxy(reverse_proxy::ReverseProxySpec) = "reverse-proxy";
    /// Spreads requests over backends.
    LoadBalancer(load_balancer::LoadBalancerSpec) = "load-balancer";
    /// Does the work of endpoints.
    Server(server::ServerSpec) = "server";
    /// Answers calls; writes go to its primary.
    Database(database::DatabaseSpec) = "database";
    /// Keeps values that servers look up.
    Cache(cache::CacheStoreSpec) = "cache";
    /// Keeps sessions.
    SessionStore(session_store::SessionStoreSpec) = "session-store";
    /// Logs people in, and signs and renews tokens.
    AuthServer(auth_server::AuthServerSpec) = "auth-server";
    /// Asks as a client does, to do harm.
    Attacker(attacker::AttackerSpec) = "attacker";
}

impl KindSpec {
    /// What it asks for, if it is one who asks: a client, or an attacker.
    #[must_use]
    pub const fn asks(&self) -> Option<&client::ClientSpec> {
        match self {
            Self::Client(client) => Some(client),
            Self::Attacker(attacker) => Some(&attacker.client),
            Self::ForwardProxy(_)
            | Self::ReverseProxy(_)
            | Self::LoadBalancer(_)
            | Self::Cache(_)
            | Self::Server(_)
            | Self::Database(_)
            | Self::SessionStore(_)
            | Self::AuthServer(_) => None,
        }
    }

    /// Whether it asks by browsers: for the pages of visitors, or as one whose browsers are
    /// described.
    #[must_use]
    pub fn asks_by_browser(&self) -> bool {
        self.asks().is_some_and(|client| {
            client.browser.is_some() || matches!(client.arrivals, Some(Arrivals::Visits { .. }))
        })
    }
}

impl KindSpec {
    /// What it does with what is encrypted, if it is a forward proxy that says so.
    #[must_use]
    pub const fn https(&self) -> Option<Https> {
        if let Self::ForwardProxy(proxy) = self { proxy.screen.https } else { None }
    }
}

/// A node at work.
#[derive(Debug)]
pub enum Node {
    /// A client.
    Client(Box<client::Client>),
    /// A proxy of either side.
    Proxy(Box<forwarding::Proxy>),
    /// A load balancer.
    LoadBalancer(Box<load_balancer::LoadBalancer>),
    /// A node that answers: a server, a database, a session store.
    Answering(Box<answering::Answering>),
}

impl Node {
    /// Starts the node, at time zero.
    pub fn begin<O: Observer>(&mut self, ctx: &mut Ctx<'_, O>) {
        match self {
            Self::Client(node) => node.begin(ctx),
            Self::Proxy(node) => node.begin(ctx),
            Self::LoadBalancer(node) => node.begin(ctx),
            Self::Answering(node) => node.begin(ctx),
        }
    }

    /// Whether the accept queue of a replica is full, so that it drops SYNs.
    #[must_use]
    pub fn is_backlog_full(&self, replica: u16) -> bool {
        match self {
            Self::Client(_) => false,
            Self::Proxy(node) => node.host_ref().is_backlog_full(replica),
            Self::LoadBalancer(node) => node.host_ref().is_backlog_full(replica),
            Self::Answering(node) => node.host_ref().is_backlog_full(replica),
        }
    }

    /// The bytes that are taken of the memory of each replica, added up from what its exchanges
    /// and sessions have; none if that is not limited.
    #[must_use]
    pub fn memory_held(&self, exchanges: &Exchanges, live: Option<&Live>) -> Option<Vec<u64>> {
        match self {
            Self::Client(_) => None,
            Self::Proxy(node) => node.host_ref().memory_held(exchanges, live),
            Self::LoadBalancer(node) => node.host_ref().memory_held(exchanges, live),
            Self::Answering(node) => node.host_ref().memory_held(exchanges, live),
        }
    }

    /// A fault of one of its replicas begins or ends.
    pub fn fault<O: Observer>(
        &mut self,
        at: Place,
        kind: FaultKind,
        begins: bool,
        factor: f64,
        ctx: &mut Ctx<'_, O>,
    ) {
        match self {
            Self::Client(_) => {}
            Self::Proxy(node) => node.fault(at, kind, begins, factor, ctx),
            Self::LoadBalancer(node) => node.fault(at, kind, begins, factor, ctx),
            Self::Answering(node) => node.host().fault(at, kind, begins, factor, ctx),
        }
    }

    /// Nanoseconds that the cores of a replica have worked since this was asked last, if its node
    /// scales.
    pub fn core_time(&mut self, replica: u16, now: Time) -> u128 {
        match self {
            Self::Client(_) => 0,
            Self::Proxy(node) => node.host().core_time(replica, now),
            Self::LoadBalancer(node) => node.host().core_time(replica, now),
            Self::Answering(node) => node.host().core_time(replica, now),
        }
    }

    /// A node that balances over this replica is told something of it.
    pub fn told<O: Observer>(&mut self, at: Place, word: Word, ctx: &mut Ctx<'_, O>) {
        match self {
            Self::LoadBalancer(node) => node.told(at, word, ctx),
            Self::Client(_) | Self::Proxy(_) | Self::Answering(_) => {}
        }
    }

    /// Tells the node what happened. What it is told is known where it is told, so the way to the
    /// handler is inlined down to it.
    #[inline(always)]
    pub fn handle<O: Observer>(&mut self, input: Input, ctx: &mut Ctx<'_, O>) {
        match self {
            Self::Client(node) => node.handle(input, ctx),
            Self::Proxy(node) => node.handle(input, ctx),
            Self::LoadBalancer(node) => node.handle(input, ctx),
            Self::Answering(node) => node.handle(input, ctx),
        }
    }
}
