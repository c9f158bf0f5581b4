//! What a hop costs, as measured on an idle machine: the same for every case.
//!
//! Each is the middle of the medians that were measured with evenly spaced requests that never
//! queue, in microseconds: from the client's intent to the start of the service, and from its end
//! to the last byte. The client's and the backend's own part is in them.

/// How late a backend's timer wakes on average: 47 to 66 was measured.
pub(super) const TIMER_US: u64 = 56;

/// What a new connection of the client adds: 50 to 130 was measured.
pub(super) const CONNECT_US: u64 = 90;

/// The way to a backend and back, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// To the backend.
    pub(super) request: u64,
    /// Back to the client.
    pub(super) response: u64,
}

const fn hop(request: u64, response: u64) -> Hop {
    Hop { request, response }
}

/// No proxy at all.
pub(super) const DIRECT: Hop = hop(22, 26);
/// nginx with kept connections to its backends: 60 to 90, and 60 to 93.
pub(super) const NGINX: Hop = hop(75, 76);
/// nginx with a new connection to a backend each time: 100 to 145, and 81 to 115.
pub(super) const NGINX_CLOSE: Hop = hop(122, 98);
/// nginx at layer 4, new connections included: 88 to 111, and 80 to 103.
pub(super) const NGINX_STREAM: Hop = hop(100, 92);
/// HAProxy: 54 to 64, and 49 to 61.
pub(super) const HAPROXY: Hop = hop(59, 55);
/// HAProxy at layer 4, new connections included: 89 to 153, and 93 to 134.
pub(super) const HAPROXY_TCP: Hop = hop(121, 114);
/// Envoy: 184 to 250, and 144 to 208.
pub(super) const ENVOY: Hop = hop(217, 176);
/// Caddy: 117 to 166, and 121 to 170.
pub(super) const CADDY: Hop = hop(142, 146);
