//! How the connections of a link are opened and kept, as a scenario writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dist::Dist;
use crate::net::Mode;
use crate::net::tcp::SynTimers;
use crate::net::tls::{Handshake, Security};
use crate::time::Span;
use crate::unit::Probability;

/// How the exchanges of a link get their connection.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionSpec {
    /// Which exchanges share one. `warm`, the default: it exists already and costs nothing.
    pub mode: Mode,
    /// What is spoken on it: `h1` by default.
    pub protocol: Protocol,
    /// The version of TLS; none by default, except that QUIC always has its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsVersion>,
    /// The share of handshakes that resume an earlier session; none by default.
    pub resumed: Probability,
    /// Whether a resumed handshake carries the request in its first flight (0-RTT).
    pub early_data: bool,
    /// How long an idle connection is kept by who opened it; 60s by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_alive: Option<Span>,
    /// How long an idle connection is kept by the other side. Where that is shorter than
    /// `keep_alive`, a request can meet the close on its way and be reset. For ever by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_keep_alive: Option<Span>,
    /// How many connections a caller has at once to one place; unlimited by default. A session has
    /// one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub max: Option<u32>,
    /// On a client's link: how many connections each of its users has at once to one place, as
    /// browsers open at most 6 to an origin with HTTP/1.1; what a user wants beyond waits for one.
    /// A user is one of a closed loop, a trace's session, or in an open loop an address if the
    /// client has `addresses`, else all that comes at one moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub per_origin: Option<u32>,
    /// How many full segments of a response may be under way on a new or idle connection, twice as
    /// many after each round trip (slow start); 10 in Linux. Unlimited by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub initial_window: Option<u32>,
    /// With `initial_window`: bytes of a full segment; 1460 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub mss: Option<u32>,
    /// `h2`, `h3`: how many exchanges travel on one connection at once; 100 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub streams: Option<u32>,
    /// When a SYN that nobody answers is sent again.
    pub syn_timers: SynTimers,
    /// What a full handshake costs the node that ends TLS, on a core of speed 1; 191us by default,
    /// as measured with OpenSSL 3.0 for TLS 1.3 with a P-256 certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<Dist<Span>>,
    /// What a resumed one costs; 149us by default, measured likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumption: Option<Dist<Span>>,
}

/// What is spoken on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// HTTP/1.1: one exchange at a time.
    #[default]
    H1,
    /// HTTP/2: streams side by side.
    H2,
    /// HTTP/3 over QUIC: the same, and the transport is opened together with its keys.
    H3,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// RFC 5246: two round trips, one when resumed.
    #[serde(rename = "1.2")]
    V12,
    /// RFC 8446: one round trip.
    #[serde(rename = "1.3")]
    V13,
}

impl ConnectionSpec {
    /// What protects a connection, and what it runs over.
    #[must_use]
    pub const fn security(&self) -> Security {
        match (self.protocol, self.tls) {
            (Protocol::H3, _) => Security::Quic,
            (_, Some(TlsVersion::V13)) => Security::Tls13,
            (_, Some(TlsVersion::V12)) => Security::Tls12,
            (_, None) => Security::None,
        }
    }

    /// How a handshake that is resumed begins.
    #[must_use]
    pub const fn resumption(&self) -> Handshake {
        if self.early_data { Handshake::EarlyData } else { Handshake::Resumed }
    }

    /// Round trips of the keys' handshake beyond those of TCP, in full and resumed; none without
    /// keys.
    #[must_use]
    pub fn rounds(&self) -> Option<[u32; 2]> {
        let security = self.security();
        let tcp = u32::from(security != Security::Quic);
        let rounds = |handshake| security.round_trips(handshake) - tcp;
        (security != Security::None).then(|| [rounds(Handshake::Full), rounds(self.resumption())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(text: &str) -> Option<[u32; 2]> {
        toml::from_str::<ConnectionSpec>(text).expect("sound").rounds()
    }

    #[test]
    fn each_protocol_has_its_round_trips() {
        assert_eq!(rounds(""), None);
        assert_eq!(rounds("tls = \"1.2\""), Some([2, 1]));
        assert_eq!(rounds("tls = \"1.3\""), Some([1, 1]));
        assert_eq!(rounds("tls = \"1.3\"\nearly_data = true"), Some([1, 0]));
        assert_eq!(rounds("protocol = \"h3\""), Some([1, 1]));
    }
}
