//! How connections over a link are opened and kept: a link's connections, made ready to run.

use std::sync::Arc;

use rand::Rng;
use rand_distr::Distribution;

use super::connection::Mode;
use super::slow_start::SlowStart;
use super::tcp::SynTimers;
use super::timer::Unwanted;
use crate::dist::Law;
use crate::id::EndpointId;
use crate::rng::{Stream, open_unit};
use crate::time::Span;

/// How connections over a link are opened and kept.
#[derive(Debug, Clone)]
pub struct Transport {
    /// Which exchanges share one.
    pub mode: Mode,
    /// Exchanges that one carries at once: 1 with HTTP/1.1.
    pub streams: u32,
    /// Whether each exchange is a stream of its own, which can end without the connection.
    pub has_streams: bool,
    /// Connections that an owner has at once to one place.
    pub max: u32,
    /// Whether each user of a client is an owner, and who is one in an open loop.
    pub per_user: Option<User>,
    /// On links to and from a forward proxy that treats what is encrypted apart: for each endpoint,
    /// the hash of its origin if it is encrypted, or 0. Those share connections that have the same,
    /// and only connections of such have keys.
    pub origins: Option<Arc<[u64]>>,
    /// How responses begin on a new or idle connection; at full speed if not said.
    pub slow_start: Option<SlowStart>,
    /// How long an idle one is kept by the side that opened it; for ever if not said.
    pub keep_alive: Option<Span>,
    /// How long an idle one is kept by the other side; for ever if not said.
    pub server_keep_alive: Option<Span>,
    /// Whether the transport shakes hands on its own first (TCP; QUIC does it with its keys).
    pub has_tcp: bool,
    /// Round trips of the keys' handshake, in full and resumed; none without TLS.
    pub tls: Option<[u32; 2]>,
    /// Whether a request that changes nothing may leave with the first flight of a resumed one.
    pub early_data: bool,
    /// Whether the first of these round trips asks for a tunnel: what is asked for one connects on,
    /// or refuses, and hands on what the handshake costs the node behind it.
    pub is_to_tunnel: bool,
    /// The share of handshakes that are resumed.
    pub resumed: f64,
    /// When a SYN that nobody answers is sent again.
    pub syn_timers: SynTimers,
    /// The handshake programs of the side that ends TLS, in full and resumed.
    pub programs: [u16; 2],
}

/// Who a user is among the requests of an open loop, unless a trace names sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// All that come from one source address.
    Address,
    /// All that come at one moment.
    Moment,
}

/// How long the callers of a link wait, and what becomes of late work.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    /// For a connection.
    pub connect: Option<Law>,
    /// For an answer, once there is a connection.
    pub read: Option<Law>,
    /// What the callee is told; nothing if the work is done all the same.
    pub late: Option<Unwanted>,
}

impl Waits {
    /// One of the times, drawn.
    pub fn draw(law: Option<&Law>, stream: &mut Stream) -> Option<Span> {
        law.map(|law| Span::from_nanos_rounded(law.sample(stream)))
    }
}

impl Transport {
    /// What connections for an endpoint are told apart by.
    #[must_use]
    pub fn origin(&self, endpoint: EndpointId) -> Option<u64> {
        let origins = self.origins.as_ref()?;
        Some(origins.get(endpoint.index()).copied().unwrap_or(0))
    }

    /// Round trips of the keys' handshake for an endpoint, in full and resumed; none if what is for
    /// that is not encrypted.
    #[must_use]
    pub fn keys_for(&self, endpoint: EndpointId) -> Option<[u32; 2]> {
        self.tls.filter(|_| self.origin(endpoint) != Some(0))
    }

    /// Whether the next handshake is resumed.
    pub fn draws_resumed(&self, stream: &mut Stream) -> bool {
        self.resumed > 0.0 && open_unit(stream.next_u64()) < self.resumed
    }

    /// The pause after SYN number `sent`, counted from 1, before the next is sent, or the kernel
    /// gives up.
    #[must_use]
    pub fn syn_gap(&self, sent: u32) -> Span {
        self.syn_timers.sent(sent) - self.syn_timers.sent(sent - 1)
    }
}
