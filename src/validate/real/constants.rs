//! What a hop costs, as measured on an idle machine: the same for every case.
//!
//! Each is the range of the medians that were measured with evenly spaced requests that never
//! queue, in microseconds: from when the client sends to the start of the service, and from its end
//! to the last byte. The client's and the backend's own part is in them. A hop is drawn from its
//! range: least connections are chaotic, so a single course of events says little, and draws make
//! as many of them as are wanted.

/// How late a backend's timer wakes, so that its slot is taken for longer: a median of 26 and a
/// mean of 47 to 66 was measured, with a 99th percentile of 300 to 900. The lognormal law of that
/// median and this mean has its own at 464. It is drawn for each request: where sessions wait for
/// their own answers, or few backends are near their limit, a swap of two requests changes all that
/// follows, and one course of events says nothing.
pub(super) const TIMER_US: u64 = 56;

/// The coefficient of variation of that: the mean is 2.15 times the median.
pub(super) const TIMER_CV: f64 = 1.907;

/// How late the client's own timer was, or the answer that it waited for read: 31 to 46 were the
/// medians where it kept its connections.
pub(super) const SEND_US: (u64, u64) = (31, 46);

/// The way from one process to another: half of what no proxy at all takes there and back. So much
/// of a hop lies between the balancer and its backends, where it keeps a slot taken.
pub(super) const WIRE_US: u64 = 24;

/// What a new connection of the client adds: 50 to 130 was measured.
pub(super) const CONNECT_US: u64 = 90;

/// Connections that the recorded nginx may hold: `worker_connections` of its configuration, less
/// the one that it listens on and the one to its master.
pub(super) const NGINX_CONNECTIONS: u32 = 4_096 - 2;

/// Requests at once from which that nginx has less than a sixteenth of its connections left. Then
/// it closes kept ones that are idle, and a request that is just being sent on one of them is
/// lost: how many are depends on the client's pool. (`ngx_drain_connections`; the first loss that
/// was recorded came at 1,922 requests.)
pub(super) const NGINX_DRAINS: u64 = (4_096 - 4_096 / 16) / 2;

/// The way to a backend and back: the least and the most of the medians, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hop {
    /// To the backend.
    pub(super) request: (u64, u64),
    /// Back to the client.
    pub(super) response: (u64, u64),
}

const fn hop(request: (u64, u64), response: (u64, u64)) -> Hop {
    Hop { request, response }
}

/// No proxy at all.
pub(super) const DIRECT: Hop = hop((22, 22), (26, 26));
/// nginx with kept connections to its backends.
pub(super) const NGINX: Hop = hop((60, 90), (60, 93));
/// nginx with a new connection to a backend each time.
pub(super) const NGINX_CLOSE: Hop = hop((100, 145), (81, 115));
/// nginx at layer 4, new connections included.
pub(super) const NGINX_STREAM: Hop = hop((88, 111), (80, 103));
/// HAProxy.
pub(super) const HAPROXY: Hop = hop((54, 64), (49, 61));
/// HAProxy at layer 4, new connections included.
pub(super) const HAPROXY_TCP: Hop = hop((89, 153), (93, 134));
/// Envoy.
pub(super) const ENVOY: Hop = hop((184, 250), (144, 208));
/// Caddy.
pub(super) const CADDY: Hop = hop((117, 166), (121, 170));
