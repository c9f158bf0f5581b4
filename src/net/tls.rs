//! Handshakes: how many round trips they take before a request may leave, and what processor time
//! they take at either end.
//!
//! | connection | new | resumed | early data |
//! |---|---|---|---|
//! | TCP alone | 1 | 1 | 1 |
//! | TLS 1.2 over TCP | 3 | 2 | 2 |
//! | TLS 1.3 over TCP | 2 | 2 | 1 |
//! | QUIC | 1 | 1 | 0 |
//!
//! Resumption saves a signature and the certificate's bytes; a round trip only in TLS 1.2. Early
//! data (0-RTT) leaves with the first flight, and may be replayed by an attacker, so it is for
//! requests that change nothing. *Sources*: RFC 9293, 5246, 8446, 8470, 9000 and 9001.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Span;

/// What protects a connection, and what it runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
pub enum Security {
    /// Nothing, over TCP.
    #[default]
    #[serde(rename = "none")]
    None,
    /// TLS 1.2 over TCP.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3 over TCP.
    #[serde(rename = "1.3")]
    Tls13,
    /// QUIC, which has TLS 1.3 inside.
    #[serde(rename = "quic")]
    Quic,
}

/// How a handshake begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Handshake {
    /// The two have not met: a certificate and a signature.
    #[default]
    Full,
    /// They have met: no certificate, no signature.
    Resumed,
    /// They have met, and the request leaves with the first flight; in TLS 1.2, which has no such
    /// thing, it is resumed.
    EarlyData,
}

/// The kind of a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Certificate {
    /// ECDSA on the curve P-256.
    #[default]
    EcdsaP256,
    /// RSA of 2,048 bits: dearer to sign.
    Rsa2048,
}

/// The processor time of a handshake on a core of speed 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandshakeCpu {
    /// At the client.
    pub client: Span,
    /// At the node that terminates TLS.
    pub server: Span,
}

impl Security {
    /// How many round trips pass from the first packet until the request may leave.
    #[inline]
    #[must_use]
    pub const fn round_trips(self, handshake: Handshake) -> u32 {
        match (self, handshake) {
            (Self::Quic, Handshake::EarlyData) => 0,
            (Self::None, _) | (Self::Quic, _) | (Self::Tls13, Handshake::EarlyData) => 1,
            (Self::Tls13, _) | (Self::Tls12, Handshake::Resumed | Handshake::EarlyData) => 2,
            (Self::Tls12, Handshake::Full) => 3,
        }
    }

    /// The processor time of a handshake, by default: medians of OpenSSL 3.0 with TLS 1.3 on one
    /// core of a server (measured; a core of another kind has another speed). TLS 1.2 and QUIC sign
    /// and exchange keys by the same algorithms and are taken to cost the same; resumption without
    /// a new key exchange, as TLS 1.2 has it, costs less than this.
    #[must_use]
    pub const fn cpu(self, handshake: Handshake, certificate: Certificate) -> HandshakeCpu {
        let (client, server) = match (self, handshake, certificate) {
            (Self::None, _, _) => (0, 0),
            (_, Handshake::Full, Certificate::EcdsaP256) => (364, 191),
            (_, Handshake::Full, Certificate::Rsa2048) => (359, 431),
            (_, Handshake::Resumed | Handshake::EarlyData, _) => (143, 149),
        };
        HandshakeCpu {
            client: Span::from_nanos(client * 1_000),
            server: Span::from_nanos(server * 1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_comes_when_theory_says() {
        // Theory case rtt-01: 40 ms of round trip, 10 ms of server.
        let (rtt, server) = (40, 10);
        let new = |security: Security, handshake| {
            u64::from(security.round_trips(handshake)) * rtt + rtt + server
        };
        for (security, handshake, millis) in [
            (Security::None, Handshake::Full, 90),
            (Security::Tls12, Handshake::Full, 170),
            (Security::Tls12, Handshake::Resumed, 130),
            (Security::Tls13, Handshake::Full, 130),
            (Security::Tls13, Handshake::Resumed, 130),
            (Security::Tls13, Handshake::EarlyData, 90),
            (Security::Quic, Handshake::Full, 90),
            (Security::Quic, Handshake::Resumed, 90),
            (Security::Quic, Handshake::EarlyData, 50),
        ] {
            assert_eq!(new(security, handshake), millis, "{security:?} {handshake:?}");
        }
    }

    #[test]
    fn a_server_signs_rsa_dearer_and_a_resumed_handshake_is_cheapest() {
        let server =
            |handshake, certificate| Security::Tls13.cpu(handshake, certificate).server.0 / 1_000;
        assert_eq!(server(Handshake::Full, Certificate::Rsa2048), 431);
        assert_eq!(server(Handshake::Full, Certificate::EcdsaP256), 191);
        assert!((145..=153).contains(&server(Handshake::Resumed, Certificate::Rsa2048)));
        let plain = Security::None.cpu(Handshake::Full, Certificate::Rsa2048);
        assert_eq!(plain, HandshakeCpu::default());
    }

    #[test]
    fn versions_are_written_as_people_say_them() {
        let text = serde_json::to_string(&[Security::None, Security::Tls12, Security::Tls13]);
        assert_eq!(text.unwrap(), "[\"none\",\"1.2\",\"1.3\"]");
    }
}
